/** What the picker asks whom for, story by story; piece-picker.prop.test.ts has the invariants. */
import { describe, expect, test } from "vitest";
import { SeededRandom } from "../../../src/sim/index.ts";
import { Bitfield } from "../../../src/torrent/bitfield.ts";
import { BLOCK_BYTES, PieceMap, SEGMENT_BYTES } from "../../../src/torrent/piece-map.ts";
import {
  BLOCK_DUPLICATE,
  MAX_PEER_SLOTS,
  PIECE_COMPLETE,
  type PickOptions,
  PiecePicker,
  SEGMENT_COMPLETE,
} from "../../../src/wire/swarm/piece-picker.ts";

interface Setup {
  readonly pieces?: number;
  readonly blocksPerPiece?: number;
  readonly have?: readonly number[];
  readonly priorities?: readonly number[];
  readonly seed?: string;
}

function aPicker(setup: Setup = {}): PiecePicker {
  const pieces = setup.pieces ?? 10;
  const pieceBytes = (setup.blocksPerPiece ?? 4) * BLOCK_BYTES;
  const priorities = setup.priorities ?? new Array<number>(pieces).fill(4);
  return new PiecePicker({
    pieceMap: new PieceMap(pieces * pieceBytes, pieceBytes),
    random: new SeededRandom(setup.seed ?? "picker"),
    have: field(pieces, setup.have ?? []),
    priorities: Uint8Array.from(priorities),
  });
}

function field(length: number, pieces: readonly number[]): Bitfield {
  const bitfield = new Bitfield(length);
  for (const piece of pieces) bitfield.set(piece);
  return bitfield;
}

/** Enough pieces had that rarest-first is in force: the first four of them. */
const FIRST_FOUR = [0, 1, 2, 3];
const WHOLE: PickOptions = { speedClass: 2, sharing: "prefer-whole", maxNewSegments: 1_000 };
const SHARE: PickOptions = { speedClass: 1, sharing: "share", maxNewSegments: 1_000 };
const PAROLE: PickOptions = { speedClass: 1, sharing: "only-whole", maxNewSegments: 1_000 };

type Block = readonly [piece: number, block: number];

function pick(picker: PiecePicker, slot: number, max: number, options: PickOptions = WHOLE): Block[] {
  const out = new Int32Array(2 * max);
  const count = picker.pick(slot, max, out, options);
  return Array.from({ length: count }, (_, i): Block => [out[2 * i] as number, out[2 * i + 1] as number]);
}

const piecesOf = (blocks: readonly Block[]) => [...new Set(blocks.map(([piece]) => piece))];

function deliver(picker: PiecePicker, slot: number, blocks: readonly Block[]): number {
  let last = 0;
  for (const [piece, block] of blocks) last = picker.blockReceived(slot, piece, block);
  return last;
}

/** Lets the peer send everything it is asked for until it is asked for nothing more; the pieces in that order. */
function drain(picker: PiecePicker, slot: number, options: PickOptions = WHOLE): number[] {
  const order: number[] = [];
  for (
    let blocks = pick(picker, slot, 1, options);
    blocks.length > 0;
    blocks = pick(picker, slot, 1, options)
  ) {
    const [piece] = blocks[0] as Block;
    if (order.at(-1) !== piece) order.push(piece);
    if ((deliver(picker, slot, blocks) & PIECE_COMPLETE) !== 0) picker.pieceGood(piece);
  }
  return order;
}

