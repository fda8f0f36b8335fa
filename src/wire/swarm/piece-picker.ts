/**
 * Which blocks to ask whom for, and what became of them: the books behind a download.
 *
 * Theory of operation. Every piece is had, not wanted, waiting to be begun (`rarity-order.ts`), begun
 * (`partial-pieces.ts`), or pending: handed to storage and waiting for its verdict. Peers are slots, small integers
 * of the caller's choosing, and `piece-availability.ts` knows what they have. Which piece a peer gets is decided in
 * `piece-choice.ts`; this file keeps the parts in step and is their only door.
 *
 * Costs: HAVE, a seed come or gone, a block asked, received or lost: O(1). A verified piece: O(partial peers).
 */
import { invariant } from "../../core/invariant.ts";
import type { Random } from "../../core/ports.ts";
import type { Bitfield } from "../../torrent/bitfield.ts";
import type { PieceMap } from "../../torrent/piece-map.ts";
import { NOBODY } from "./open-segments.ts";
import { type PartialPiece, PartialPieces } from "./partial-pieces.ts";
import { MAX_PEER_SLOTS, PieceAvailability } from "./piece-availability.ts";
import { type PickOptions, PieceChoice } from "./piece-choice.ts";
import { MAX_PRIORITY, RarityOrder } from "./rarity-order.ts";

export { MAX_PEER_SLOTS } from "./piece-availability.ts";
export type { PickOptions, PieceSharing } from "./piece-choice.ts";

/** Bits of the answer of `blockReceived`. */
export const BLOCK_DUPLICATE = 1;
export const SEGMENT_COMPLETE = 2;
export const PIECE_COMPLETE = 4;

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
  readonly #choice: PieceChoice;
  #urgent: readonly number[] = [];
  #latePieces = 0;
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
    this.#choice = new PieceChoice({
      map: pieceMap,
      order: this.#order,
      availability: this.#availability,
      partials: this.#partials,
      priorities: this.#priorities,
    });
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
    this.#partials.left(slot);
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
    if (this.#latePieces > 0 && picked < maxBlocks)
      picked += this.#choice.doubleLate(
        slot,
        this.#urgent,
        this.#latePieces,
        maxBlocks - picked,
        out,
        picked,
      );
    while (picked < maxBlocks) {
      const newSegments = limitSegments - this.#partials.openSegmentCount;
      const record = this.#choice.next(slot, options, newSegments, this.have.count);
      if (record === undefined) break;
      picked += this.#partials.askFree(record, slot, maxBlocks - picked, newSegments, out, picked);
    }
    if (picked < maxBlocks && options.sharing !== "only-whole" && this.isEndgame) {
      picked += this.#choice.double(slot, maxBlocks - picked, out, picked);
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
        record = this.#choice.begin(piece, slot, options);
      } else if (record.isPending || !this.#choice.mayShare(record, slot, options)) {
        continue;
      } else {
        this.#choice.join(record, slot, options);
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
    this.#partials.arrivedFrom(slot);
    if (!this.isBlockMissing(piece, block)) return BLOCK_DUPLICATE;
    let record = this.#partials.of(piece);
    if (record === undefined) {
      if (this.#partials.isFull) return BLOCK_DUPLICATE;
      if (this.#order.has(piece)) this.#takeFromOrder(piece);
      record = this.#partials.begin(piece, slot, 0, false);
    }
    switch (this.#partials.received(record, block, slot)) {
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

  /** The pending piece is verified and written. Answers whether some peer has nothing interesting any more by that. */
  pieceGood(piece: number): boolean {
    this.#endPending(piece);
    this.have.set(piece);
    const bytes = this.#map.bytesOf(piece);
    this.#haveBytes += bytes;
    if (this.priorityOf(piece) > 0) this.#wantedHaveBytes += bytes;
    return this.#availability.setMissing(piece, false);
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
    this.#choice.isSequential = order === "sequential";
  }

  /**
   * Pieces needed soon, soonest first: picked before everything else. Of the first `latePieces` of them blocks are also
   * asked of a second peer, as in the endgame. Replaces the former list.
   */
  setUrgent(pieces: readonly number[], latePieces = 0): void {
    this.#urgent = pieces.slice();
    this.#latePieces = latePieces;
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

  /**
   * Wanted missing pieces by copies among connected peers that are not seeds: without any, with one, with two … and
   * in the last place with `maxCopies` or more.
   */
  rarity(maxCopies: number): number[] {
    return this.#availability.missingByCopies(maxCopies);
  }

  /** The peer that most of the missing pieces with a single source depend on, and how many they are. */
  soleHolder(): { readonly slot: number; readonly pieces: number } | undefined {
    return this.#availability.soleHolder();
  }

  /** Some of the piece is requested, here, or handed to storage. */
  isBegun(piece: number): boolean {
    return this.#partials.of(piece) !== undefined;
  }

  isPending(piece: number): boolean {
    return this.#partials.of(piece)?.isPending === true;
  }

  /** Something is requested, and nothing that a connected peer has is left to be asked for. */
  get isEndgame(): boolean {
    return this.#choice.isEndgame;
  }

  /** Everything wanted is verified. */
  get isComplete(): boolean {
    return this.#availability.missingCount === 0;
  }

  /** Nothing is wanted and nothing is here: whoever has us watch a swarm wants to see who has what, seeds included. */
  get isWatching(): boolean {
    return this.#wantedPieces === 0 && this.have.count === 0;
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

  #takeFromOrder(piece: number): void {
    this.#order.remove(piece, this.priorityOf(piece), this.#availability.partialCopies(piece));
  }

  #isBlock(piece: number, block: number): boolean {
    return piece >= 0 && piece < this.#map.pieceCount && block >= 0 && block < this.#map.blocksOf(piece);
  }

  #isLessWorth(record: PartialPiece, than: PartialPiece): boolean {
    const hope = (r: PartialPiece) => this.availability(r.piece) > 0 && this.priorityOf(r.piece) > 0;
    if (hope(record) !== hope(than)) return !hope(record);
    return record.receivedBytes < than.receivedBytes;
  }
}
