/** The built program with its output in a pipe, a file, or nowhere: what scripts rely on (threats PR01 to PR05, PR13, PR19). */
import { spawn } from "node:child_process";
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { cleanEnvironment, PROGRAM, run, scratchFolder, start } from "./support.ts";

const PATIENT_MS = 60_000;
const HASH = "0123456789abcdef0123456789abcdef01234567";
const ALONE = ["--host", "127.0.0.1", "--port", "0", "--bootstrap", "none"];

interface Ended {
  readonly exit: number | null;
  readonly stderr: string;
}

/** Runs with stdout where a test wants it: a descriptor, or a pipe whose reader leaves at once. */
function runWith(args: readonly string[], home: string, stdout: number | "closed pipe"): Promise<Ended> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [PROGRAM, ...args], {
      env: cleanEnvironment(home),
      cwd: home,
      stdio: ["ignore", stdout === "closed pipe" ? "pipe" : stdout, "pipe"],
    });
    let stderr = "";
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      stderr += text;
    });
    child.stdout?.destroy();
    child.once("close", (exit) => resolve({ exit, stderr }));
  });
}

test(
  "PR05: a reader that went away ends the program quietly",
  async () => {
    const ended = await runWith(["config", "list", "--all"], scratchFolder(), "closed pipe");
    expect(ended).toEqual({ exit: 0, stderr: "" });
  },
  PATIENT_MS,
);

test.skipIf(!existsSync("/dev/full"))(
  "PR05: output that cannot be written is a failure with one line that says so",
  async () => {
    const full = openSync("/dev/full", "w");
    const ended = await runWith(["config", "list", "--all"], scratchFolder(), full);
    closeSync(full);
    expect(ended).toEqual({ exit: 8, stderr: "error: Cannot write to standard output: ENOSPC\n" });
  },
  PATIENT_MS,
);

describe("PR01 to PR04: signals end a transfer in order, with the code that shells give them", () => {
  test.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
    ["SIGHUP", 129],
  ] as const)(
    "%s",
    async (signal, exit) => {
      const home = scratchFolder();
      const get = start(["get", HASH, "-o", "out", ...ALONE], home);
      await get.line(/^listening /);
      get.kill(signal);
      const ended = await get.finished;
      expect(ended.exit).toBe(exit);
      expect(ended.stderr).toMatch(/the same command goes on from it/);
    },
    PATIENT_MS,
  );

  test(
    "a second SIGINT ends it at once",
    async () => {
      const get = start(["get", HASH, "-o", "out", ...ALONE], scratchFolder());
      await get.line(/^listening /);
      get.kill("SIGINT");
      get.kill("SIGINT");
      expect((await get.finished).exit).toBe(130);
    },
    PATIENT_MS,
  );
});

test(
  "piped, a transfer is a plain log: no colours, no carriage returns, results alone on stdout",
  async () => {
    const get = start(["get", HASH, "-o", "out", ...ALONE], scratchFolder());
    await get.line(/ why code=/);
    get.kill("SIGTERM");
    const { stdout, stderr } = await get.finished;
    expect(stdout).toMatch(/^listening 127\.0\.0\.1:\d+\n$/);
    expect(stdout + stderr).not.toMatch(/[\x1b\r]/);
    expect(stderr).toMatch(new RegExp(`^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ start hash=${HASH} `));
  },
  PATIENT_MS,
);

test(
  "--json of a command that ends prints one object, also when it fails",
  async () => {
    for (const args of [
      ["info", HASH, "--timeout", "1ms", ...ALONE],
      ["get", "magnet:?xt=nothing"],
      ["config", "set", "port", "many"],
    ]) {
      const { stdout, exit } = await run([...args, "--json"]);
      const lines = stdout.trim().split("\n");
      expect(lines).toHaveLength(1);
      expect(JSON.parse(lines[0] as string)).toMatchObject({ ok: false, error: { exit } });
    }
  },
  PATIENT_MS,
);

test(
  "doctor tells what it saw and what to do, and ends with 1 when something is broken",
  async () => {
    const home = scratchFolder();
    const well = await run(["doctor", ...ALONE, "--json"], home);
    const { ok, checks } = JSON.parse(well.stdout);
    expect(well.exit).toBe(ok ? 0 : 1);
    const verdicts = Object.fromEntries(
      checks.map(({ name, verdict }: { name: string; verdict: string }) => [name, verdict]),
    );
    expect(verdicts).toMatchObject({ versions: "fine", clock: "fine", "state folder": "fine", port: "fine" });
    writeFileSync(join(home, "occupied"), "");
    const environment = { STARLING_STATE_DIR: join(home, "occupied", "state") };
    const broken = await start(["doctor", ...ALONE], home, environment).finished;
    expect(broken.exit).toBe(1);
    expect(broken.stdout).toMatch(/✗ state folder .*\n +→ .*STARLING_STATE_DIR/);
  },
  PATIENT_MS,
);

test.skipIf(process.platform === "win32")(
  "PR13: 64 descriptors are enough for a transfer",
  async () => {
    const home = scratchFolder();
    mkdirSync(join(home, "album"));
    for (let i = 0; i < 30; i++) writeFileSync(join(home, "album", `${i}.txt`), `song ${i}`.repeat(2_000));
    const sharer = start(["share", "album", ...ALONE], home);
    const magnet = await sharer.line(/^magnet:/);
    const address = (await sharer.line(/^listening /)).split(" ")[1] as string;
    const script = 'ulimit -n 64 && exec "$@"';
    const args = [PROGRAM, "get", magnet, "-o", "copy", "--peer", address, ...ALONE];
    const get = spawn("sh", ["-c", script, "sh", process.execPath, ...args], {
      env: cleanEnvironment(home),
      cwd: home,
      stdio: ["ignore", "ignore", "pipe"],
    });
    let stderr = "";
    get.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr += text;
    });
    const exit = await new Promise((resolve) => get.once("close", resolve));
    sharer.kill("SIGTERM");
    await sharer.finished;
    expect(stderr).not.toMatch(/EMFILE/);
    expect(exit).toBe(0);
    expect(readFileSync(join(home, "copy", "album", "29.txt"), "utf8")).toBe("song 29".repeat(2_000));
  },
  PATIENT_MS,
);
