/**
 * Which block to ask whom for next.
 *
 * Theory of operation. The pieces to be begun stand in an order of priority and rarity (`rarity-order.ts`, Legout
 * et al. 2006); those begun are partial pieces (`partial-pieces.ts`). A peer that has room in its queue gets, in
 * this order:
 *
 *   1. blocks of urgent pieces (a player waits for them);
 *   2. the piece that it began itself, then pieces whose owner left or stalled, then pieces that peers of its speed
 *      are at: partial pieces are worth nothing to anybody until they are whole;
 *   3. a new piece: the rarest that it has, or a random one while we have fewer than four, because the first pieces
 *      must come fast to have something to trade, and the rarest piece is the slowest to get;
 *   4. partial pieces of others;
 *   5. in the endgame, when every block that can be had is asked for, the blocks that have waited longest, each
 *      from one more peer at most (two in all), and at most four such blocks a peer. Removing the endgame leaves
 *      downloads stuck at 99 % behind one slow peer; leaving it unbounded wastes what the last peers could give.
 *
 * A fast peer skips the sharing in 2 and takes whole pieces, so that it does not wait for slow ones and so that
 * whoever sends bad data is the only one to blame. A peer on parole gets pieces of its own and nothing else.
 *
 * Costs: HAVE, seed come or gone, block asked, received or lost: O(1). A pick looks at the partial pieces and at a
 * few hundred pieces of the order (`new-piece-search.ts`). Nothing is allocated per request or block.
 */
import { invariant } from "../../core/invariant.ts";
import type { Random } from "../../core/ports.ts";
import type { Bitfield } from "../../torrent/bitfield.ts";
import type { PieceMap } from "../../torrent/piece-map.ts";
import { NewPieceSearch, type PieceOrder } from "./new-piece-search.ts";
import { NOBODY } from "./open-segments.ts";
import { type PartialPiece, PartialPieces } from "./partial-pieces.ts";
import { MAX_PEER_SLOTS, PieceAvailability } from "./piece-availability.ts";
import { MAX_PRIORITY, RarityOrder } from "./rarity-order.ts";

export { MAX_PEER_SLOTS } from "./piece-availability.ts";

/** Pieces to have before rarest-first begins; as libtorrent's initial_picker_threshold. */
const RANDOM_FIRST_PIECES = 4;
/** Blocks that one peer may double in the endgame: enough to be never idle, little to waste. */
const MAX_DOUBLED_BLOCKS_PER_PEER = 4;
/** More partial pieces than this per peer are finished before new ones are begun; as libtorrent. */
const MAX_PARTIAL_PIECES_PER_PEER = 1.5;

/** Bits of the answer of `blockReceived`. */
export const BLOCK_DUPLICATE = 1;
export const SEGMENT_COMPLETE = 2;
export const PIECE_COMPLETE = 4;

/** 0 = slow, 1 = medium, 2 = fast. Peers of one class share pieces, so that none waits for a much slower one. */
export type SpeedClass = 0 | 1 | 2;

/**
 * How a peer shares pieces with others. `share`: partial pieces of its class first. `prefer-whole`: its own pieces,
 * new ones, then those of others (fast peers). `only-whole`: pieces that nobody else contributes to (parole).
 */
export type PieceSharing = "share" | "prefer-whole" | "only-whole";

/** Keep one object per peer and change it: picking allocates nothing. */
export interface PickOptions {
  speedClass: SpeedClass;
  sharing: PieceSharing;
  /** Segments (of at most SEGMENT_BYTES) that this call may begin: free slabs, in other words. */
  maxNewSegments: number;
}

export interface PickerCounts {
  readonly havePieces: number;
  readonly wantedPieces: number;
  readonly wantedMissingPieces: number;
  /** Wanted missing pieces that no connected peer has. */
  readonly unavailablePieces: number;
  /** Pieces begun and not yet complete. */
  readonly partialPieces: number;
  /** Complete, awaiting storage's verdict. */
  readonly pendingPieces: number;
  /** Segments with a request or a received block: the slabs that downloading can hold. */
  readonly openSegments: number;
  readonly requestedBlocks: number;
  readonly totalBytes: number;
  readonly haveBytes: number;
  readonly wantedBytes: number;
  readonly wantedHaveBytes: number;
  /** Received blocks of pieces that are not verified yet. */
  readonly unverifiedBytes: number;
}

