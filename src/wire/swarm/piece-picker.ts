/** Face of the picker; see the methods. Peers are slots 0..MAX_PEER_SLOTS-1 of the caller's choosing. */
import type { Random } from "../../core/ports.ts";
import type { Bitfield } from "../../torrent/bitfield.ts";
import type { PieceMap } from "../../torrent/piece-map.ts";

/** Slots are 0 to 1023: twenty times the default connections of a torrent. */
export const MAX_PEER_SLOTS = 1_024;

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
  /** One byte a piece, 0..7; copied. */
  readonly priorities: Uint8Array;
}

export interface PiecePickerFace {
  /** Verified pieces. Read only: it changes by `pieceGood` and `pieceLost`. */
  readonly have: Bitfield;

  // Peers ----------------------------------------------------------------------------------------------------
  /** A peer with these pieces (copied; O(pieces), O(1) for "all" and "none"). The slot must be free. */
  peerJoined(slot: number, pieces: Bitfield | "all" | "none"): void;
  /** HAVE, O(1). False when the peer had it already. */
  peerHave(slot: number, piece: number): boolean;
  /** DONT_HAVE (BEP 54). Requests stay until rejected or lost. False when the peer did not have it. */
  peerDontHave(slot: number, piece: number): boolean;
  /** Forgets the peer and releases its requests. */
  peerLeft(slot: number): void;
  peerHas(slot: number, piece: number): boolean;
  /** Pieces that the peer has. */
  peerHaveCount(slot: number): number;
  isSeed(slot: number): boolean;
  /** Whether the peer has a piece that we want and lack; O(1). Say `interested` exactly when this is true. */
  isInteresting(slot: number): boolean;
  interestingCount(slot: number): number;

  // Picking --------------------------------------------------------------------------------------------------
  /**
   * Marks up to `maxBlocks` blocks as requested from `slot` and writes them to `out` as (piece, block) pairs.
   * Answers how many. Allocates nothing.
   */
  pick(slot: number, maxBlocks: number, out: Int32Array, options: PickOptions): number;
  /** The same, but only from `pieces`, in that order: allowed fast pieces of a peer that chokes us, suggestions. */
  pickFrom(
    slot: number,
    pieces: readonly number[],
    maxBlocks: number,
    out: Int32Array,
    options: PickOptions,
  ): number;

  // Blocks ---------------------------------------------------------------------------------------------------
  /** True while block is neither received nor its piece had: payload of it may be written to its slab. */
  isBlockMissing(piece: number, block: number): boolean;
  /** Whether `slot` is registered as a requester of the block. */
  isRequestedBy(slot: number, piece: number, block: number): boolean;
  /** The other peer that was asked for the block, or -1. Ask before `blockReceived`, to send the CANCEL. */
  otherRequester(slot: number, piece: number, block: number): number;
  /**
   * All of a block arrived. The block need not be requested any more (late after a timeout): it counts if it is
   * missing. Answers BLOCK_DUPLICATE, or 0 to which SEGMENT_COMPLETE and PIECE_COMPLETE are added. After
   * PIECE_COMPLETE the piece is pending until pieceGood, pieceBad or pieceFailed.
   */
  blockReceived(slot: number, piece: number, block: number): number;
  /** A request came to nothing (reject, time-out, cancel): somebody else may be asked. No-op when not requested. */
  blockLost(slot: number, piece: number, block: number): void;
  /** All requests of the peer came to nothing (choke without Fast). */
  releaseRequests(slot: number): void;
  /** Blocks of the piece that nobody is asked for: while there are any, a slow request need not be doubled. */
  freeBlocksOf(piece: number): number;

  // Pieces ---------------------------------------------------------------------------------------------------
  pieceGood(piece: number): void;
  /** Hash mismatch: every block is missing again. */
  pieceBad(piece: number): void;
  /** Storage failed: every block is missing again, nobody is to blame. */
  pieceFailed(piece: number): void;
  /** A piece we had is gone (disk). */
  pieceLost(piece: number): void;
  /**
   * Drops what was received of a partial piece and releases its slabs (storage.discardPiece). Requests of it are
   * forgotten too: cancel them. -1 from `pieceToAbandon` when nothing is stuck.
   */
  abandonPiece(piece: number): void;
  /** A partial piece that holds a slab though none of its missing blocks is requested: the least complete, or -1. */
  pieceToAbandon(): number;

  // Policy ---------------------------------------------------------------------------------------------------
  /** One byte a piece, 0..7; copied. O(pieces + peers x pieces / 32). Running requests are not touched. */
  setPriorities(priorities: Uint8Array): void;
  priorityOf(piece: number): number;
  setOrder(order: "rarest-first" | "sequential"): void;
  /** Pieces needed soon, soonest first: picked before everything else. Replaces the former list. */
  setUrgent(pieces: readonly number[]): void;

  // Facts ----------------------------------------------------------------------------------------------------
  /** Connected peers that have the piece. */
  availability(piece: number): number;
  /** Distributed copies among peers, without us: fewest copies of any piece, plus the share of pieces above it. */
  copies(): number;
  isPending(piece: number): boolean;
  readonly isEndgame: boolean;
  /** Everything wanted is verified. */
  readonly isComplete: boolean;
  counts(): PickerCounts;
}

export interface PiecePicker extends PiecePickerFace {}
export declare class PiecePicker {
  constructor(options: PiecePickerOptions);
}