describe("what a peer is asked for", () => {
  test("is nothing while it has nothing that we want", () => {
    const picker = aPicker({ have: [0], priorities: [4, 0, 4, 4, 4, 4, 4, 4, 4, 4] });
    picker.peerJoined(0, "none");
    picker.peerJoined(1, field(10, [0, 1]));

    expect(picker.isInteresting(0)).toBe(false);
    expect(picker.isInteresting(1)).toBe(false);
    expect(pick(picker, 0, 10)).toEqual([]);
    expect(pick(picker, 1, 10)).toEqual([]);
  });

  test("are blocks in order, each once, and no more than was asked for", () => {
    const picker = aPicker({ pieces: 1, blocksPerPiece: 6 });
    picker.peerJoined(0, "all");

    expect(pick(picker, 0, 4)).toEqual([
      [0, 0],
      [0, 1],
      [0, 2],
      [0, 3],
    ]);
    expect(pick(picker, 0, 4)).toEqual([
      [0, 4],
      [0, 5],
    ]);
  });

  test("are the rarest pieces first, once we have four", () => {
    const picker = aPicker({ have: FIRST_FOUR });
    picker.peerJoined(0, "all");
    picker.peerJoined(1, field(10, [4, 5, 6, 7, 9]));
    picker.peerJoined(2, field(10, [4, 5, 7]));
    picker.peerJoined(3, field(10, [7]));

    const order = drain(picker, 0);

    expect(order[0]).toBe(8);
    expect(order.slice(1, 3).sort()).toEqual([6, 9]);
    expect(order.slice(3, 5).sort()).toEqual([4, 5]);
    expect(order[5]).toBe(7);
  });

  test("follows rarity as HAVE and leaving peers change it", () => {
    const picker = aPicker({ have: [0, 1, 2, 3, 4, 5, 6, 7] });
    picker.peerJoined(0, "all");
    picker.peerJoined(1, field(10, [8]));

    picker.peerHave(1, 9);
    picker.peerDontHave(1, 8);
    expect(piecesOf(pick(picker, 0, 4))).toEqual([8]);
    picker.releaseRequests(0);
    picker.peerLeft(1);
    picker.peerJoined(1, field(10, [8]));

    expect(piecesOf(pick(picker, 0, 4))).toEqual([9]);
  });

  test("differs from client to client among equally rare pieces", () => {
    const firsts = ["a", "b", "c", "d", "e", "f"].map((seed) => {
      const picker = aPicker({ pieces: 100, have: FIRST_FOUR, seed });
      picker.peerJoined(0, "all");
      return pick(picker, 0, 1)[0]?.[0];
    });

    expect(new Set(firsts).size).toBeGreaterThan(3);
  });

  test("is a random piece and not the rarest while we have fewer than four", () => {
    const firsts = Array.from({ length: 20 }, (_, i) => {
      const picker = aPicker({ pieces: 100, seed: `first ${i}` });
      picker.peerJoined(0, "all");
      picker.peerJoined(
        1,
        field(
          100,
          Array.from({ length: 99 }, (__, piece) => piece),
        ),
      );
      return pick(picker, 0, 1)[0]?.[0];
    });

    expect(firsts.filter((piece) => piece === 99).length).toBeLessThan(5);
    expect(new Set(firsts).size).toBeGreaterThan(5);
  });

  test("obeys priorities before rarity, and skips what is not wanted", () => {
    const picker = aPicker({ have: FIRST_FOUR, priorities: [4, 4, 4, 4, 1, 0, 4, 7, 4, 1] });
    picker.peerJoined(0, "all");
    picker.peerJoined(1, field(10, [7, 8]));

    const order = drain(picker, 0);

    expect(order.slice(0, 3)).toEqual([7, 6, 8]);
    expect(order.slice(3).sort()).toEqual([4, 9]);
    expect(picker.isComplete).toBe(true);
  });

  test("turns to pieces whose priority is raised, and leaves those that are not wanted any more", () => {
    const picker = aPicker({ have: FIRST_FOUR });
    picker.peerJoined(0, "all");
    const begun = piecesOf(pick(picker, 0, 1))[0] as number;
    const priorities = new Uint8Array(10).fill(4);
    const raised = begun === 9 ? 8 : 9;
    priorities[raised] = 7;
    priorities[begun] = 0;

    picker.setPriorities(priorities);

    expect(piecesOf(pick(picker, 0, 4))).toEqual([raised]);
    expect(drain(picker, 0)).not.toContain(begun);
  });

  test("prefers a new piece of a higher priority to a partial one", () => {
    const picker = aPicker({ have: FIRST_FOUR });
    picker.peerJoined(0, "all");
    picker.peerJoined(1, "all");
    const begun = piecesOf(pick(picker, 0, 1, SHARE))[0] as number;
    const raised = begun === 9 ? 8 : 9;
    const priorities = new Uint8Array(10).fill(4);
    priorities[raised] = 5;

    picker.setPriorities(priorities);

    expect(piecesOf(pick(picker, 1, 1, SHARE))).toEqual([raised]);
    expect(piecesOf(pick(picker, 0, 3, SHARE))).toEqual([raised]);
  });

  test("does not follow the order in which peers announced pieces", () => {
    const picker = aPicker({ pieces: 200, have: FIRST_FOUR });
    picker.peerJoined(0, "all");
    picker.peerJoined(1, "none");
    for (let piece = 4; piece < 200; piece++) picker.peerHave(1, piece);

    const order = drain(picker, 0);

    const neighbours = order.filter((piece, i) => i > 0 && Math.abs(piece - (order[i - 1] as number)) === 1);
    expect(neighbours.length).toBeLessThan(20);
  });

  test("goes through the content in order when that is asked for, high priorities first", () => {
    const picker = aPicker({ have: [2], priorities: [4, 4, 4, 4, 4, 4, 7, 4, 7, 4] });
    picker.setOrder("sequential");
    picker.peerJoined(0, "all");

    expect(drain(picker, 0)).toEqual([6, 8, 0, 1, 3, 4, 5, 7, 9]);
  });

  test("begins with urgent pieces, in their order", () => {
    const picker = aPicker({ have: FIRST_FOUR });
    picker.peerJoined(0, "all");
    picker.setUrgent([9, 2, 5]);

    expect(drain(picker, 0).slice(0, 2)).toEqual([9, 5]);
  });

  test("comes from a given list only, where the peer has those pieces, when it chokes us", () => {
    const picker = aPicker({ have: [1] });
    picker.peerJoined(0, field(10, [1, 2, 3]));
    const out = new Int32Array(100);

    const count = picker.pickFrom(0, [1, 3, 7], 50, out, SHARE);

    expect(count).toBe(4);
    expect([...out.subarray(0, 8)]).toEqual([3, 0, 3, 1, 3, 2, 3, 3]);
  });
});