export interface PiecePickerOptions {
  readonly pieceMap: PieceMap;
  readonly random: Random;
  /** Copied. */
  readonly have: Bitfield;
  /** One byte a piece, 0 (not wanted) to 7; copied. */
  readonly priorities: Uint8Array;
}

export class PiecePicker {
  /** Verified pieces. Read only: it changes by `pieceGood` and `pieceLost`. */
  readonly have: Bitfield;
  readonly #map: PieceMap;
  readonly #priorities: Uint8Array;
  readonly #order: RarityOrder;
  readonly #availability: PieceAvailability;
  readonly #partials: PartialPieces;
  readonly #search: NewPieceSearch;
  #isSequential = false;
  #urgent: readonly number[] = [];
  #wantedPieces = 0;
  #haveBytes = 0;
  #wantedBytes = 0;
  #wantedHaveBytes = 0;

  constructor(options: PiecePickerOptions) {
    const { pieceMap, have, priorities } = options;
    invariant(have.length === pieceMap.pieceCount, "a bitfield of another torrent");
    this.#map = pieceMap;
    this.have = have.clone();
    this.#priorities = new Uint8Array(pieceMap.pieceCount);
    this.#order = new RarityOrder(pieceMap.pieceCount, MAX_PEER_SLOTS, options.random);
    this.#availability = new PieceAvailability(this.#order, this.#priorities);
    this.#partials = new PartialPieces(pieceMap, MAX_PEER_SLOTS);
    this.#search = new NewPieceSearch(this.#order, this.#availability, this.#priorities);
    for (let piece = 0; piece < pieceMap.pieceCount; piece++) {
      if (have.has(piece)) this.#haveBytes += pieceMap.bytesOf(piece);
    }
    this.setPriorities(priorities);
  }

  // Peers --------------------------------------------------------------------------------------------------------

  /** A peer with these pieces (copied; O(pieces), O(1) for "all" and "none"). The slot must be free. */
  peerJoined(slot: number, pieces: Bitfield | "all" | "none"): void {
    this.#availability.peerJoined(slot, pieces);
  }

  /** HAVE, O(1). False when the peer had it already. */
  peerHave(slot: number, piece: number): boolean {
    return this.#availability.peerHave(slot, piece);
  }

  /** DONT_HAVE (BEP 54). Requests stay until they are rejected or lost. False when the peer did not have it. */
  peerDontHave(slot: number, piece: number): boolean {
    return this.#availability.peerDontHave(slot, piece);
  }

  /** Forgets the peer and releases its requests. */
  peerLeft(slot: number): void {
    this.releaseRequests(slot);
    this.#partials.disown(slot);
    this.#availability.peerLeft(slot);
  }

  peerHas(slot: number, piece: number): boolean {
    return this.#availability.peerHas(slot, piece);
  }

  /** Number of pieces that the peer has. */
  peerHaveCount(slot: number): number {
    return this.#availability.peerHaveCount(slot);
  }

  isSeed(slot: number): boolean {
    return this.#availability.isSeed(slot);
  }

  /** Whether the peer has a piece that we want and lack; O(1). Say `interested` exactly while this is true. */
  isInteresting(slot: number): boolean {
    return this.#availability.interestingCount(slot) > 0;
  }

  interestingCount(slot: number): number {
    return this.#availability.interestingCount(slot);
  }

  // Picking ------------------------------------------------------------------------------------------------------

  /**
   * Marks up to `maxBlocks` blocks as requested from `slot` and writes them to `out` as (piece, block) pairs.
   * Answers how many. Allocates nothing.
   */
  pick(slot: number, maxBlocks: number, out: Int32Array, options: PickOptions): number {
    if (!this.isInteresting(slot)) return 0;
    const limitSegments = this.#partials.openSegmentCount + options.maxNewSegments;
    let picked = this.#urgent.length === 0 ? 0 : this.pickFrom(slot, this.#urgent, maxBlocks, out, options);
    while (picked < maxBlocks) {
      const newSegments = limitSegments - this.#partials.openSegmentCount;
      const record = this.#nextPiece(slot, options, newSegments);
      if (record === undefined) break;
      picked += this.#partials.askFree(record, slot, maxBlocks - picked, newSegments, out, picked);
    }
    if (picked < maxBlocks && options.sharing !== "only-whole" && this.isEndgame) {
      picked += this.#double(slot, maxBlocks - picked, out, picked);
    }
    return picked;
  }

