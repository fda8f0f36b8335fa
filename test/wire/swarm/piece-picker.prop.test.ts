/** The picker against a naive model: whatever happens in whatever order, nothing is lost and nothing asked thrice. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { SeededRandom } from "../../../src/sim/seeded-random.ts";
import { Bitfield } from "../../../src/torrent/bitfield.ts";
import { BLOCK_BYTES, PieceMap } from "../../../src/torrent/piece-map.ts";
import {
  BLOCK_DUPLICATE,
  PIECE_COMPLETE,
  type PickOptions,
  PiecePicker,
  SEGMENT_COMPLETE,
} from "../../../src/wire/swarm/piece-picker.ts";
import { fewerFuzzRuns } from "../../support/fuzz-runs.ts";

const SEGMENT_BLOCKS = 64;

interface ModelPeer {
  readonly pieces: Set<number>;
  /** "piece/block" asked and not answered. */
  readonly asked: Set<string>;
}

/** What the picker must agree with, kept the slow and obvious way. */
class Model {
  readonly map: PieceMap;
  readonly picker: PiecePicker;
  readonly have = new Set<number>();
  readonly pending = new Set<number>();
  readonly received = new Map<number, Set<number>>();
  readonly peers = new Map<number, ModelPeer>();
  priorities: Uint8Array;

  constructor(map: PieceMap, have: Bitfield, priorities: Uint8Array, seed: number) {
    this.map = map;
    this.priorities = priorities;
    for (let piece = 0; piece < map.pieceCount; piece++) if (have.has(piece)) this.have.add(piece);
    this.picker = new PiecePicker({ pieceMap: map, random: new SeededRandom(seed), have, priorities });
  }

  wantsAndLacks(piece: number): boolean {
    return (this.priorities[piece] as number) > 0 && !this.have.has(piece);
  }

  receivedOf(piece: number): Set<number> {
    const set = this.received.get(piece) ?? new Set<number>();
    this.received.set(piece, set);
    return set;
  }

  requestersOf(piece: number, block: number): number[] {
    return [...this.peers].filter(([, peer]) => peer.asked.has(`${piece}/${block}`)).map(([slot]) => slot);
  }

  /** Blocks that a peer could be asked for: wanted, lacking, not received, not pending. */
  missingBlocks(): [number, number][] {
    const blocks: [number, number][] = [];
    for (let piece = 0; piece < this.map.pieceCount; piece++) {
      if (!this.wantsAndLacks(piece) || this.pending.has(piece)) continue;
      for (let block = 0; block < this.map.blocksOf(piece); block++) {
        if (!this.receivedOf(piece).has(block)) blocks.push([piece, block]);
      }
    }
    return blocks;
  }

  availability(piece: number): number {
    return [...this.peers.values()].filter((peer) => peer.pieces.has(piece)).length;
  }

  /** Segments with a request or a received block that are not complete. */
  openSegments(): number {
    const open = new Set<string>();
    const complete = new Set<string>();
    for (const [piece, blocks] of this.received) {
      if (this.pending.has(piece)) continue;
      const perSegment = new Map<number, number>();
      for (const block of blocks) {
        const segment = Math.floor(block / SEGMENT_BLOCKS);
        perSegment.set(segment, (perSegment.get(segment) ?? 0) + 1);
      }
      for (const [segment, count] of perSegment) {
        const size = Math.min(SEGMENT_BLOCKS, this.map.blocksOf(piece) - segment * SEGMENT_BLOCKS);
        (count === size ? complete : open).add(`${piece}/${segment}`);
      }
    }
    for (const peer of this.peers.values()) {
      for (const key of peer.asked) {
        const [piece, block] = key.split("/").map(Number) as [number, number];
        const segment = `${piece}/${Math.floor(block / SEGMENT_BLOCKS)}`;
        if (!complete.has(segment)) open.add(segment);
      }
    }
    return open.size;
  }
}

