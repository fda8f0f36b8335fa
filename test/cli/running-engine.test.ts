/** Commands about the Starling that runs: a dashboard in a terminal, asked and told things from other processes. */
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { Screen } from "./screen.ts";
import { run, scratchFolder, start } from "./support.ts";

const PATIENT_MS = 120_000;
const ALONE = ["--host", "127.0.0.1", "--port", "0", "--bootstrap", "none"];
const HASH = "0123456789abcdef0123456789abcdef01234567";

/** A dashboard that shares an album and looks for a lecture. */
async function openDashboard(): Promise<{ readonly home: string; readonly screen: Screen }> {
  const home = scratchFolder();
  mkdirSync(join(home, "album"));
  writeFileSync(join(home, "album", "song.txt"), "la ".repeat(10_000));
  writeFileSync(join(home, "album", "text.txt"), "words");
  await run(["create", "album", "-o", "album.torrent"], home);
  const screen = new Screen([...ALONE, `magnet:?xt=urn:btih:${HASH}&dn=lecture`], home);
  await screen.shows(/lecture/);
  expect((await run(["album.torrent", "-o", home, "--label", "music"], home)).stdout).toMatch(/^added album/);
  return { home, screen };
}

describe("without a Starling that runs", () => {
  test.each([["status"], ["ls"], ["pause", "x"], ["stop"]])(
    "%s says so and what to do, and ends with 9",
    async (...args) => {
      const { exit, stdout, stderr } = await run([...args, "--json"]);
      expect(exit).toBe(9);
      expect(stderr).toMatch(/^error: No Starling .*\nhint: .*starling daemon start/);
      expect(JSON.parse(stdout)).toMatchObject({ ok: false, error: { code: "E_NOT_RUNNING", exit: 9 } });
    },
    PATIENT_MS,
  );
});

test(
  "a Starling that runs can be looked at, told what to do, and stopped",
  async () => {
    const { home, screen } = await openDashboard();
    const ask = async (...args: readonly string[]) => {
      const { exit, stdout, stderr } = await run([...args, "--json"], home);
      return { exit, stderr, ...JSON.parse(stdout) };
    };
    const until = async (look: () => Promise<boolean>): Promise<void> => {
      while (!(await look())) await new Promise((resolve) => setTimeout(resolve, 50));
    };

    // looking
    await until(async () => (await ask("ls", "seeding")).torrents.length === 1);
    const [status, ls, files, peers, log, why, names] = await Promise.all([
      ask("status"),
      run(["ls", "music"], home),
      ask("files", "album"),
      ask("peers", HASH.slice(0, 8)),
      ask("log"),
      ask("why", "album"),
      run(["completions", "--torrents"], home),
    ]);
    expect(status).toMatchObject({ ok: true, pid: screen.pty.pid, life: "dashboard" });
    expect(status.torrents.map(({ name }: { name: string }) => name)).toEqual(["lecture", "album"]);
    expect(ls.stdout).toMatch(/^[0-9a-f]{40}\tseeding\t100\.0 %\t.*\talbum\n$/);
    expect(files.files).toMatchObject([
      { number: 1, path: "album/song.txt", priority: 4 },
      { number: 2, path: "album/text.txt" },
    ]);
    expect(peers).toMatchObject({ id: HASH, peers: [] });
    expect(log.lines.length).toBeGreaterThan(0);
    expect(why).toMatchObject({ exit: 0, torrents: [{ severity: "fine" }] });
    expect(names.stdout).toBe("lecture\nalbum\n");

    // telling
    expect(await ask("pause", "lect")).toMatchObject({ torrents: [{ id: HASH, name: "lecture" }] });
    await screen.shows(/lecture[\s\S]*[Pp]aused/);
    expect((await ask("resume", "--all")).torrents).toHaveLength(2);
    await ask("set", "lecture", "labels=talks,2026", "sequential=on", "down=1M", "queue=last");
    await until(async () => (await ask("ls", "talks")).torrents[0]?.isSequential === true);
    expect((await ask("ls", "talks")).torrents[0]).toMatchObject({
      labels: ["talks", "2026"],
      maxDownBytesPerSecond: 2 ** 20,
    });
    const limits = await ask("limit", "down=8M", "schedule=mon-fri 08:00-18:00", "downloads=3");
    expect(limits.settings).toMatchObject({ maxDownBytesPerSecond: 8 * 2 ** 20, maxActiveDownloads: 3 });
    const [shown, mistaken, unasked] = await Promise.all([
      run(["limit"], home),
      ask("set", "album", "lables=x"),
      ask("rm", "album", "--data"),
    ]);
    expect(shown.stdout).toContain("schedule=mon,tue,wed,thu,fri 08:00-18:00\n");
    expect(mistaken).toMatchObject({ exit: 2, error: { hint: "Did you mean labels?" } });

    // removing
    expect(unasked).toMatchObject({ exit: 2, error: { hint: "--force does not ask." } });
    expect(await ask("rm", "album")).toMatchObject({ ok: true, deleteData: false });
    expect(existsSync(join(home, "album", "song.txt"))).toBe(true);
    expect((await ask("ls")).torrents).toHaveLength(1);

    // stopping
    expect(await ask("stop")).toMatchObject({ ok: true, pid: screen.pty.pid });
    await screen.exited;
    expect((await ask("status")).exit).toBe(9);
  },
  PATIENT_MS,
);

test(
  "what watches goes on until it is ended, as NDJSON, as blocks, or in place on a terminal",
  async () => {
    const { home, screen } = await openDashboard();
    const watching = start(["ls", "--watch", "--json"], home);
    await watching.line(/"type":"torrents"/);
    const following = start(["log", "-f"], home);
    await following.line(/lecture|album/);
    const seen = new Screen(["ls", "--watch"], home);
    await seen.shows(/ID +STATE[\s\S]*lecture/);
    seen.pty.write("\x03");
    expect(await seen.exited).toBe(130);
    watching.kill("SIGTERM");
    following.kill("SIGINT");
    expect((await watching.finished).exit).toBe(143);
    expect((await following.finished).exit).toBe(130);
    screen.pty.kill("SIGTERM");
    await screen.exited;
  },
  PATIENT_MS,
);