  /** The same, but only from `pieces`, in that order: allowed fast pieces of a peer that chokes us, suggestions. */
  pickFrom(
    slot: number,
    pieces: readonly number[],
    maxBlocks: number,
    out: Int32Array,
    options: PickOptions,
  ): number {
    const limitSegments = this.#partials.openSegmentCount + options.maxNewSegments;
    let picked = 0;
    for (let i = 0; i < pieces.length && picked < maxBlocks; i++) {
      const piece = pieces[i] as number;
      if (!this.#availability.isMissing(piece) || !this.peerHas(slot, piece)) continue;
      const newSegments = limitSegments - this.#partials.openSegmentCount;
      let record = this.#partials.of(piece);
      if (record === undefined) {
        if (newSegments < 1 || this.#partials.isFull) continue;
        record = this.#begin(piece, slot, options);
      } else if (record.isPending || !this.#mayShare(record, slot, options)) {
        continue;
      } else {
        this.#join(record, slot, options);
      }
      picked += this.#partials.askFree(record, slot, maxBlocks - picked, newSegments, out, picked);
    }
    return picked;
  }

  // Blocks -------------------------------------------------------------------------------------------------------

  /** True while the block is not received and its piece not had: payload of it may be written to its slab. */
  isBlockMissing(piece: number, block: number): boolean {
    if (this.have.has(piece)) return false;
    const record = this.#partials.of(piece);
    return record === undefined || (!record.isPending && !this.#partials.isReceived(record, block));
  }

  /** Whether `slot` is asked for the block. */
  isRequestedBy(slot: number, piece: number, block: number): boolean {
    const record = this.#partials.of(piece);
    return record !== undefined && this.#partials.isRequestedBy(record, block, slot);
  }

  /**
   * A peer other than `slot` that is asked for the block, or -1. Before `blockReceived`: send a CANCEL to each peer
   * that this names, and report it by `blockLost`, until the answer is -1.
   */
  otherRequester(slot: number, piece: number, block: number): number {
    const record = this.#partials.of(piece);
    return record === undefined ? NOBODY : this.#partials.otherRequester(record, block, slot);
  }

  /**
   * All of a block arrived. The block need not be requested any more (late after a timeout): it counts if it is
   * missing. Answers BLOCK_DUPLICATE, or 0 to which SEGMENT_COMPLETE and PIECE_COMPLETE are added. After
   * PIECE_COMPLETE the piece is pending until `pieceGood`, `pieceBad` or `pieceFailed`.
   */
  blockReceived(slot: number, piece: number, block: number): number {
    invariant(this.#isBlock(piece, block), `no block ${block} in piece ${piece}`);
    if (!this.isBlockMissing(piece, block)) return BLOCK_DUPLICATE;
    let record = this.#partials.of(piece);
    if (record === undefined) {
      if (this.#partials.isFull) return BLOCK_DUPLICATE;
      record = this.#beginPiece(piece, slot, 0, false);
    }
    switch (this.#partials.received(record, block)) {
      case "duplicate":
        return BLOCK_DUPLICATE;
      case "block":
        return 0;
      case "segment":
        return SEGMENT_COMPLETE;
      case "piece":
        return SEGMENT_COMPLETE | PIECE_COMPLETE;
    }
  }

  /** A request came to nothing (reject, timeout, cancel): somebody else may be asked. No-op when not requested. */
  blockLost(slot: number, piece: number, block: number): void {
    const record = this.#partials.of(piece);
    if (record === undefined) return;
    this.#partials.lost(record, block, slot);
    if (this.#partials.of(piece) === undefined) this.#returnToOrder(piece);
  }

  /** All requests of the peer came to nothing (choke without the Fast extension). */
  releaseRequests(slot: number): void {
    this.#partials.lostAll(slot, this.#returnToOrder);
  }

  /** Requests of `slot` that are registered here. */
  requestsOf(slot: number): number {
    return this.#partials.askedOf(slot);
  }

  /** Blocks of the piece that nobody is asked for: while there are any, a slow request need not be doubled. */
  freeBlocksOf(piece: number): number {
    return this.#partials.of(piece)?.free ?? (this.#order.has(piece) ? this.#map.blocksOf(piece) : 0);
  }

  // Pieces -------------------------------------------------------------------------------------------------------

  /** The pending piece is verified and written. */
  pieceGood(piece: number): void {
    this.#endPending(piece);
    this.have.set(piece);
    const bytes = this.#map.bytesOf(piece);
    this.#haveBytes += bytes;
    if (this.priorityOf(piece) > 0) this.#wantedHaveBytes += bytes;
    this.#availability.setMissing(piece, false);
  }

  /** Hash mismatch: every block is missing again. */
  pieceBad(piece: number): void {
    this.#endPending(piece);
    this.#returnToOrder(piece);
  }

  /** Storage failed: every block is missing again, nobody is to blame. */
  pieceFailed(piece: number): void {
    this.pieceBad(piece);
  }

  /** A piece that we had is gone (disk). */
  pieceLost(piece: number): void {
    if (!this.have.clear(piece)) return;
    const bytes = this.#map.bytesOf(piece);
    this.#haveBytes -= bytes;
    if (this.priorityOf(piece) === 0) return;
    this.#wantedHaveBytes -= bytes;
    this.#availability.setMissing(piece, true);
    this.#returnToOrder(piece);
  }

  /**
   * Drops what was received of a partial piece; its slabs and segments are to be released and discarded too. Its
   * requests are forgotten: cancel them. No-op unless the piece is partial.
   */
  abandonPiece(piece: number): void {
    const record = this.#partials.of(piece);
    if (record === undefined || record.isPending) return;
    this.#partials.end(record);
    this.#returnToOrder(piece);
  }

  /**
   * The partial piece to abandon when slabs ran out and nothing moves: one that holds a slab and has no request,
   * unavailable or unwanted ones first, then the least complete. -1 when no piece is stuck.
   */
  pieceToAbandon(): number {
    let best: PartialPiece | undefined;
    for (const record of this.#partials.active) {
      if (record.openSegments === 0 || record.requested > 0) continue;
      if (best === undefined || this.#isLessWorth(record, best)) best = record;
    }
    return best?.piece ?? -1;
  }

  // Policy -------------------------------------------------------------------------------------------------------

  /** One byte a piece, 0..7; copied. O(pieces + partial peers x pieces / 32). Running requests are not touched. */
  setPriorities(priorities: Uint8Array): void {
    invariant(priorities.length === this.#map.pieceCount, "priorities of another torrent");
    for (let piece = 0; piece < priorities.length; piece++) {
      this.#priorities[piece] = Math.min(priorities[piece] as number, MAX_PRIORITY);
    }
    this.#availability.resetMissing((piece) => this.#priorities[piece] !== 0 && !this.have.has(piece));
    this.#wantedPieces = 0;
    this.#wantedBytes = 0;
    this.#wantedHaveBytes = 0;
    for (let piece = 0; piece < priorities.length; piece++) {
      if (this.#priorities[piece] === 0) continue;
      const bytes = this.#map.bytesOf(piece);
      this.#wantedPieces++;
      this.#wantedBytes += bytes;
      if (this.have.has(piece)) this.#wantedHaveBytes += bytes;
    }
    this.#order.rebuild(
      this.#priorities,
      (piece) => this.#availability.isMissing(piece) && this.#partials.of(piece) === undefined,
      (piece) => this.#availability.partialCopies(piece),
    );
  }

  priorityOf(piece: number): number {
    return this.#priorities[piece] as number;
  }

  setOrder(order: "rarest-first" | "sequential"): void {
    this.#isSequential = order === "sequential";
  }

  /** Pieces needed soon, soonest first: picked before everything else. Replaces the former list. */
  setUrgent(pieces: readonly number[]): void {
    this.#urgent = pieces.slice();
  }

  // Facts --------------------------------------------------------------------------------------------------------

  /** Connected peers that have the piece. */
  availability(piece: number): number {
    return this.#availability.availability(piece);
  }

  /** Distributed copies among peers, without us: fewest copies of any piece, plus the share of pieces above it. */
  copies(): number {
    return this.#availability.distributedCopies();
  }

  isPending(piece: number): boolean {
    return this.#partials.of(piece)?.isPending === true;
  }

  /** Something is requested, and nothing that a connected peer has is left to be asked for. */
  get isEndgame(): boolean {
    if (this.#partials.requestedCount === 0 || !this.#hasNothingToBegin) return false;
    for (const record of this.#partials.active) {
      if (record.free > 0 && this.priorityOf(record.piece) > 0 && this.availability(record.piece) > 0)
        return false;
    }
    return true;
  }

  /** Everything wanted is verified. */
  get isComplete(): boolean {
    return this.#availability.missingCount === 0;
  }

  counts(): PickerCounts {
    return {
      havePieces: this.have.count,
      wantedPieces: this.#wantedPieces,
      wantedMissingPieces: this.#availability.missingCount,
      unavailablePieces: this.#availability.unavailableCount,
      partialPieces: this.#partials.active.length,
      pendingPieces: this.#partials.pendingCount,
      openSegments: this.#partials.openSegmentCount,
      requestedBlocks: this.#partials.requestedCount,
      totalBytes: this.#map.totalBytes,
      haveBytes: this.#haveBytes,
      wantedBytes: this.#wantedBytes,
      wantedHaveBytes: this.#wantedHaveBytes,
      unverifiedBytes: this.#partials.receivedBytes,
    };
  }

  // Choosing a piece -----------------------------------------------------------------------------------------------

  /** Steps 2 to 4 of the header: a piece with a free block for `slot` within `newSegments`, begun if it is new. */
  #nextPiece(slot: number, options: PickOptions, newSegments: number): PartialPiece | undefined {
    const preferred = this.#bestPartial(slot, options, newSegments, this.#firstReach(options));
    const floor = preferred === undefined ? 0 : this.priorityOf(preferred.piece);
    const mayBegin = newSegments > 0 && !this.#partials.isFull;
    const fresh = mayBegin ? this.#search.find(slot, floor, this.#pieceOrder()) : -1;
    if (fresh >= 0) return this.#begin(fresh, slot, options);
    const record = preferred ?? this.#bestPartial(slot, options, newSegments, REACH_ALL);
    if (record !== undefined) this.#join(record, slot, options);
    return record;
  }

  #pieceOrder(): PieceOrder {
    if (this.#isSequential) return "sequential";
    return this.have.count < RANDOM_FIRST_PIECES ? "random" : "rarest-first";
  }

  /** Whose partial pieces come before new ones. */
  #firstReach(options: PickOptions): number {
    if (options.sharing === "only-whole") return REACH_OWN;
    const many = MAX_PARTIAL_PIECES_PER_PEER * this.#availability.peerCount;
    if (this.have.count < RANDOM_FIRST_PIECES || this.#partials.active.length > many) return REACH_ALL;
    return options.sharing === "share" ? REACH_CLASS : REACH_STALLED;
  }

  /** The best partial piece within `reach` that `slot` may get a block of. */
  #bestPartial(
    slot: number,
    options: PickOptions,
    newSegments: number,
    reach: number,
  ): PartialPiece | undefined {
    let best: PartialPiece | undefined;
    let bestScore = -1;
    const active = this.#partials.active;
    for (let i = 0; i < active.length; i++) {
      const record = active[i] as PartialPiece;
      if ((newSegments > 0 ? record.free : record.freeInOpen) === 0) continue;
      if (reachTo(record, slot, options) > reach || !this.#mayShare(record, slot, options)) continue;
      const score = this.#scoreOf(record, slot, options);
      if (score <= bestScore || !this.peerHas(slot, record.piece)) continue;
      best = record;
      bestScore = score;
    }
    return best;
  }

  /**
   * Whether parole, of the peer or of the piece's owner, lets `slot` contribute. An owner that stalls loses its
   * privilege, and all do when nothing is left to be begun: the end of a download does not wait for a suspect.
   */
  #mayShare(record: PartialPiece, slot: number, options: PickOptions): boolean {
    if (isStalled(record)) return true;
    if (options.sharing === "only-whole") return record.owner === slot && record.isLocked;
    return record.owner === slot || !record.isLocked || this.#hasNothingToBegin;
  }

  /** No connected peer has a piece that could be begun. */
  get #hasNothingToBegin(): boolean {
    return this.#order.size === (this.#availability.seedCount > 0 ? 0 : this.#order.countWithoutCopies());
  }

  /** `slot` will contribute: a piece whose owner stalls is its own now, and one that is shared is not locked. */
  #join(record: PartialPiece, slot: number, options: PickOptions): void {
    if (record.owner === slot) return;
    record.isLocked = false;
    if (!isStalled(record)) return;
    record.owner = slot;
    record.speedClass = options.speedClass;
  }

  /** Priority, then nearness to the peer, then how little is left; unwanted pieces get -1. */
  #scoreOf(record: PartialPiece, slot: number, options: PickOptions): number {
    const priority = this.priorityOf(record.piece);
    if (priority === 0) return -1;
    const distance = Math.abs(record.speedClass - options.speedClass);
    const nearness = record.owner === slot ? 4 : isStalled(record) ? 3 : 2 - distance;
    const done = 1 - record.free / this.#map.blocksPerPiece;
    return priority * 16 + (nearness + 1) * 2 + done;
  }

  #begin(piece: number, slot: number, options: PickOptions): PartialPiece {
    return this.#beginPiece(piece, slot, options.speedClass, options.sharing === "only-whole");
  }

  #beginPiece(piece: number, slot: number, speedClass: number, isLocked: boolean): PartialPiece {
    if (this.#order.has(piece)) {
      this.#order.remove(piece, this.priorityOf(piece), this.#availability.partialCopies(piece));
    }
    return this.#partials.begin(piece, slot, speedClass, isLocked);
  }

  /** Step 5: asks `slot` for blocks that one other peer is asked for, the oldest requests first. */
  #double(slot: number, maxBlocks: number, out: Int32Array, start: number): number {
    const room = Math.min(maxBlocks, MAX_DOUBLED_BLOCKS_PER_PEER - this.#partials.askedSecondOf(slot));
    let doubled = 0;
    for (; doubled < room; doubled++) {
      const record = this.#longestWaiting(slot);
      if (record === undefined) break;
      this.#partials.oldestTicket(record, slot);
      const block = this.#partials.oldestBlock;
      this.#partials.askSecond(record, block, slot);
      out[2 * (start + doubled)] = record.piece;
      out[2 * (start + doubled) + 1] = block;
    }
    return doubled;
  }

  #longestWaiting(slot: number): PartialPiece | undefined {
    let best: PartialPiece | undefined;
    let oldest = Number.POSITIVE_INFINITY;
    for (const record of this.#partials.active) {
      if (this.priorityOf(record.piece) === 0 || record.isLocked || !this.peerHas(slot, record.piece))
        continue;
      const ticket = this.#partials.oldestTicket(record, slot);
      if (ticket >= oldest) continue;
      oldest = ticket;
      best = record;
    }
    return best;
  }

  // Bookkeeping ----------------------------------------------------------------------------------------------------

  #endPending(piece: number): void {
    const record = this.#partials.of(piece);
    invariant(record?.isPending, `piece ${piece} is not pending`);
    this.#partials.end(record);
  }