/** One random thing that happens; numbers are reduced to what exists. */
type Action =
  | { readonly do: "join"; readonly slot: number; readonly pieces: "all" | "none" | number[] }
  | { readonly do: "leave" | "choke"; readonly slot: number }
  | { readonly do: "have" | "dont-have"; readonly slot: number; readonly piece: number }
  | { readonly do: "pick"; readonly slot: number; readonly max: number; readonly options: PickOptions }
  | {
      readonly do: "pick-from";
      readonly slot: number;
      readonly pieces: number[];
      readonly options: PickOptions;
    }
  | { readonly do: "arrive"; readonly slot: number; readonly which: number; readonly count: number }
  | { readonly do: "lose"; readonly slot: number; readonly which: number }
  | { readonly do: "late"; readonly slot: number; readonly piece: number; readonly block: number }
  | { readonly do: "verdict"; readonly which: number; readonly kind: "good" | "bad" | "failed" }
  | { readonly do: "lose-piece" | "abandon"; readonly piece: number }
  | { readonly do: "abandon-stuck" }
  | { readonly do: "priorities"; readonly values: number[] }
  | { readonly do: "order"; readonly order: "rarest-first" | "sequential" }
  | { readonly do: "urgent"; readonly pieces: number[] };

const slot = fc.nat(4);
const piece = fc.nat(15);
const options = fc.record<PickOptions>({
  speedClass: fc.constantFrom(0, 1, 2),
  sharing: fc.constantFrom("share", "prefer-whole", "only-whole"),
  maxNewSegments: fc.oneof(fc.nat(2), fc.constant(1_000)),
});
const piecesOfPeer = fc.oneof(
  fc.constantFrom("all" as const, "none" as const),
  fc.array(piece, { minLength: 1, maxLength: 12 }),
);
const act = <D extends Action["do"], F extends object>(
  name: D,
  fields: { [K in keyof F]: fc.Arbitrary<F[K]> },
) => fc.record({ do: fc.constant(name), ...fields });
const action = fc.oneof(
  { weight: 4, arbitrary: act("join", { slot, pieces: piecesOfPeer }) },
  { weight: 1, arbitrary: act("leave", { slot }) },
  { weight: 1, arbitrary: act("choke", { slot }) },
  { weight: 4, arbitrary: act("have", { slot, piece }) },
  { weight: 1, arbitrary: act("dont-have", { slot, piece }) },
  { weight: 14, arbitrary: act("pick", { slot, max: fc.integer({ min: 1, max: 40 }), options }) },
  { weight: 2, arbitrary: act("pick-from", { slot, pieces: fc.array(piece, { maxLength: 4 }), options }) },
  { weight: 14, arbitrary: act("arrive", { slot, which: fc.nat(), count: fc.integer({ min: 1, max: 40 }) }) },
  { weight: 2, arbitrary: act("lose", { slot, which: fc.nat() }) },
  { weight: 1, arbitrary: act("late", { slot, piece, block: fc.nat() }) },
  {
    weight: 5,
    arbitrary: act("verdict", { which: fc.nat(), kind: fc.constantFrom("good", "good", "bad", "failed") }),
  },
  { weight: 1, arbitrary: act("lose-piece", { piece }) },
  { weight: 1, arbitrary: act("abandon", { piece }) },
  { weight: 1, arbitrary: act("abandon-stuck", {}) },
  {
    weight: 1,
    arbitrary: act("priorities", { values: fc.array(fc.nat(7), { minLength: 1, maxLength: 5 }) }),
  },
  { weight: 1, arbitrary: act("order", { order: fc.constantFrom("rarest-first", "sequential") }) },
  { weight: 1, arbitrary: act("urgent", { pieces: fc.array(piece, { maxLength: 3 }) }) },
) as fc.Arbitrary<Action>;

/** Geometries: blocks a piece (more than 64 = several segments), pieces, length of the last piece's last block. */
const geometry = fc
  .record({
    pieceBlocks: fc.constantFrom(1, 2, 3, 7, 70),
    pieces: fc.integer({ min: 1, max: 16 }),
    shortBy: fc.nat(BLOCK_BYTES - 1),
    oddPieceBytes: fc.boolean(),
  })
  .map(({ pieceBlocks, pieces, shortBy, oddPieceBytes }) => {
    const pieceBytes = pieceBlocks * BLOCK_BYTES - (oddPieceBytes ? 1_000 : 0);
    return new PieceMap(Math.max(1, pieces * pieceBytes - shortBy), pieceBytes);
  });

