/**
 * The policy of the picker: from which piece a peer is asked next.
 *
 * Theory of operation. Pieces not begun stand in an order of priority and rarity (`rarity-order.ts`); those begun
 * are partial pieces (`partial-pieces.ts`). A peer that has room in its queue gets, in this order:
 *
 *   1. the piece that it began itself, then pieces whose owner left or stalled, then pieces that peers of its speed
 *      are at: a partial piece is worth nothing to anybody until it is whole;
 *   2. a new piece: the rarest that it has, or a random one while we have fewer than four, because then anything is
 *      worth trading and the rarest piece is the slowest to get;
 *   3. partial pieces of others;
 *   4. in the endgame, when every block that can be had is asked for: blocks of the peer that has been silent for
 *      longest, each from one more peer at most (two in all), and few at a time. Clients that removed the endgame had
 *      downloads stuck at 99 % behind one slow peer; an unbounded one wastes what the last peers could give.
 *
 * A fast peer skips the sharing in 1 and takes whole pieces: it does not wait for slow ones, and whoever sends bad
 * data is the only one to blame. A peer on parole gets pieces of its own and nothing else. On the very first pieces
 * all work together, so that there is something to trade soon.
 *
 * Cost: the peer's own piece is found at once; else a pass over the partial pieces that have free blocks, which are
 * few because they come first, and a bounded search for a new one. Nothing is allocated.
 */
import type { PieceMap } from "../../torrent/piece-map.ts";
import { NewPieceSearch, type PieceOrder } from "./new-piece-search.ts";
import type { PartialPiece, PartialPieces } from "./partial-pieces.ts";
import { MAX_PEER_SLOTS, type PieceAvailability } from "./piece-availability.ts";
import { NONE, type RarityOrder } from "./rarity-order.ts";

/** Pieces to have before rarest-first begins; as libtorrent's initial_picker_threshold. */
const RANDOM_FIRST_PIECES = 4;
/**
 * Pieces that all peers work on together before we have one. More would mix what many peers sent in many pieces, and a
 * single liar among them then spoils them all before the first verdict: with 20 peers, six pieces instead of two.
 */
const FIRST_PIECES_TOGETHER = 2;
/** More partial pieces than this per peer are finished before new ones are begun; as libtorrent. */
const MAX_PARTIAL_PIECES_PER_PEER = 1.5;

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

/** How far from a peer a piece is: its own, nobody's, that of peers of its speed, any. */
const REACH_OWN = 0;
const REACH_STALLED = 1;
const REACH_CLASS = 2;
const REACH_ALL = 3;

export interface PieceChoiceParts {
  readonly map: PieceMap;
  readonly order: RarityOrder;
  readonly availability: PieceAvailability;
  readonly partials: PartialPieces;
  /** Shared with the picker, who changes it. */
  readonly priorities: Uint8Array;
}

export class PieceChoice {
  readonly #map: PieceMap;
  readonly #order: RarityOrder;
  readonly #availability: PieceAvailability;
  readonly #partials: PartialPieces;
  readonly #priorities: Uint8Array;
  readonly #search: NewPieceSearch;
  /** Per slot the piece it was asked from last; NONE = forgotten. */
  readonly #lastPiece = new Int32Array(MAX_PEER_SLOTS).fill(NONE);
  isSequential = false;

  constructor(parts: PieceChoiceParts) {
    this.#map = parts.map;
    this.#order = parts.order;
    this.#availability = parts.availability;
    this.#partials = parts.partials;
    this.#priorities = parts.priorities;
    this.#search = new NewPieceSearch(parts.order, parts.availability, parts.priorities);
  }

  /**
   * A partial piece with a block for `slot` that opens no more than `newSegments` segments, begun if it is new;
   * undefined when there is none. `havePieces` is what we have so far.
   */
  next(
    slot: number,
    options: PickOptions,
    newSegments: number,
    havePieces: number,
  ): PartialPiece | undefined {
    const own = this.#ownPiece(slot, options, newSegments);
    if (own !== undefined) return own;
    const preferred = this.#bestPartial(slot, options, newSegments, this.#firstReach(options, havePieces));
    const floor = preferred === undefined ? 0 : this.#priorityOf(preferred);
    const mayBegin = newSegments > 0 && !this.#partials.isFull;
    const fresh = mayBegin ? this.#search.find(slot, floor, this.#pieceOrder(havePieces)) : NONE;
    if (fresh !== NONE) return this.begin(fresh, slot, options);
    const record = preferred ?? this.#bestPartial(slot, options, newSegments, REACH_ALL);
    if (record !== undefined) this.join(record, slot, options);
    return record;
  }

  /** Begins a piece in play for `slot`. */
  begin(piece: number, slot: number, options: PickOptions): PartialPiece {
    this.#order.remove(piece, this.#priorities[piece] as number, this.#availability.partialCopies(piece));
    this.#lastPiece[slot] = piece;
    return this.#partials.begin(piece, slot, options.speedClass, options.sharing === "only-whole");
  }

  /** `slot` will contribute: a piece whose owner stalls is its own now, and one that is shared is not locked. */
  join(record: PartialPiece, slot: number, options: PickOptions): void {
    this.#lastPiece[slot] = record.piece;
    if (record.owner === slot) return;
    record.isLocked = false;
    if (!isStalled(record)) return;
    record.owner = slot;
    record.speedClass = options.speedClass;
  }

