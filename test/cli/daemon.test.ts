/** The engine in the background, as a user meets it: started, looked at, handed links to, killed, stopped. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { type Finished, scratchFolder, start } from "./support.ts";

const HASH = "ab".repeat(20);
const MAGNET = `magnet:?xt=urn:btih:${HASH}&dn=a%20talk`;
const LOCAL = ["--host", "127.0.0.1", "--port", "0", "--bootstrap", "none"];
const LONG_MS = 60_000;

/** Engines that a test started, by home folder and profile. */
const started: { readonly home: string; readonly profile: readonly string[] }[] = [];
afterEach(async () => {
  for (const { home, profile } of started.splice(0)) await run(home, "daemon", "stop", ...profile);
});

const run = (home: string, ...args: readonly string[]): Promise<Finished> => start(args, home).finished;
const json = (finished: Finished) =>
  JSON.parse(finished.stdout.trim().split("\n").at(-1) ?? "") as Record<string, unknown>;

async function startDaemon(home: string, ...profile: readonly string[]): Promise<Record<string, unknown>> {
  started.push({ home, profile });
  const finished = await run(home, "daemon", "start", "--json", ...LOCAL, ...profile);
  expect(finished.exit, finished.stderr).toBe(0);
  return json(finished);
}

describe("starling daemon", () => {
  test(
    "runs in the background, takes links, remembers them, and stops",
    async () => {
      const home = scratchFolder();
      expect(await run(home, "daemon", "status")).toMatchObject({ exit: 9, stdout: "not running\n" });
      const { pid } = await startDaemon(home);

      const added = await run(home, MAGNET);
      expect(added.exit).toBe(0);
      expect(added.stdout).toBe(`added a talk (${HASH}) to the running starling (pid ${pid})\n`);
      expect((await run(home, MAGNET)).stdout).toBe(`a talk (${HASH}) is there already (pid ${pid})\n`);
      expect(json(await run(home, "daemon", "status", "--json"))).toMatchObject({
        running: true,
        pid,
        life: "background",
        torrents: 1,
      });

      expect(await run(home, "daemon", "stop")).toMatchObject({ exit: 0, stdout: `stopped (pid ${pid})\n` });
      expect((await run(home, "daemon", "stop")).exit).toBe(9);
      await startDaemon(home);
      expect(json(await run(home, "daemon", "status", "--json"))).toMatchObject({ torrents: 1 });
    },
    LONG_MS,
  );

  test(
    "ST14: one at a time; one that was killed leaves nothing in the way",
    async () => {
      const home = scratchFolder();
      const { pid } = await startDaemon(home);
      const second = await run(home, "daemon", "start", ...LOCAL);
      expect(second.exit).toBe(9);
      expect(second.stderr).toContain(`(pid ${pid})`);
      await run(home, MAGNET);

      process.kill(pid as number, "SIGKILL");
      expect((await run(home, "daemon", "status")).exit).toBe(9);
      const next = await startDaemon(home);
      expect(next["pid"]).not.toBe(pid);
      expect(json(await run(home, "daemon", "status", "--json"))).toMatchObject({ torrents: 1 });
    },
    LONG_MS,
  );

  test(
    "two profiles live side by side, with torrents of their own",
    async () => {
      const home = scratchFolder();
      const usual = await startDaemon(home);
      const work = await startDaemon(home, "--profile", "work");
      await run(home, MAGNET, "--profile", "work");

      expect(work["pid"]).not.toBe(usual["pid"]);
      expect(json(await run(home, "daemon", "status", "--json"))).toMatchObject({ torrents: 0 });
      expect(json(await run(home, "daemon", "status", "--json", "--profile", "work"))).toMatchObject({
        torrents: 1,
      });
      expect((await run(home, "daemon", "status", "--profile", "../x")).exit).toBe(2);

      const port = String(usual["listening"]).split(":").at(-1) as string;
      const third = await run(
        home,
        "daemon",
        "start",
        "--host",
        "127.0.0.1",
        "--port",
        port,
        "--profile",
        "third",
      );
      expect(third.exit).toBe(9);
      expect(third.stderr).toContain(port);
      const log = readFileSync(join(home, ".local/state/starling/profiles/third/engine.log"), "utf8");
      expect(log).toContain(port);
    },
    LONG_MS,
  );

  test(
    "--detach starts it where none runs, and hands over",
    async () => {
      const home = scratchFolder();
      started.push({ home, profile: [] });
      const opened = await run(home, "open", "--detach", ...LOCAL, MAGNET);

      expect(opened.stdout).toMatch(/^added a talk \(.*\) to the running starling/);
      expect(json(await run(home, "daemon", "status", "--json"))).toMatchObject({
        life: "background",
        torrents: 1,
      });
    },
    LONG_MS,
  );

  test("prints what systemd and launchd need", async () => {
    const unit = await run(
      scratchFolder(),
      "daemon",
      "start",
      "--max-up",
      "1M",
      "--print-service",
      "systemd",
    );
    const plist = await run(
      scratchFolder(),
      "daemon",
      "start",
      "--print-service=launchd",
      "--profile",
      "work",
    );

    expect(unit.stdout).toMatch(
      /^ExecStart=".*" ".*main\.js" "daemon" "start" "--max-up" "1M" "--foreground"$/m,
    );
    expect(plist.stdout).toContain("<string>starling.engine.work</string>");
    expect(plist.stdout).toContain("<string>--foreground</string>");
  });

  test(
    "in the foreground a signal stops it in order",
    async () => {
      const home = scratchFolder();
      const running = start(["daemon", "start", "--foreground", ...LOCAL], home);
      await running.line(/^listening 127\.0\.0\.1:\d+ \(pid \d+\)$/);
      running.kill("SIGTERM");

      expect((await running.finished).exit).toBe(0);
      expect((await run(home, "daemon", "status")).exit).toBe(9);
    },
    LONG_MS,
  );
});