function apply(model: Model, step: Action): void {
  const { picker, map } = model;
  const peer = "slot" in step ? model.peers.get(step.slot) : undefined;
  switch (step.do) {
    case "join": {
      if (peer !== undefined) return;
      const pieces = new Set<number>();
      if (step.pieces === "all") for (let i = 0; i < map.pieceCount; i++) pieces.add(i);
      else if (step.pieces !== "none") for (const p of step.pieces) pieces.add(p % map.pieceCount);
      const field = new Bitfield(map.pieceCount);
      for (const p of pieces) field.set(p);
      picker.peerJoined(step.slot, typeof step.pieces === "string" ? step.pieces : field);
      model.peers.set(step.slot, { pieces, asked: new Set() });
      return;
    }
    case "leave":
      if (peer === undefined) return;
      picker.peerLeft(step.slot);
      model.peers.delete(step.slot);
      return;
    case "choke":
      if (peer === undefined) return;
      picker.releaseRequests(step.slot);
      peer.asked.clear();
      return;
    case "have": {
      if (peer === undefined) return;
      const p = step.piece % map.pieceCount;
      expect(picker.peerHave(step.slot, p)).toBe(!peer.pieces.has(p));
      peer.pieces.add(p);
      return;
    }
    case "dont-have": {
      if (peer === undefined) return;
      const p = step.piece % map.pieceCount;
      expect(picker.peerDontHave(step.slot, p)).toBe(peer.pieces.delete(p));
      return;
    }
    case "pick":
    case "pick-from":
      if (peer !== undefined) pick(model, step.slot, peer, step);
      return;
    case "arrive":
      for (let i = 0; peer !== undefined && i < step.count && peer.asked.size > 0; i++) {
        const [p, block] = nthAsked(peer, step.which);
        arrive(model, step.slot, p, block);
      }
      return;
    case "lose": {
      if (peer === undefined || peer.asked.size === 0) return;
      const [p, block] = nthAsked(peer, step.which);
      picker.blockLost(step.slot, p, block);
      peer.asked.delete(`${p}/${block}`);
      return;
    }
    case "late": {
      if (peer === undefined) return;
      const p = step.piece % map.pieceCount;
      arrive(model, step.slot, p, step.block % map.blocksOf(p));
      return;
    }
    case "verdict": {
      if (model.pending.size === 0) return;
      const p = [...model.pending][step.which % model.pending.size] as number;
      model.pending.delete(p);
      model.received.delete(p);
      if (step.kind === "good") {
        picker.pieceGood(p);
        model.have.add(p);
      } else if (step.kind === "bad") picker.pieceBad(p);
      else picker.pieceFailed(p);
      return;
    }
    case "lose-piece":
      picker.pieceLost(step.piece % map.pieceCount);
      model.have.delete(step.piece % map.pieceCount);
      return;
    case "abandon":
      abandon(model, step.piece % map.pieceCount);
      return;
    case "abandon-stuck": {
      const stuck = picker.pieceToAbandon();
      if (stuck < 0) return;
      for (let block = 0; block < map.blocksOf(stuck); block++) {
        expect(model.requestersOf(stuck, block)).toEqual([]);
      }
      abandon(model, stuck);
      return;
    }
    case "priorities":
      model.priorities = Uint8Array.from(
        { length: map.pieceCount },
        (_, i) => step.values[i % step.values.length] as number,
      );
      picker.setPriorities(model.priorities);
      return;
    case "order":
      picker.setOrder(step.order);
      return;
    case "urgent":
      picker.setUrgent(step.pieces.map((p) => p % map.pieceCount));
  }
}

