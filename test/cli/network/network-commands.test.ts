/** The `network` commands and `--network`, as typed, on loopback. */
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { decodeJoinString, encodeJoinString } from "../../../src/cli/network/join-string.ts";
import { type Running, run, scratchFolder, start } from "../support.ts";

/** Processes on a machine that may be busy. */
const PATIENT_MS = 60_000;
const HERE = ["--host", "127.0.0.1", "--port", "0"];
const running: Running[] = [];

afterEach(async () => {
  for (const one of running) one.kill("SIGTERM");
  await Promise.all(running.splice(0).map((one) => one.finished));
});

function startHere(home: string, ...args: string[]): Running {
  const started = start([...args, ...HERE], home);
  running.push(started);
  return started;
}

const stateOf = (home: string, network: string): string =>
  join(home, ".local/state/starling/networks", network);

test(
  "create prints the join string alone, join takes it from a file, and list, show and leave know it",
  async () => {
    const [maker, guest] = [scratchFolder(), scratchFolder()];
    const made = await run(["network", "create", "lab", "--plain", "--bootstrap", "127.0.0.1:7000"], maker);
    expect(made.stdout).toMatch(/^starling-plain-1-[A-Za-z0-9_-]+\n$/);
    expect(made.stderr).toContain("starling dht serve --network lab --port 7000   on 127.0.0.1");
    expect(statSync(join(stateOf(maker, "lab"), "network")).mode & 0o777).toBe(0o600);
    expect(statSync(stateOf(maker, "lab")).mode & 0o777).toBe(0o700);

    writeFileSync(join(guest, "lab.join"), made.stdout);
    const joined = await run(["network", "join", "lab.join", "--name", "work"], guest);
    expect(joined.stdout).toBe("joined work (plain, bootstrap nodes: 127.0.0.1:7000)\n");
    const listed = await run(["network", "list", "--json"], guest);
    expect(JSON.parse(listed.stdout).networks).toMatchObject([
      { name: "work", mode: "plain", bootstrap: ["127.0.0.1:7000"] },
    ]);
    const again = await run(["network", "create", "work"], guest);
    expect(again).toMatchObject({ exit: 2, stderr: expect.stringContaining("already") });
    const shown = (await run(["network", "show", "work"], guest)).stdout.trim();
    const back = await run(["network", "join", shown, "--name", "twice"], maker);
    expect(back.exit).toBe(0);

    expect((await run(["network", "leave", "work"], guest)).stdout).toBe("left work\n");
    expect(existsSync(stateOf(guest, "work"))).toBe(false);
    expect((await run(["network", "list"], guest)).stdout).toBe("");
  },
  PATIENT_MS,
);

test(
  "another network of the same name is not written over",
  async () => {
    const [here, there] = [scratchFolder(), scratchFolder()];
    await run(["network", "create", "lab", "--open"], here);
    const { stdout } = await run(["network", "create", "lab", "--open"], there);
    const refused = await run(["network", "join", stdout.trim()], here);
    expect(refused).toMatchObject({ exit: 2, stderr: expect.stringContaining("--name") });
  },
  PATIENT_MS,
);

test(
  "a network excludes other bootstrap nodes: typed is an error, set for good is passed over",
  async () => {
    const home = scratchFolder();
    await run(["network", "create", "lab", "--bootstrap", "127.0.0.1:1"], home);
    const typed = ["dht", "stats", "--network", "lab", "--bootstrap", "127.0.0.1:2"];
    expect(await run(typed, home)).toMatchObject({
      exit: 2,
      stderr: expect.stringContaining("cannot be used with option '--bootstrap"),
    });
    const set = { STARLING_BOOTSTRAP: "127.0.0.1:2" };
    const asking = ["dht", "stats", "--network", "lab", "--timeout", "1ms", ...HERE];
    const asked = await run(asking, home, set);
    expect(asked).toMatchObject({ exit: 4, stderr: expect.stringContaining("asked 127.0.0.1:1)") });
    const unknown = await run(["ls", "--network", "lob"], home);
    expect(unknown).toMatchObject({ exit: 2, stderr: expect.stringContaining("You are in lab.") });
  },
  PATIENT_MS,
);

test.each(["--plain", "--open", "--sealed"])(
  "a file goes through a %s network that was named only, and what is learnt there stays there",
  async (mode) => {
    const home = scratchFolder();
    await run(["network", "create", "seed", mode], home);
    const server = startHere(home, "dht", "serve", "--network", "seed");
    const bootstrap = (await server.line(/^listening /)).split(" ")[1] as string;
    // As its maker would have given it, had he known the port.
    const seed = decodeJoinString((await run(["network", "show", "seed"], home)).stdout);
    writeFileSync(join(home, "lab.join"), encodeJoinString({ ...seed, name: "lab", bootstrap: [bootstrap] }));
    await run(["network", "join", "lab.join"], home);
    mkdirSync(join(home, "album"));
    writeFileSync(join(home, "album", "song.bin"), "la la la");
    const magnet = await startHere(home, "share", "album", "--network", "lab").line(/^magnet:/);
    const got = await run(["get", magnet, "--network", "lab", "-o", "got", ...HERE], home);
    expect(got).toMatchObject({ exit: 0 });
    expect(readFileSync(join(home, "got", "album", "song.bin"), "utf8")).toBe("la la la");
    expect(existsSync(join(stateOf(home, "lab"), "transfers", `dht-network-${seed.idHex}`))).toBe(true);
    expect(existsSync(join(home, ".local/state/starling/transfers"))).toBe(false);
  },
  PATIENT_MS,
);

test(
  "the key of a sealed network is not taken from the command line, and a new one leaves the old one in place",
  async () => {
    const [here, there] = [scratchFolder(), scratchFolder()];
    const made = (await run(["network", "create", "lab"], here)).stdout;
    const typed = await run(["network", "join", made.trim()], there);
    expect(typed).toMatchObject({ exit: 2, stderr: expect.stringContaining("see it with ps") });
    expect((await run(["network", "list", "--json"], here)).stdout).not.toContain("keys");
    const rotated = await run(["network", "rotate", "lab", "--in", "1h"], here);
    const [before, after] = [decodeJoinString(made), decodeJoinString(rotated.stdout)];
    expect(after.keys).toHaveLength(2);
    expect(after.keys?.[0]).toEqual(before.keys?.[0]);
    expect((after.keys?.[1]?.fromUnixMs ?? 0) - Date.now()).toBeGreaterThan(3_000_000);
    writeFileSync(join(there, "lab.join"), rotated.stdout);
    const joined = await run(["network", "join", "lab.join"], there);
    expect(joined).toMatchObject({ exit: 0, stderr: expect.stringContaining("chmod 600") });
    const announced = await run(["get", "00".repeat(20), "--network", "lab", "--lsd"], there);
    expect(announced).toMatchObject({ exit: 2, stderr: expect.stringContaining("--lsd") });
    const shown = (await run(["network", "show", "lab"], there)).stdout;
    expect(decodeJoinString(shown)).toEqual(after);
  },
  PATIENT_MS,
);
