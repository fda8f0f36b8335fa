import fc from "fast-check";
import { expect, test } from "vitest";
import { applyPatch, diffSnapshots } from "../../../src/session/channel/snapshot-patch.ts";
import type { SessionSnapshot } from "../../../src/session/session-view.ts";
import { aLogLine, aSessionSnapshot, aTorrentSnapshot } from "../support/snapshots.ts";

const idOf = (n: number) => n.toString(16).padStart(40, "0");

/** Histories in which torrents come, go, move and change, and log lines are appended and fall off. */
const histories = fc.array(
  fc.record({
    torrents: fc.uniqueArray(fc.tuple(fc.nat(5), fc.nat(2)), { selector: ([id]) => id }),
    newLines: fc.nat(4),
    rate: fc.nat(3),
    nodes: fc.nat(2),
  }),
  { minLength: 1, maxLength: 12 },
);

type Step = typeof histories extends fc.Arbitrary<(infer Item)[]> ? Item : never;

function play(steps: readonly Step[]): SessionSnapshot[] {
  let sequence = 0;
  let log: SessionSnapshot["log"] = [];
  return steps.map((step) => {
    const lines = Array.from({ length: step.newLines }, () => aLogLine(sequence++));
    log = [...log, ...lines].slice(-5);
    return aSessionSnapshot({
      downBytesPerSecond: step.rate,
      dht: { ...aSessionSnapshot().dht, goodNodes: step.nodes },
      torrents: step.torrents.map(([id, have]) => aTorrentSnapshot({ id: idOf(id), havePieces: have })),
      log,
    });
  });
}

test("applying the difference of two snapshots gives the later one, along any history", () => {
  fc.assert(
    fc.property(histories, (steps) => {
      let sent: SessionSnapshot | undefined;
      let held: SessionSnapshot | undefined;
      for (const snapshot of play(steps)) {
        held = applyPatch(held, structuredClone(diffSnapshots(sent, snapshot)));
        sent = snapshot;
        expect(held).toEqual(snapshot);
      }
    }),
    { numRuns: 300 },
  );
});

test("a patch carries only the torrents that changed", () => {
  const torrents = Array.from({ length: 100 }, (_, n) => aTorrentSnapshot({ id: idOf(n) }));
  const before = aSessionSnapshot({ torrents });
  const changed = aTorrentSnapshot({ id: idOf(42), havePieces: 60 });
  const after = { ...before, torrents: torrents.with(42, changed) };

  const patch = diffSnapshots(before, after);

  expect(patch.torrents).toEqual([changed]);
  expect(patch).not.toHaveProperty("order");
  expect(patch).not.toHaveProperty("dht");
});

test("a patch that does not fit is recognised", () => {
  const patch = diffSnapshots(undefined, aSessionSnapshot({ torrents: [aTorrentSnapshot()] }));

  expect(applyPatch(undefined, { ...patch, torrents: [] })).toBeUndefined();
});