function pick(
  model: Model,
  slotNumber: number,
  peer: ModelPeer,
  step: Extract<Action, { do: "pick" | "pick-from" }>,
): void {
  const { picker, map } = model;
  const max = step.do === "pick" ? step.max : 20;
  const out = new Int32Array(2 * max).fill(-7);
  const openBefore = model.openSegments();
  const missingBefore = model.missingBlocks();
  const missing = new Set(missingBefore.map(([p, b]) => `${p}/${b}`));
  const freeBefore = missingBefore.filter(([p, b]) => model.requestersOf(p, b).length === 0);
  const count =
    step.do === "pick"
      ? picker.pick(slotNumber, max, out, step.options)
      : picker.pickFrom(
          slotNumber,
          step.pieces.map((p) => p % map.pieceCount),
          max,
          out,
          step.options,
        );
  expect(count).toBeLessThanOrEqual(max);
  same(
    out.subarray(2 * count).every((value) => value === -7),
    true,
    "nothing is written behind the answer",
  );
  let doubled = 0;
  for (let i = 0; i < count; i++) {
    const [p, block] = [out[2 * i] as number, out[2 * i + 1] as number];
    same(missing.has(`${p}/${block}`), true, "only missing blocks are asked for");
    same(peer.pieces.has(p), true, "only of peers that have them");
    const others = model.requestersOf(p, block);
    same(others.includes(slotNumber), false, "once of each peer");
    same(others.length <= 1, true, "of two peers at most");
    doubled += others.length;
    peer.asked.add(`${p}/${block}`);
  }
  expect(model.openSegments() - openBefore).toBeLessThanOrEqual(step.options.maxNewSegments);
  if (doubled > 0) {
    expect(step.do).toBe("pick");
    const leftFree = freeBefore.filter(([p, b]) => model.requestersOf(p, b).length === 0);
    expect(leftFree.filter(([p]) => model.availability(p) > 0)).toEqual([]);
  }
  if (
    step.do === "pick" &&
    count < max &&
    step.options.maxNewSegments > 40 &&
    step.options.sharing !== "only-whole"
  ) {
    const forgotten = model
      .missingBlocks()
      .filter(([p, b]) => peer.pieces.has(p) && model.requestersOf(p, b).length === 0);
    const lockable = forgotten.filter(([p]) => !isBegun(model, p));
    expect(lockable, "an idle peer while a piece that it has was not even begun").toEqual([]);
  }
}

function nthAsked(peer: ModelPeer, which: number): [number, number] {
  const key = [...peer.asked][which % peer.asked.size] as string;
  return key.split("/").map(Number) as [number, number];
}

function isBegun(model: Model, p: number): boolean {
  if (model.receivedOf(p).size > 0) return true;
  return [...model.peers.values()].some((peer) => [...peer.asked].some((key) => key.startsWith(`${p}/`)));
}

function arrive(model: Model, slotNumber: number, p: number, block: number): void {
  const { picker, map } = model;
  const isMissing = !model.have.has(p) && !model.pending.has(p) && !model.receivedOf(p).has(block);
  expect(picker.isBlockMissing(p, block)).toBe(isMissing);
  const cancelled: number[] = [];
  for (let other = picker.otherRequester(slotNumber, p, block); other >= 0; ) {
    cancelled.push(other);
    picker.blockLost(other, p, block);
    other = picker.otherRequester(slotNumber, p, block);
  }
  expect(cancelled.sort()).toEqual(
    model
      .requestersOf(p, block)
      .filter((s) => s !== slotNumber)
      .sort(),
  );
  for (const peer of model.peers.values()) peer.asked.delete(`${p}/${block}`);
  const answer = picker.blockReceived(slotNumber, p, block);
  if (!isMissing) {
    expect(answer).toBe(BLOCK_DUPLICATE);
    return;
  }
  const received = model.receivedOf(p).add(block);
  const first = Math.floor(block / SEGMENT_BLOCKS) * SEGMENT_BLOCKS;
  const last = Math.min(first + SEGMENT_BLOCKS, map.blocksOf(p));
  let segmentDone = true;
  for (let b = first; b < last; b++) segmentDone &&= received.has(b);
  const pieceDone = received.size === map.blocksOf(p);
  expect(answer).toBe((segmentDone ? SEGMENT_COMPLETE : 0) | (pieceDone ? PIECE_COMPLETE : 0));
  if (pieceDone) model.pending.add(p);
}

function abandon(model: Model, p: number): void {
  if (model.pending.has(p)) return;
  model.picker.abandonPiece(p);
  model.received.delete(p);
  for (const peer of model.peers.values()) {
    for (const key of peer.asked) if (key.startsWith(`${p}/`)) peer.asked.delete(key);
  }
}