describe("partial pieces", () => {
  test("are finished before new ones are begun", () => {
    const picker = aPicker({ have: FIRST_FOUR });
    picker.peerJoined(0, "all");
    picker.peerJoined(1, "all");
    const begun = piecesOf(pick(picker, 0, 1, SHARE));

    expect(piecesOf(pick(picker, 1, 3, SHARE))).toEqual(begun);
  });

  test("are left to peers of their speed", () => {
    const picker = aPicker({ have: FIRST_FOUR });
    for (const slot of [0, 1, 2]) picker.peerJoined(slot, "all");
    const begun = piecesOf(pick(picker, 0, 1, { ...SHARE, speedClass: 0 }));

    expect(piecesOf(pick(picker, 1, 1, { ...SHARE, speedClass: 2 }))).not.toEqual(begun);
    expect(piecesOf(pick(picker, 2, 1, { ...SHARE, speedClass: 0 }))).toEqual(begun);
  });

  test("are not shared by fast peers while there are others to begin", () => {
    const picker = aPicker({ pieces: 6, have: FIRST_FOUR });
    for (const slot of [0, 1, 2]) picker.peerJoined(slot, "all");
    const first = piecesOf(pick(picker, 0, 2));
    const second = piecesOf(pick(picker, 1, 2));

    expect(second).not.toEqual(first);
    expect(pick(picker, 2, 4)).toHaveLength(4);
  });

  test("are worked on by all until the first piece is had, but never more than two at a time by choice", () => {
    const picker = aPicker({ pieces: 20, blocksPerPiece: 8 });
    for (let slot = 0; slot < 6; slot++) picker.peerJoined(slot, "all");

    const perPeer = Array.from({ length: 6 }, (_, slot) => piecesOf(pick(picker, slot, 4)));

    expect(new Set(perPeer.slice(0, 4).flat()).size).toBe(2);
    expect(new Set(perPeer.flat()).size).toBe(4);
  });

  test("are taken over from an owner that left", () => {
    const picker = aPicker({ have: FIRST_FOUR });
    picker.peerJoined(0, "all");
    picker.peerJoined(1, "all");
    const blocks = pick(picker, 0, 3);
    deliver(picker, 0, blocks.slice(0, 1));
    picker.peerLeft(0);

    expect(pick(picker, 1, 3)).toEqual([1, 2, 3].map((block) => [blocks[0]?.[0], block]));
  });

  test("hold no memory once all that was asked for is lost", () => {
    const picker = aPicker();
    picker.peerJoined(0, "all");
    const blocks = pick(picker, 0, 10);
    expect(picker.counts()).toMatchObject({ openSegments: 3, partialPieces: 3, requestedBlocks: 10 });

    for (const [piece, block] of blocks) picker.blockLost(0, piece, block);

    expect(picker.counts()).toMatchObject({ openSegments: 0, partialPieces: 0, requestedBlocks: 0 });
  });

  test("are not begun beyond the slabs that there are", () => {
    const picker = aPicker({ blocksPerPiece: 4 });
    picker.peerJoined(0, "all");

    expect(pick(picker, 0, 40, { ...WHOLE, maxNewSegments: 2 })).toHaveLength(8);
    expect(pick(picker, 0, 40, { ...WHOLE, maxNewSegments: 0 })).toEqual([]);
    expect(picker.counts().openSegments).toBe(2);
  });

  test("can be abandoned when nobody is asked for them, those without hope first, then the least complete", () => {
    const picker = aPicker({ pieces: 4 });
    picker.peerJoined(0, field(4, [0, 1, 2]));
    picker.peerJoined(1, field(4, [1, 2, 3]));
    for (const block of [0, 1, 2]) picker.blockReceived(0, 0, block);
    for (const block of [0, 1]) picker.blockReceived(0, 1, block);
    picker.blockReceived(0, 2, 0);
    expect(picker.pieceToAbandon()).toBe(2);
    picker.peerLeft(0);

    expect(picker.pieceToAbandon()).toBe(0);
    picker.abandonPiece(0);

    expect(picker.counts()).toMatchObject({ partialPieces: 2, unverifiedBytes: 3 * BLOCK_BYTES });
    expect(picker.isBlockMissing(0, 0)).toBe(true);
    expect(picker.pieceToAbandon()).toBe(2);
  });

  test("that somebody is asked for are never the ones to abandon", () => {
    const picker = aPicker();
    picker.peerJoined(0, "all");
    pick(picker, 0, 10);

    expect(picker.pieceToAbandon()).toBe(-1);
  });
});

