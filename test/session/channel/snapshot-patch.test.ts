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

test("a patch carries only what changed", () => {
  const torrents = Array.from({ length: 100 }, (_, n) => aTorrentSnapshot({ id: idOf(n) }));
  const before = aSessionSnapshot({ torrents });
  const changed = aTorrentSnapshot({ id: idOf(42), havePieces: 60 });
  const after = { ...before, torrents: torrents.with(42, changed) };

  const patch = diffSnapshots(before, after);

  expect(patch.torrents).toEqual([[42, { s: { havePieces: 60 } }]]);
  expect(patch).not.toHaveProperty("order");
  expect(patch).not.toHaveProperty("session");
});

test("a patch that does not fit is recognised", () => {
  const patch = diffSnapshots(undefined, aSessionSnapshot({ torrents: [aTorrentSnapshot()] }));

  expect(applyPatch(undefined, { ...patch, torrents: [] })).toBeUndefined();
});

test("an addition to a long list, a removal, and a torrent that moves are a few bytes each", () => {
  const torrents = Array.from({ length: 1_000 }, (_, n) => aTorrentSnapshot({ id: idOf(n) }));
  const before = aSessionSnapshot({ torrents });
  const orderOf = (next: SessionSnapshot["torrents"]) =>
    diffSnapshots(before, { ...before, torrents: next }).order;

  expect(orderOf([...torrents, aTorrentSnapshot({ id: idOf(1_000) })])).toEqual({
    at: 1_000,
    removed: 0,
    ids: [idOf(1_000)],
  });
  expect(orderOf(torrents.toSpliced(5, 1))).toEqual({ at: 5, removed: 1, ids: [] });
  expect(orderOf(torrents.toSpliced(5, 2, torrents[6] as never, torrents[5] as never))).toEqual({
    at: 5,
    removed: 2,
    ids: [idOf(6), idOf(5)],
  });
});