/** Like `expect(actual).toBe(wanted)`, at a thousandth of its cost: this runs millions of times. */
function same(actual: unknown, wanted: unknown, what: string): void {
  if (actual !== wanted) expect(actual, what).toBe(wanted);
}

/** Everything observable equals a recount. */
function check(model: Model): void {
  const { picker, map } = model;
  const counts = picker.counts();
  const pieces = Array.from({ length: map.pieceCount }, (_, i) => i);
  const availabilities = pieces.map((p) => model.availability(p));
  for (const p of pieces) same(picker.availability(p), availabilities[p], `availability of ${p}`);
  const fewest = Math.min(...availabilities);
  const above = availabilities.filter((a) => a > fewest).length;
  same(picker.copies(), fewest + above / map.pieceCount, "copies");
  const lacking = pieces.filter((p) => model.wantsAndLacks(p));
  const bytes = (of: number[]) => of.reduce((sum, p) => sum + map.bytesOf(p), 0);
  const wanted = pieces.filter((p) => (model.priorities[p] as number) > 0);
  same(counts.havePieces, model.have.size, "pieces had");
  same(counts.wantedPieces, wanted.length, "pieces wanted");
  same(counts.wantedMissingPieces, lacking.length, "wanted pieces missing");
  same(counts.unavailablePieces, lacking.filter((p) => availabilities[p] === 0).length, "unavailable pieces");
  same(counts.pendingPieces, model.pending.size, "pending pieces");
  same(counts.openSegments, model.openSegments(), "open segments");
  same(counts.haveBytes, bytes([...model.have]), "bytes had");
  same(counts.wantedBytes, bytes(wanted), "bytes wanted");
  same(counts.wantedHaveBytes, bytes(wanted.filter((p) => model.have.has(p))), "wanted bytes had");
  same(picker.isComplete, lacking.length === 0, "completeness");
  let unverified = 0;
  for (const [p, blocks] of model.received) for (const b of blocks) unverified += map.blockBytes(p, b);
  same(counts.unverifiedBytes, unverified, "unverified bytes");
  const requested = new Set<string>();
  for (const [s, peer] of model.peers) {
    for (const key of peer.asked) {
      const [p, block] = key.split("/").map(Number) as [number, number];
      same(picker.isRequestedBy(s, p, block), true, `request of ${key} from ${s}`);
      requested.add(key);
    }
    same(picker.requestsOf(s), peer.asked.size, `requests of ${s}`);
    same(picker.peerHaveCount(s), peer.pieces.size, `pieces of ${s}`);
    const interesting = lacking.filter((p) => peer.pieces.has(p)).length;
    same(picker.interestingCount(s), interesting, `interest in ${s}`);
    same(picker.isInteresting(s), interesting > 0, `interest in ${s}`);
    same(picker.isSeed(s), peer.pieces.size === map.pieceCount, `seed ${s}`);
  }
  same(counts.requestedBlocks, requested.size, "requested blocks");
}

describe("the picker under any sequence of events", () => {
  test("agrees with a recount, asks at most two peers for a block and loses nothing", () => {
    fc.assert(
      fc.property(
        geometry,
        fc.array(fc.nat(7), { minLength: 1, maxLength: 5 }),
        fc.array(piece, { maxLength: 5 }),
        fc.nat(),
        fc.array(piecesOfPeer, { minLength: 3, maxLength: 3 }),
        fc.array(action, { minLength: 60, maxLength: 200 }),
        (map, priorityPattern, haveList, seed, peers, actions) => {
          const have = new Bitfield(map.pieceCount);
          for (const p of haveList) have.set(p % map.pieceCount);
          const priorities = Uint8Array.from(
            { length: map.pieceCount },
            (_, i) => priorityPattern[i % priorityPattern.length] as number,
          );
          const model = new Model(map, have, priorities, seed);
          peers.forEach((pieces, s) => {
            apply(model, { do: "join", slot: s, pieces });
          });
          check(model);
          for (const step of actions) {
            apply(model, step);
            check(model);
          }
        },
      ),
      { numRuns: fewerFuzzRuns(50) },
    );
  });
});