describe("peers on parole", () => {
  test("get pieces that nobody else contributes to", () => {
    const picker = aPicker({ have: FIRST_FOUR });
    for (const slot of [0, 1, 2]) picker.peerJoined(slot, "all");
    const shared = piecesOf(pick(picker, 0, 1, SHARE));
    const own = piecesOf(pick(picker, 1, 1, PAROLE));

    expect(own).not.toEqual(shared);
    expect(piecesOf(pick(picker, 2, 16, SHARE))).not.toContain(own[0]);
    expect(piecesOf(pick(picker, 1, 3, PAROLE))).toEqual(own);
  });

  test("lose their piece to others when they stop", () => {
    const picker = aPicker({ pieces: 5, have: FIRST_FOUR });
    picker.peerJoined(0, "all");
    picker.peerJoined(1, "all");
    const blocks = pick(picker, 0, 2, PAROLE);
    deliver(picker, 0, blocks.slice(0, 1));
    picker.blockLost(0, 4, 1);

    expect(pick(picker, 1, 4, SHARE)).toEqual([
      [4, 1],
      [4, 2],
      [4, 3],
    ]);
  });

  test("do not hold up the end of the download", () => {
    const picker = aPicker({ pieces: 5, have: FIRST_FOUR });
    picker.peerJoined(0, "all");
    picker.peerJoined(1, "all");
    pick(picker, 0, 1, PAROLE);

    expect(pick(picker, 1, 3, SHARE)).toHaveLength(3);
  });
});

