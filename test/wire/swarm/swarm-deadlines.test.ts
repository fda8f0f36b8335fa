import { describe, expect, test } from "vitest";
import { aTorrent } from "../support/a-torrent.ts";
import { swarmWorld, type TestPeer } from "../support/swarm-world.ts";

const FAST = { upBytesPerSecond: 100_000, downBytesPerSecond: 5_000_000 };
const SLOW = { upBytesPerSecond: 4_000, downBytesPerSecond: 5_000_000 };

/** A leech that has been busy with 4 seeds for some seconds, of which `slow` are slow. */
function busyLeech(slow = 0) {
  const w = swarmWorld();
  const torrent = aTorrent({ totalBytes: 6_000_000, pieceBytes: 65_536 });
  const seeds = Array.from({ length: 4 }, (_, i) =>
    w.addPeer(torrent, { have: "all", links: i < slow ? SLOW : FAST }),
  );
  const leech = w.addPeer(torrent);
  leech.meet(...seeds);
  w.world.runFor(5_000);
  return { ...w, torrent, leech, seeds };
}

function missingFrom(leech: TestPeer, count: number): number[] {
  const missing: number[] = [];
  for (let piece = 0; missing.length < count; piece++)
    if (!leech.storage.writtenPieces.includes(piece)) missing.push(piece);
  return missing;
}

/** How long the pieces take from now on. */
function timeOf(w: ReturnType<typeof busyLeech>, pieces: readonly number[]): number {
  const startMs = w.world.nowMs;
  const isDone = () => pieces.every((piece) => w.leech.storage.writtenPieces.includes(piece));
  expect(w.world.runUntilTrue(isDone, 60_000)).toBe(true);
  return w.world.nowMs - startMs;
}

describe("pieces with a deadline", () => {
  test("arrive as fast as the peers can bring them, past their queues of other pieces", () => {
    const w = busyLeech();
    const pieces = missingFrom(w.leech, 4);

    w.leech.swarm.setDeadlines(pieces.map((pieceIndex) => ({ pieceIndex, inMs: 500 })));

    // 256 KiB at 400 kB/s take 0.7 s, what is on its way as long again; three seconds of requests were queued.
    expect(timeOf(w, pieces)).toBeLessThan(2_800);
  });

  test("arrive in the order of their time", () => {
    const w = busyLeech();
    const pieces = missingFrom(w.leech, 12);

    w.leech.swarm.setDeadlines(pieces.map((pieceIndex, i) => ({ pieceIndex, inMs: 20_000 - 1_000 * i })));
    timeOf(w, pieces);

    const written = w.leech.storage.writtenPieces.filter((piece) => pieces.includes(piece));
    const meanPlace = (some: readonly number[]) =>
      some.reduce((sum, piece) => sum + written.indexOf(piece), 0) / some.length;
    expect(meanPlace(pieces.slice(8))).toBeLessThan(meanPlace(pieces.slice(0, 4)));
  });

  test("are not left to slow peers when they are about to be late", () => {
    const w = busyLeech(3);
    const pieces = missingFrom(w.leech, 8);

    w.leech.swarm.setDeadlines(pieces.map((pieceIndex) => ({ pieceIndex, inMs: 0 })));

    // 512 KiB at 100 kB/s take five seconds; one piece at 4 kB/s would take sixteen.
    expect(timeOf(w, pieces)).toBeLessThan(12_000);
    w.world.runUntilTrue(() => w.leech.isComplete, 300_000);
    expect(w.leech.hasContent).toBe(true);
  });

  test("that are taken back are pieces like others, and nonsense is passed over", () => {
    const w = busyLeech();
    w.leech.swarm.setDeadlines([
      { pieceIndex: 1e9, inMs: 0 },
      { pieceIndex: -1, inMs: 0 },
      { pieceIndex: w.leech.storage.writtenPieces[0] as number, inMs: 0 },
    ]);
    w.world.runFor(1_000);
    w.leech.swarm.setDeadlines([]);

    w.world.runUntilTrue(() => w.leech.isComplete, 120_000);

    expect(w.leech.hasContent).toBe(true);
    expect(w.leech.swarm.view().totals.wastedRedundantBytes).toBeLessThan(0.02 * w.torrent.content.length);
  });

  test("in sequential order the content arrives from its beginning", () => {
    const w = swarmWorld();
    const torrent = aTorrent({ totalBytes: 4_000_000, pieceBytes: 65_536 });
    const leech = w.addPeer(torrent, { isStarted: false });
    leech.swarm.setPieceOrder("sequential");
    leech.swarm.start();
    leech.meet(w.addPeer(torrent, { have: "all", links: FAST, config: { allowedFastPieces: 0 } }));
    w.world.runUntilTrue(() => leech.isComplete, 120_000);

    const written = leech.storage.writtenPieces;
    expect(written).toHaveLength(torrent.map.pieceCount);
    written.forEach((piece, place) => {
      expect(Math.abs(piece - place)).toBeLessThan(4);
    });
  });
});
