/**
 * Pieces that were begun, each with its segments. A piece up to SEGMENT_BYTES is one segment; a longer one is
 * collected segment by segment, so that what is open at a time, and the slabs it needs, does not grow with the
 * piece.
 *
 *     segment:  untouched --first ask or block--> open --all blocks received--> complete
 *                   ^----- nothing requested, nothing received -----'
 *     piece:    (not begun) --begin--> partial --all segments complete--> pending --end--> (not begun)
 *
 * This file knows states; which block is taken next is the picker's business. Records are reused: nothing is
 * allocated once there were as many partial pieces as there will be.
 */
import { invariant } from "../../core/invariant.ts";
import type { PieceMap } from "../../torrent/piece-map.ts";
import { NOBODY, NOTHING, OpenSegments, SEGMENT_BLOCKS } from "./open-segments.ts";

/** Entries of the segment table beside the number of an open segment. */
const UNTOUCHED = -1;
const COMPLETE = -2;

/** Most pieces that can be begun at a time: a record's number plus one fits the 16 bits a piece has for it. */
export const MAX_PARTIAL_PIECES = 65_535;

/** What the arrival of a block made complete. */
export type Arrival = "duplicate" | "block" | "segment" | "piece";

/** A piece that was begun. Owned by `PartialPieces`; the picker changes `owner`, `isLocked` and `speedClass`. */
export interface PartialPiece {
  readonly id: number;
  piece: number;
  /** The peer that began it, or NOBODY when it left. */
  owner: number;
  /** Nobody but the owner is asked for its blocks (parole). */
  isLocked: boolean;
  /** Of the owner. */
  speedClass: number;
  /** Handed to storage, all of it; waits for the verdict. */
  isPending: boolean;
  /** Blocks neither requested nor received. */
  free: number;
  /** Those of them that lie in open segments. */
  freeInOpen: number;
  /** Blocks that somebody is asked for. */
  requested: number;
  receivedBytes: number;
  openSegments: number;
  completeSegments: number;
  /** Per segment: UNTOUCHED, COMPLETE or the number of an open segment. */
  readonly segments: Int32Array;
  /** Position among the active ones. */
  activeAt: number;
  /** Position among those with free blocks; -1 = it has none. */
  freeAt: number;
}

export class PartialPieces {
  readonly #map: PieceMap;
  readonly #segmentsPerPiece: number;
  readonly #open: OpenSegments;
  /** Number of the piece's record plus one; 0 = not begun. */
  readonly #recordOf: Uint16Array;
  readonly #records: PartialPiece[] = [];
  readonly #unused: number[] = [];
  readonly #active: PartialPiece[] = [];
  /** Those of the active ones that have free blocks: what a search for work looks through. */
  readonly #withFree: PartialPiece[] = [];
  #pendingCount = 0;
  #receivedBytes = 0;

  constructor(map: PieceMap, maxPeerSlots: number) {
    this.#map = map;
    this.#segmentsPerPiece = Math.ceil(map.blocksPerPiece / SEGMENT_BLOCKS);
    this.#open = new OpenSegments(maxPeerSlots);
    this.#recordOf = new Uint16Array(map.pieceCount);
  }

  // Pieces -------------------------------------------------------------------------------------------------------

  /** The partial pieces, pending ones excluded, in no order. */
  get active(): readonly PartialPiece[] {
    return this.#active;
  }

  /** The partial pieces with blocks that nobody is asked for, in no order. */
  get withFree(): readonly PartialPiece[] {
    return this.#withFree;
  }

  get pendingCount(): number {
    return this.#pendingCount;
  }

  /** No further piece can be begun. */
  get isFull(): boolean {
    return this.#active.length + this.#pendingCount === MAX_PARTIAL_PIECES;
  }

  /** Bytes of received blocks of all pieces that were not ended. */
  get receivedBytes(): number {
    return this.#receivedBytes;
  }

  /** Open segments and requested blocks. */
  get openSegmentCount(): number {
    return this.#open.count;
  }

  get requestedCount(): number {
    return this.#open.requestedCount;
  }

  of(piece: number): PartialPiece | undefined {
    return this.#records[(this.#recordOf[piece] as number) - 1];
  }