describe("the endgame", () => {
  test("begins when every missing block is asked for, and then asks one more peer for some", () => {
    const picker = aPicker({ pieces: 5, have: FIRST_FOUR });
    for (const slot of [0, 1, 2]) picker.peerJoined(slot, "all");
    pick(picker, 0, 3);
    expect(picker.isEndgame).toBe(false);
    pick(picker, 0, 1);
    expect(picker.isEndgame).toBe(true);

    const doubled = pick(picker, 1, 10);

    expect(doubled.length).toBeGreaterThan(0);
    expect(doubled.length).toBeLessThan(4);
    for (const [piece, block] of doubled) {
      expect(picker.isRequestedBy(0, piece, block)).toBe(true);
      expect(picker.isRequestedBy(1, piece, block)).toBe(true);
      expect(pick(picker, 2, 10)).not.toContainEqual([piece, block]);
    }
  });

  test("does not wait for blocks of partial pieces that nobody has or wants any more", () => {
    const picker = aPicker({ pieces: 7, have: FIRST_FOUR });
    picker.peerJoined(0, field(7, [4, 5]));
    picker.peerJoined(1, field(7, [6]));
    picker.blockReceived(1, 6, 0);
    picker.blockReceived(0, 5, 0);
    picker.peerLeft(1);
    picker.setPriorities(Uint8Array.of(4, 4, 4, 4, 4, 0, 4));

    expect(piecesOf(pick(picker, 0, 10))).toEqual([4]);

    expect(picker.isEndgame).toBe(true);
  });

  test("does not wait for pieces that no connected peer has", () => {
    const picker = aPicker({ pieces: 6, have: FIRST_FOUR });
    picker.peerJoined(0, field(6, [4]));
    pick(picker, 0, 4);

    expect(picker.isEndgame).toBe(true);
    picker.peerHave(0, 5);
    expect(picker.isEndgame).toBe(false);
  });

  /** Slot 2 has sent all it was asked for; `first` and `second` are what slots 0 and 1 owe: everything that is left. */
  function twoOweAndOneIsIdle(): { picker: PiecePicker; first: Block[]; second: Block[] } {
    const picker = aPicker({ pieces: 7, have: FIRST_FOUR });
    for (const slot of [0, 1, 2]) picker.peerJoined(slot, "all");
    deliver(picker, 2, pick(picker, 2, 4));
    return { picker, first: pick(picker, 0, 4), second: pick(picker, 1, 4) };
  }

  test("helps out the peer that has been silent for longest, from the end of its queue", () => {
    const { picker, first, second } = twoOweAndOneIsIdle();
    deliver(picker, 0, first.slice(0, 1));

    expect(pick(picker, 2, 10)).toEqual([second[3]]);
  });

  test("asks a peer for more second blocks each time it is the faster one, and for one again when it is not", () => {
    const { picker, first, second } = twoOweAndOneIsIdle();
    deliver(picker, 0, first.slice(0, 1));

    deliver(picker, 2, pick(picker, 2, 10));
    const two = pick(picker, 2, 10);
    expect(two).toEqual([second[2], second[1]]);
    deliver(picker, 2, two.slice(1));
    deliver(picker, 1, two.slice(0, 1));

    expect(pick(picker, 2, 10)).toHaveLength(1);
  });

  test("does not let two silent peers hold a block between them", () => {
    const { picker } = twoOweAndOneIsIdle();

    expect(pick(picker, 0, 2)).toEqual([]);
    expect(pick(picker, 1, 2)).toEqual([]);
    expect(pick(picker, 2, 2)).toHaveLength(1);
  });

  test("asks a peer that was helped out for no second block until it has sent one", () => {
    const picker = aPicker({ pieces: 7, have: FIRST_FOUR });
    for (const slot of [0, 1, 2]) picker.peerJoined(slot, "all");
    deliver(picker, 0, pick(picker, 0, 4));
    const owed = pick(picker, 0, 1);
    deliver(picker, 2, pick(picker, 2, 3));
    pick(picker, 1, 4);
    expect(picker.isEndgame).toBe(true);
    expect(pick(picker, 2, 1)).toEqual(owed);
    deliver(picker, 2, owed);
    expect(picker.requestsOf(0)).toBe(0);

    expect(pick(picker, 0, 1)).toEqual([]);
    picker.blockReceived(0, ...(owed[0] as Block));

    expect(pick(picker, 0, 1)).toHaveLength(1);
  });

  test("does not ask a peer that never sent anything to help out its like while others could", () => {
    const picker = aPicker({ pieces: 7, have: FIRST_FOUR });
    for (const slot of [0, 1]) picker.peerJoined(slot, "all");
    deliver(picker, 0, pick(picker, 0, 4));
    pick(picker, 1, 8);
    picker.peerJoined(2, "all");

    expect(pick(picker, 2, 1)).toEqual([]);
    expect(pick(picker, 0, 1)).toHaveLength(1);
  });

  test("gives a newcomer a block that a silent one owes, when nobody has sent anything yet", () => {
    const picker = aPicker({ pieces: 5, have: FIRST_FOUR });
    picker.peerJoined(0, "all");
    pick(picker, 0, 4);
    picker.peerJoined(1, "all");

    expect(pick(picker, 1, 4)).toEqual([[4, 3]]);
  });

  test("is over for a block when it arrives: the other peer is named, to be sent a CANCEL", () => {
    const picker = aPicker({ pieces: 5, have: FIRST_FOUR });
    picker.peerJoined(0, "all");
    picker.peerJoined(1, "all");
    pick(picker, 0, 4);
    const [piece, block] = pick(picker, 1, 1)[0] as Block;

    expect(picker.otherRequester(1, piece, block)).toBe(0);
    expect(picker.otherRequester(0, piece, block)).toBe(1);
    picker.blockReceived(1, piece, block);

    expect(picker.otherRequester(1, piece, block)).toBe(-1);
    expect(picker.blockReceived(0, piece, block)).toBe(BLOCK_DUPLICATE);
    expect(picker.requestsOf(0)).toBe(3);
  });
});