  /** A piece that is not begun (any more) may be begun, if it is wanted. */
  readonly #returnToOrder = (piece: number): void => {
    if (!this.#availability.isMissing(piece)) return;
    this.#order.insert(piece, this.priorityOf(piece), this.#availability.partialCopies(piece));
  };

  #isBlock(piece: number, block: number): boolean {
    return piece >= 0 && piece < this.#map.pieceCount && block >= 0 && block < this.#map.blocksOf(piece);
  }

  #isLessWorth(record: PartialPiece, than: PartialPiece): boolean {
    const hope = (r: PartialPiece) => this.availability(r.piece) > 0 && this.priorityOf(r.piece) > 0;
    if (hope(record) !== hope(than)) return !hope(record);
    return record.receivedBytes < than.receivedBytes;
  }
}

/** Nobody is asked for anything of it: its owner left, chokes us or was snubbed. */
function isStalled(record: PartialPiece): boolean {
  return record.requested === 0;
}

/** How far from `slot` a piece is: its own, nobody's, that of peers of its speed, any. */
const REACH_OWN = 0;
const REACH_STALLED = 1;
const REACH_CLASS = 2;
const REACH_ALL = 3;

function reachTo(record: PartialPiece, slot: number, options: PickOptions): number {
  if (record.owner === slot && (record.isLocked || options.sharing !== "only-whole")) return REACH_OWN;
  if (isStalled(record)) return REACH_STALLED;
  return record.speedClass === options.speedClass ? REACH_CLASS : REACH_ALL;
}