  /** Begins a piece, all of it untouched. */
  begin(piece: number, owner: number, speedClass: number, isLocked: boolean): PartialPiece {
    invariant(this.#recordOf[piece] === 0 && !this.isFull, `piece ${piece} cannot be begun`);
    const record = this.#unusedRecord();
    this.#recordOf[piece] = record.id + 1;
    record.piece = piece;
    record.owner = owner;
    record.isLocked = isLocked;
    record.speedClass = speedClass;
    record.free = this.#map.blocksOf(piece);
    record.segments.fill(UNTOUCHED);
    record.activeAt = this.#active.length;
    this.#active.push(record);
    this.#freeChanged(record);
    return record;
  }

  /** Forgets a piece with its blocks and requests. */
  end(record: PartialPiece): void {
    if (record.openSegments > 0) {
      for (const segment of record.segments) if (segment >= 0) this.#open.close(segment);
    }
    if (record.isPending) this.#pendingCount--;
    else this.#deactivate(record);
    this.#receivedBytes -= record.receivedBytes;
    this.#recordOf[record.piece] = 0;
    this.#unused.push(record.id);
    clear(record);
    this.#freeChanged(record);
  }

  // Requests -----------------------------------------------------------------------------------------------------

  /** Requests of `slot`. */
  askedOf(slot: number): number {
    return this.#open.askedOf(slot);
  }

  /**
   * Asks `slot` for up to `maxBlocks` free blocks, those of open segments first, and writes (piece, block) pairs to
   * `out` from pair `start` on. Opens at most `maxNewSegments` untouched segments. Answers how many were asked.
   */
  askFree(
    record: PartialPiece,
    slot: number,
    maxBlocks: number,
    maxNewSegments: number,
    out: Int32Array,
    start: number,
  ): number {
    let asked = 0;
    let budget = record.freeInOpen >= maxBlocks ? 0 : maxNewSegments;
    for (let i = 0; i < this.#segmentsPerPiece && record.freeInOpen > 0 && asked < maxBlocks; i++) {
      const segment = record.segments[i] as number;
      if (segment >= 0) asked += this.#askIn(record, segment, slot, maxBlocks - asked, out, start + asked);
    }
    for (let i = 0; i < this.#segmentsPerPiece && budget > 0 && asked < maxBlocks && record.free > 0; i++) {
      if (record.segments[i] !== UNTOUCHED || this.#blocksIn(record.piece, i) === 0) continue;
      const segment = this.#openSegment(record, i);
      budget--;
      asked += this.#askIn(record, segment, slot, maxBlocks - asked, out, start + asked);
    }
    return asked;
  }

  /** The peer is gone, and its requests were lost before. */
  left(slot: number): void {
    this.#open.left(slot);
    for (const record of this.#active) {
      if (record.owner !== slot) continue;
      record.owner = NOBODY;
      record.isLocked = false;
    }
  }

  /** `slot` sent a block, wanted or not. */
  arrivedFrom(slot: number): void {
    this.#open.arrivedFrom(slot);
  }

  /** Blocks that `slot` may be asked for as the second now. */
  doublingRoom(slot: number): number {
    return this.#open.doublingRoom(slot);
  }

  /** Says with what `slot` may help. For each block `beginSearch`, `searchIn` the pieces it has, `askFound`. */
  beginHelp(slot: number): void {
    this.#open.beginHelp(slot);
  }

  beginSearch(): void {
    this.#open.beginSearch();
  }

  searchIn(record: PartialPiece, slot: number): void {
    for (let i = 0; i < this.#segmentsPerPiece && record.requested > 0; i++) {
      const segment = record.segments[i] as number;
      if (segment >= 0) this.#open.searchIn(segment, slot);
    }
  }

  /** Asks `slot` for what the search found and writes it to `out` as pair `at`; false when it found nothing. */
  askFound(slot: number, out: Int32Array, at: number): boolean {
    const segment = this.#open.foundSegment;
    if (segment === NOTHING) return false;
    this.#open.askSecond(segment, this.#open.foundBlock, slot);
    out[2 * at] = (this.#records[this.#open.recordOf(segment)] as PartialPiece).piece;
    out[2 * at + 1] = this.#open.indexOf(segment) * SEGMENT_BLOCKS + this.#open.foundBlock;
    return true;
  }

  isRequestedBy(record: PartialPiece, block: number, slot: number): boolean {
    const segment = this.#segmentOf(record, block);
    return segment >= 0 && this.#open.isRequestedBy(segment, block % SEGMENT_BLOCKS, slot);
  }

  /** A peer other than `slot` that is asked for the block, or NOBODY. */
  otherRequester(record: PartialPiece, block: number, slot: number): number {
    const segment = this.#segmentOf(record, block);
    return segment < 0 ? NOBODY : this.#open.otherRequester(segment, block % SEGMENT_BLOCKS, slot);
  }

  /** `slot` will not send the block. A segment and a piece that hold nothing by that are closed: see `isBegun`. */
  lost(record: PartialPiece, block: number, slot: number): void {
    const segment = this.#segmentOf(record, block);
    if (segment < 0 || !this.#open.lost(segment, block % SEGMENT_BLOCKS, slot)) return;
    record.free++;
    record.freeInOpen++;
    record.requested--;
    this.#freeChanged(record);
    if (!this.#open.isUntouched(segment)) return;
    record.freeInOpen -= this.#open.blocksOf(segment);
    record.segments[this.#open.indexOf(segment)] = UNTOUCHED;
    record.openSegments--;
    this.#open.close(segment);
    if (record.openSegments === 0 && record.completeSegments === 0) this.end(record);
  }

  /** Every request of `slot` comes to nothing; `onEnded` hears of pieces that are not begun any more by that. */
  lostAll(slot: number, onEnded: (piece: number) => void): void {
    for (let segment = 0; segment < this.#open.capacity && this.#open.askedOf(slot) > 0; segment++) {
      const record = this.#records[this.#open.recordOf(segment)];
      if (record === undefined || this.#open.requestedOf(segment) === 0) continue;
      const piece = record.piece;
      const firstBlock = this.#open.indexOf(segment) * SEGMENT_BLOCKS;
      const blocks = this.#open.blocksOf(segment);
      for (let j = 0; j < blocks && this.#open.recordOf(segment) === record.id; j++) {
        this.lost(record, firstBlock + j, slot);
      }
      if (this.#recordOf[piece] === 0) onEnded(piece);
    }
  }

  // Blocks -------------------------------------------------------------------------------------------------------

  isReceived(record: PartialPiece, block: number): boolean {
    const segment = this.#segmentOf(record, block);
    return segment === COMPLETE || (segment >= 0 && this.#open.isReceived(segment, block % SEGMENT_BLOCKS));
  }

  /** `slot` sent a block, asked for or not. */
  received(record: PartialPiece, block: number, slot: number): Arrival {
    if (this.isReceived(record, block)) return "duplicate";
    const index = Math.floor(block / SEGMENT_BLOCKS);
    let segment = record.segments[index] as number;
    if (segment === UNTOUCHED) segment = this.#openSegment(record, index);
    if (this.#open.received(segment, block % SEGMENT_BLOCKS, slot)) {
      record.free--;
      record.freeInOpen--;
      this.#freeChanged(record);
    } else {
      record.requested--;
    }
    const blockBytes = this.#map.blockBytes(record.piece, block);
    record.receivedBytes += blockBytes;
    this.#receivedBytes += blockBytes;
    return this.#open.isComplete(segment) ? this.#segmentComplete(record, segment) : "block";
  }

  #segmentComplete(record: PartialPiece, segment: number): Arrival {
    record.segments[this.#open.indexOf(segment)] = COMPLETE;
    this.#open.close(segment);
    record.openSegments--;
    record.completeSegments++;
    if (record.free > 0 || record.requested > 0) return "segment";
    this.#deactivate(record);
    record.isPending = true;
    this.#pendingCount++;
    return "piece";
  }

  #askIn(
    record: PartialPiece,
    segment: number,
    slot: number,
    maxBlocks: number,
    out: Int32Array,
    start: number,
  ): number {
    const asked = this.#open.askFree(segment, record.piece, slot, maxBlocks, out, start);
    record.free -= asked;
    record.freeInOpen -= asked;
    record.requested += asked;
    this.#freeChanged(record);
    return asked;
  }

  #openSegment(record: PartialPiece, index: number): number {
    const blocks = this.#blocksIn(record.piece, index);
    const segment = this.#open.open(record.id, index, blocks);
    record.segments[index] = segment;
    record.openSegments++;
    record.freeInOpen += blocks;
    return segment;
  }

  /** Number of the open segment that holds the block, or UNTOUCHED or COMPLETE. */
  #segmentOf(record: PartialPiece, block: number): number {
    return record.segments[Math.floor(block / SEGMENT_BLOCKS)] as number;
  }

  /** Blocks of a segment; 0 behind the end of a short last piece. */
  #blocksIn(piece: number, index: number): number {
    return Math.max(0, Math.min(SEGMENT_BLOCKS, this.#map.blocksOf(piece) - index * SEGMENT_BLOCKS));
  }

  /** Keeps `withFree` in step with `record.free`. */
  #freeChanged(record: PartialPiece): void {
    const isListed = record.freeAt >= 0;
    if (record.free > 0 === isListed) return;
    if (isListed) {
      const last = this.#withFree.pop() as PartialPiece;
      if (last !== record) {
        this.#withFree[record.freeAt] = last;
        last.freeAt = record.freeAt;
      }
      record.freeAt = -1;
    } else {
      record.freeAt = this.#withFree.length;
      this.#withFree.push(record);
    }
  }

  #deactivate(record: PartialPiece): void {
    const last = this.#active.pop() as PartialPiece;
    if (last === record) return;
    this.#active[record.activeAt] = last;
    last.activeAt = record.activeAt;
  }

  #unusedRecord(): PartialPiece {
    const id = this.#unused.pop();
    if (id !== undefined) return this.#records[id] as PartialPiece;
    const record = emptyRecord(this.#records.length, this.#segmentsPerPiece);
    this.#records.push(record);
    return record;
  }
}

function emptyRecord(id: number, segments: number): PartialPiece {
  return {
    id,
    piece: 0,
    owner: NOBODY,
    isLocked: false,
    speedClass: 0,
    isPending: false,
    free: 0,
    freeInOpen: 0,
    requested: 0,
    receivedBytes: 0,
    openSegments: 0,
    completeSegments: 0,
    segments: new Int32Array(segments),
    activeAt: 0,
    freeAt: -1,
  };
}

function clear(record: PartialPiece): void {
  record.isPending = false;
  record.free = 0;
  record.freeInOpen = 0;
  record.requested = 0;
  record.receivedBytes = 0;
  record.openSegments = 0;
  record.completeSegments = 0;
}