describe("blocks and pieces", () => {
  test("a piece is complete with its last block, pending until the verdict, and had when it is good", () => {
    const picker = aPicker({ pieces: 2, blocksPerPiece: 2 });
    picker.peerJoined(0, field(2, [1]));

    expect(picker.blockReceived(0, 1, 1)).toBe(0);
    expect(picker.blockReceived(0, 1, 0)).toBe(SEGMENT_COMPLETE | PIECE_COMPLETE);
    expect(picker.isPending(1)).toBe(true);
    expect(pick(picker, 0, 4)).toEqual([]);
    expect(picker.isInteresting(0)).toBe(true);
    picker.pieceGood(1);

    expect(picker.have.has(1)).toBe(true);
    expect(picker.isInteresting(0)).toBe(false);
    expect(picker.isBlockMissing(1, 0)).toBe(false);
  });

  test.each(["pieceBad", "pieceFailed"] as const)("after %s every block is asked for anew", (verdict) => {
    const picker = aPicker({ pieces: 1, blocksPerPiece: 2 });
    picker.peerJoined(0, "all");
    deliver(picker, 0, pick(picker, 0, 2));

    picker[verdict](0);

    expect(pick(picker, 0, 5)).toHaveLength(2);
  });

  test("a piece that the disk lost is wanted again", () => {
    const picker = aPicker({ pieces: 2, have: [0, 1] });
    picker.peerJoined(0, "all");
    expect(picker.isComplete).toBe(true);

    picker.pieceLost(1);

    expect(picker.isComplete).toBe(false);
    expect(piecesOf(pick(picker, 0, 8))).toEqual([1]);
    expect(picker.counts()).toMatchObject({ havePieces: 1, wantedMissingPieces: 1 });
  });

  test("a block that arrives after its request timed out is taken, and who was asked since is named", () => {
    const picker = aPicker({ pieces: 1, blocksPerPiece: 2 });
    picker.peerJoined(0, "all");
    picker.peerJoined(1, "all");
    pick(picker, 0, 1);
    picker.blockLost(0, 0, 0);
    expect(pick(picker, 1, 1)).toEqual([[0, 0]]);

    expect(picker.otherRequester(0, 0, 0)).toBe(1);
    expect(picker.blockReceived(0, 0, 0)).toBe(0);

    expect(picker.isRequestedBy(1, 0, 0)).toBe(false);
    expect(picker.freeBlocksOf(0)).toBe(1);
  });

  test("long pieces are collected in segments, the begun ones first", () => {
    const segmentBlocks = SEGMENT_BYTES / BLOCK_BYTES;
    const picker = aPicker({ pieces: 1, blocksPerPiece: 2.5 * segmentBlocks });
    picker.peerJoined(0, "all");
    const first = pick(picker, 0, segmentBlocks - 1, { ...WHOLE, maxNewSegments: 1 });
    expect(picker.counts().openSegments).toBe(1);

    const rest = pick(picker, 0, segmentBlocks, { ...WHOLE, maxNewSegments: 1 });
    expect(rest[0]).toEqual([0, segmentBlocks - 1]);
    expect(picker.counts().openSegments).toBe(2);

    deliver(picker, 0, first);
    expect(picker.blockReceived(0, 0, segmentBlocks - 1)).toBe(SEGMENT_COMPLETE);
    expect(picker.counts()).toMatchObject({ openSegments: 1, partialPieces: 1 });
    expect(picker.isBlockMissing(0, 5)).toBe(false);
  });

  test("a long piece needs a segment's memory at a time, whatever its length", () => {
    const picker = aPicker({ pieces: 1, blocksPerPiece: 32_768 });
    picker.peerJoined(0, "all");
    let most = 0;
    for (let count = 0; count < 32_768; ) {
      const blocks = pick(picker, 0, 100, { ...WHOLE, maxNewSegments: 3 });
      most = Math.max(most, picker.counts().openSegments);
      deliver(picker, 0, blocks);
      count += blocks.length;
    }

    expect(most).toBeLessThanOrEqual(3);
    expect(picker.isPending(0)).toBe(true);
  });
});