  /**
   * Whether parole, of the peer or of the piece's owner, lets `slot` contribute. An owner that stalls loses its
   * privilege, and all do when nothing is left to be begun: the end of a download does not wait for a suspect.
   */
  mayShare(record: PartialPiece, slot: number, options: PickOptions): boolean {
    if (isStalled(record)) return true;
    if (options.sharing === "only-whole") return record.owner === slot && record.isLocked;
    return record.owner === slot || !record.isLocked || this.hasNothingToBegin;
  }

  /** No connected peer has a piece that could be begun. */
  get hasNothingToBegin(): boolean {
    return this.#order.size === (this.#availability.seedCount > 0 ? 0 : this.#order.countWithoutCopies());
  }

  /** Something is requested, and nothing that a connected peer has is left to be asked for. */
  get isEndgame(): boolean {
    if (this.#partials.requestedCount === 0 || !this.hasNothingToBegin) return false;
    for (const record of this.#partials.withFree) {
      if (this.#priorityOf(record) > 0 && this.#availability.availability(record.piece) > 0) return false;
    }
    return true;
  }

  /**
   * Step 4: asks `slot` for blocks that one other peer is asked for, of the most silent first, and writes
   * (piece, block) pairs to `out` from pair `start` on. Answers how many.
   */
  double(slot: number, maxBlocks: number, out: Int32Array, start: number): number {
    return this.#doubleIn(slot, this.#partials.active, maxBlocks, out, start);
  }

  /** The same for pieces that are late, at any time: the first `count` of `pieces`. */
  doubleLate(
    slot: number,
    pieces: readonly number[],
    count: number,
    maxBlocks: number,
    out: Int32Array,
    start: number,
  ): number {
    const late: PartialPiece[] = [];
    for (let i = 0; i < count; i++) {
      const record = this.#partials.of(pieces[i] as number);
      if (record !== undefined && !record.isPending) late.push(record);
    }
    return late.length === 0 ? 0 : this.#doubleIn(slot, late, maxBlocks, out, start);
  }

  #doubleIn(
    slot: number,
    records: readonly PartialPiece[],
    maxBlocks: number,
    out: Int32Array,
    start: number,
  ): number {
    const room = Math.min(maxBlocks, this.#partials.doublingRoom(slot));
    let doubled = 0;
    this.#partials.beginHelp(slot);
    while (doubled < room) {
      this.#partials.beginSearch();
      for (const record of records) {
        if (this.#priorityOf(record) === 0 || !this.#availability.peerHas(slot, record.piece)) continue;
        this.#partials.searchIn(record, slot);
      }
      if (!this.#partials.askFound(slot, out, start + doubled)) break;
      doubled++;
    }
    return doubled;
  }

  /** The shortcut past all comparison: the peer goes on where it was, unless something more urgent is wanted. */
  #ownPiece(slot: number, options: PickOptions, newSegments: number): PartialPiece | undefined {
    const piece = this.#lastPiece[slot] as number;
    const record = piece === NONE ? undefined : this.#partials.of(piece);
    if (record === undefined || record.owner !== slot) return undefined;
    if (record.isPending || (newSegments > 0 ? record.free : record.freeInOpen) === 0) return undefined;
    if (this.#priorityOf(record) < this.#order.highestPriority) return undefined;
    if (reachTo(record, slot, options) !== REACH_OWN || !this.#availability.peerHas(slot, piece))
      return undefined;
    return record;
  }

  #pieceOrder(havePieces: number): PieceOrder {
    if (this.isSequential) return "sequential";
    return havePieces < RANDOM_FIRST_PIECES ? "random" : "rarest-first";
  }

  /** Whose partial pieces come before new ones. */
  #firstReach(options: PickOptions, havePieces: number): number {
    if (options.sharing === "only-whole") return REACH_OWN;
    const many = MAX_PARTIAL_PIECES_PER_PEER * this.#availability.peerCount;
    const begun = this.#partials.active.length;
    if (begun > many || (havePieces === 0 && begun <= FIRST_PIECES_TOGETHER)) return REACH_ALL;
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
    const candidates = this.#partials.withFree;
    for (let i = 0; i < candidates.length; i++) {
      const record = candidates[i] as PartialPiece;
      if (newSegments === 0 && record.freeInOpen === 0) continue;
      if (reachTo(record, slot, options) > reach || !this.mayShare(record, slot, options)) continue;
      const score = this.#scoreOf(record, slot, options);
      if (score <= bestScore || !this.#availability.peerHas(slot, record.piece)) continue;
      best = record;
      bestScore = score;
    }
    return best;
  }

  /** Priority, then nearness to the peer, then how little is left; unwanted pieces get -1. */
  #scoreOf(record: PartialPiece, slot: number, options: PickOptions): number {
    const priority = this.#priorityOf(record);
    if (priority === 0) return -1;
    const distance = Math.abs(record.speedClass - options.speedClass);
    const nearness = record.owner === slot ? 4 : isStalled(record) ? 3 : 2 - distance;
    const done = 1 - record.free / this.#map.blocksPerPiece;
    return priority * 16 + (nearness + 1) * 2 + done;
  }

  #priorityOf(record: PartialPiece): number {
    return this.#priorities[record.piece] as number;
  }
}

/** Nobody is asked for anything of it: its owner left, chokes us or was snubbed. */
function isStalled(record: PartialPiece): boolean {
  return record.requested === 0;
}

function reachTo(record: PartialPiece, slot: number, options: PickOptions): number {
  if (record.owner === slot && (record.isLocked || options.sharing !== "only-whole")) return REACH_OWN;
  if (isStalled(record)) return REACH_STALLED;
  return record.speedClass === options.speedClass ? REACH_CLASS : REACH_ALL;
}
