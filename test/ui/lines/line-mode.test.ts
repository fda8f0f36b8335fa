/** The dashboard for ears: what is said by itself, and what is answered. */
import { expect, test } from "vitest";
import { type LineMode, type LinePort, startLineMode } from "../../../src/ui/index.ts";
import { FakeSessionView } from "../support/fake-session-view.ts";
import { aDiagnosis, anEmptySession, anId, aSnapshot, aTorrent } from "../support/snapshots.ts";

interface Conversation {
  readonly view: FakeSessionView;
  readonly said: string[];
  readonly mode: LineMode;
  /** Types a line and waits for what is answered. */
  ask(line: string): Promise<readonly string[]>;
  hangUp(): void;
}

function talk(snapshot = anEmptySession()): Conversation {
  const view = new FakeSessionView(snapshot);
  const said: string[] = [];
  let listener: Parameters<LinePort["listen"]>[0] | undefined;
  const port: LinePort = {
    writeLine: (text) => void said.push(text),
    listen: (heard) => {
      listener = heard;
      return () => {
        listener = undefined;
      };
    },
  };
  const mode = startLineMode({ view, port, readTorrentFile: async () => new Uint8Array() });
  return {
    view,
    said,
    mode,
    ask: async (line) => {
      const before = said.length;
      listener?.line(line);
      for (let turn = 0; turn < 20; turn++) await Promise.resolve();
      return said.slice(before);
    },
    hangUp: () => listener?.closed(),
  };
}

test("begins with the session in a sentence", () => {
  expect(talk().said[0]).toContain("0 torrents. 0 B/s down");
  expect(talk().said[0]).toContain("The DHT is being joined with 3 nodes.");
});

test("says each tenth of the way, trouble and its end, and nothing in between", () => {
  const { view, said } = talk(aSnapshot({ torrents: [aTorrent({ progressRatio: 0.71 })] }));
  const from = said.length;
  view.publish(aSnapshot({ torrents: [aTorrent({ progressRatio: 0.79, downBytesPerSecond: 5 })] }));
  expect(said.length).toBe(from);
  view.publish(aSnapshot({ torrents: [aTorrent({ progressRatio: 0.8 })] }));
  expect(said.at(-1)).toBe(
    "lecture-series-hd: downloading, 80 percent, 2.5 MiB/s down, 391 KiB/s up, 22 minutes left.",
  );
  const stuck = aDiagnosis({ code: "L2", severity: "problem", sentence: "Nobody announces this hash." });
  view.publish(aSnapshot({ torrents: [aTorrent({ progressRatio: 0.8, diagnosis: stuck })] }));
  expect(said.at(-1)).toContain("Why: Nobody announces this hash.");
  view.publish(
    aSnapshot({ torrents: [aTorrent({ phase: "seeding", progressRatio: 1, downBytesPerSecond: 0 })] }),
  );
  expect(said.at(-1)).toContain("complete, seeding");
});

test("answers commands on torrents by their number", async () => {
  const { view, ask } = talk(aSnapshot({ torrents: [aTorrent(), aTorrent({ id: anId(1), name: "other" })] }));
  expect(await ask("list")).toHaveLength(2);
  expect(await ask("pause 2")).toEqual(["other is paused."]);
  expect(view.sent).toEqual([["pause", anId(1)]]);
  expect(await ask("why 1")).toContain("lecture-series-hd: Fine: 9 of 14 peers send.");
  expect(await ask("pause 7")).toEqual(["Type pause NUMBER."]);
});

test("adds a link that stands alone, sets limits, and says what it does not know", async () => {
  const { view, ask } = talk();
  const magnet = `magnet:?xt=urn:btih:${"a".repeat(40)}`;
  expect(await ask(magnet)).toEqual(["Added."]);
  expect(await ask("limit down 2M")).toEqual(["Limit set."]);
  expect(view.sent).toEqual([
    ["add", { kind: "magnet", text: magnet }, {}],
    ["configure", { maxDownBytesPerSecond: 2_097_152 }],
  ]);
  expect(await ask("frobnicate")).toEqual(["There is no command frobnicate. Type help."]);
  expect((await ask("help")).join(" ")).toContain("limit down RATE");
});

test("a refusal is a sentence with its hint", async () => {
  const { view, ask } = talk(aSnapshot({ torrents: [aTorrent()] }));
  view.refusal = Object.assign(new Error("The engine is stopping."), { hint: "Start it again." });
  expect(await ask("verify")).toEqual(["The engine is stopping. Start it again."]);
});

test("TU01: what others chose for names never steers the terminal", () => {
  const { said } = talk(aSnapshot({ torrents: [aTorrent({ name: "a\x1b[2J\rb\x9b31m" })] }));
  expect(said.join("")).not.toMatch(/[\p{Cc}]/u);
});

test("ends when asked and when the terminal goes; then nothing is said any more", async () => {
  const { view, said, mode, ask } = talk();
  await ask("quit");
  await expect(mode.done).resolves.toEqual({ reason: "quit" });
  const before = said.length;
  view.publish(aSnapshot({ torrents: [aTorrent()] }));
  expect(said.length).toBe(before);
  const other = talk();
  other.hangUp();
  await expect(other.mode.done).resolves.toEqual({ reason: "terminal-closed" });
});