describe("facts for the views", () => {
  test("copies are those of the rarest piece and the share of pieces that have more", () => {
    const picker = aPicker({ pieces: 4 });
    expect(picker.copies()).toBe(0);
    picker.peerJoined(0, "all");
    picker.peerJoined(1, field(4, [0]));

    expect(picker.copies()).toBe(1.25);
    expect([0, 1].map((piece) => picker.availability(piece))).toEqual([2, 1]);
  });

  test("a peer that completes the set piece by piece counts as a seed, once", () => {
    const picker = aPicker({ pieces: 3 });
    picker.peerJoined(0, "none");
    for (const piece of [0, 1, 2]) expect(picker.peerHave(0, piece)).toBe(true);

    expect(picker.isSeed(0)).toBe(true);
    expect(picker.copies()).toBe(1);
    expect(picker.peerHave(0, 1)).toBe(false);
    expect(picker.peerDontHave(0, 1)).toBe(true);
    expect(picker.copies()).toBeCloseTo(2 / 3);
    picker.peerLeft(0);
    expect(picker.copies()).toBe(0);
  });

  test("rarity counts the missing pieces by copies among peers that are not seeds", () => {
    const picker = aPicker({ pieces: 6, have: [0] });
    picker.peerJoined(0, "all");
    picker.peerJoined(1, field(6, [0, 1, 2, 3]));
    picker.peerJoined(2, field(6, [1, 2]));
    picker.peerJoined(3, field(6, [1]));

    expect(picker.rarity(2)).toEqual([2, 1, 2]);
  });

  test("the sole holder is the peer that most of the scarcest missing pieces depend on", () => {
    const picker = aPicker({ pieces: 6, have: [0] });
    picker.peerJoined(1, field(6, [0, 1, 2, 3]));
    picker.peerJoined(2, field(6, [3, 4]));

    expect(picker.soleHolder()).toEqual({ slot: 1, pieces: 2 });
  });

  test("the only seed is the sole holder of what no other peer has", () => {
    const picker = aPicker({ pieces: 6 });
    picker.peerJoined(1, field(6, [0, 1, 2, 3]));
    picker.peerJoined(5, "all");
    expect(picker.soleHolder()).toEqual({ slot: 5, pieces: 2 });
    picker.peerJoined(6, "all");
    expect(picker.soleHolder()).toBeUndefined();
  });

  test("pieces that nobody has are counted, until somebody comes who has them", () => {
    const picker = aPicker({ pieces: 4 });
    picker.peerJoined(0, field(4, [0, 1]));
    expect(picker.counts().unavailablePieces).toBe(2);
    picker.peerJoined(1, "all");
    expect(picker.counts().unavailablePieces).toBe(0);
  });

  test("bytes are counted with the short last piece", () => {
    const pieceMap = new PieceMap(2 * BLOCK_BYTES + 100, BLOCK_BYTES);
    const picker = new PiecePicker({
      pieceMap,
      random: new SeededRandom("bytes"),
      have: field(3, [2]),
      priorities: Uint8Array.of(0, 4, 4),
    });

    expect(picker.counts()).toMatchObject({
      totalBytes: 2 * BLOCK_BYTES + 100,
      haveBytes: 100,
      wantedBytes: BLOCK_BYTES + 100,
      wantedHaveBytes: 100,
    });
  });
});

describe("misuse by its owner", () => {
  test("is refused at once", () => {
    const picker = aPicker();
    picker.peerJoined(0, "all");

    expect(() => picker.peerJoined(0, "none")).toThrow("taken");
    expect(() => picker.peerJoined(MAX_PEER_SLOTS, "none")).toThrow("out of range");
    expect(() => picker.peerJoined(1, field(9, [0]))).toThrow("another torrent");
    expect(() => picker.peerLeft(7)).toThrow("nobody");
    expect(() => picker.peerHave(0, 10)).toThrow("out of range");
    expect(() => picker.blockReceived(0, 0, 4)).toThrow("no block");
    expect(() => picker.pieceGood(0)).toThrow("not pending");
    expect(() => picker.setPriorities(new Uint8Array(3))).toThrow("another torrent");
  });
});
