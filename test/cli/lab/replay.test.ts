/** A download between two programs, recorded and replayed as a user does who reports a bug. */
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { run, scratchFolder, start } from "../support.ts";

const LONG_MS = 60_000;
const LOCAL = ["--host", "127.0.0.1", "--port", "0", "--bootstrap", "none"];

/** Downloads a megabyte from another process and records that. */
async function recordedDownload(home: string): Promise<string> {
  writeFileSync(join(home, "lecture.bin"), Buffer.alloc(1 << 20, "lecture"));
  const sharing = start(["share", "lecture.bin", ...LOCAL], home);
  const magnet = await sharing.line(/^magnet:/);
  const peer = (await sharing.line(/^listening/)).slice("listening ".length);
  const recording = join(home, "report.rec");
  try {
    const got = await run(
      ["get", magnet, "-o", "out", "--peer", peer, "--record", recording, ...LOCAL],
      home,
    );
    expect(got.exit, got.stderr).toBe(0);
  } finally {
    sharing.kill("SIGTERM");
    await sharing.finished;
  }
  return recording;
}

describe("starling get --record and starling lab replay", () => {
  test(
    "the replay of a real download comes to the same states",
    async () => {
      const home = scratchFolder();
      const recording = await recordedDownload(home);
      const replayed = await run(["lab", "replay", recording, "--json"], home);
      const report = JSON.parse(replayed.stdout) as Record<string, unknown>;

      expect(replayed.exit, replayed.stdout).toBe(0);
      expect(report).toMatchObject({ ok: true, ending: "closed", divergence: null });
      expect(report["equalStates"]).toBe(report["states"]);
      expect(report["torrents"]).toMatchObject([{ totalBytes: 1 << 20, haveBytes: 1 << 20 }]);
      expect((await run(["lab", "replay", recording], home)).stdout).toMatch(
        /The replay came to the same states/,
      );

      expect(statSync(recording).mode & 0o777).toBe(0o600);
      expect(readFileSync(recording, "latin1")).not.toMatch(/lecture|127\.0\.0\.1/);
      const again = await run(["get", "a".repeat(40), "-o", "out", "--record", recording, ...LOCAL], home);
      expect(again).toMatchObject({ exit: 8 });
      expect(again.stderr).toMatch(/report\.rec is there already/);
    },
    LONG_MS,
  );

  test("what is no recording, or a damaged one, is refused in one line", async () => {
    const home = scratchFolder();
    writeFileSync(join(home, "other"), "something else");
    writeFileSync(join(home, "damaged"), "starling-recording 1\n\0\0\0\x01\0\0\0\0\0");
    for (const [path, exit, words] of [
      ["missing", 8, /Cannot read missing: ENOENT/],
      ["other", 2, /other cannot be replayed: it is no recording/],
      ["damaged", 2, /damaged cannot be replayed: it is damaged/],
    ] as const) {
      const refused = await run(["lab", "replay", path], home);
      const lines = refused.stderr.trim().split("\n");
      expect([refused.exit, refused.stdout]).toEqual([exit, ""]);
      expect(lines[0]).toMatch(words);
      expect(lines.slice(1).every((line) => line.startsWith("hint: "))).toBe(true);
    }
  });
});
