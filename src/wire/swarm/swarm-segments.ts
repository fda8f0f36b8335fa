/**
 * The slabs that payload is received into: one per segment (a piece, or SEGMENT_BYTES of a longer one) that has a
 * request or a block. A slab is reserved before blocks are requested, so that what arrives always has a place, and
 * given back when the last request of an empty segment is gone: the same rule by which the picker counts segments.
 */
import type { Slab, SlabPool } from "../../core/slab.ts";
import { BLOCK_BYTES, type PieceMap, SEGMENT_BYTES } from "../../torrent/piece-map.ts";

const SEGMENT_BLOCKS = SEGMENT_BYTES / BLOCK_BYTES;

/** A segment that is being received. */
export interface ReceivingSegment {
  readonly piece: number;
  /** Within the piece; a multiple of SEGMENT_BYTES. */
  readonly offsetBytes: number;
  readonly lengthBytes: number;
  readonly slab: Slab;
  /** Blocks that lie in the slab. */
  received: number;
  /** Live requests, over all peers. */
  requests: number;
  /** 1 per block that a connection is writing at this moment; only one may write to one place. */
  readonly isBeingWritten: Uint8Array;
}

export class SwarmSegments {
  readonly #map: PieceMap;
  readonly #slabs: SlabPool;
  readonly #segmentsPerPiece: number;
  /** By piece x segmentsPerPiece + index in the piece. */
  readonly #open = new Map<number, ReceivingSegment>();
  readonly #reserve: Slab[] = [];

  constructor(map: PieceMap, slabs: SlabPool) {
    this.#map = map;
    this.#slabs = slabs;
    this.#segmentsPerPiece = Math.ceil(map.pieceBytes / SEGMENT_BYTES);
  }

  /** Slabs held by open segments. */
  get count(): number {
    return this.#open.size;
  }

  /** Blocks that the memory for payload can hold at a time. */
  get capacityBlocks(): number {
    return (this.#slabs.capacityBytes ?? Number.POSITIVE_INFINITY) / BLOCK_BYTES;
  }

  /** Takes up to `wanted` slabs from the arena for segments that are about to be opened; answers how many it has. */
  reserve(wanted: number): number {
    const bytes = Math.min(this.#map.pieceBytes, SEGMENT_BYTES);
    while (this.#reserve.length < wanted) {
      const slab = this.#slabs.acquire(bytes);
      if (slab === undefined) break;
      this.#reserve.push(slab);
    }
    return this.#reserve.length;
  }

  /** Gives back what `reserve` took and nobody opened, but `kept` slabs for the next time. */
  trimReserve(kept: number): void {
    while (this.#reserve.length > kept) this.#slabs.release(this.#reserve.pop() as Slab);
  }

  /** Segments that `blocks` blocks in a row can touch at most. */
  segmentsFor(blocks: number): number {
    return Math.ceil(blocks / Math.min(this.#map.blocksPerPiece, SEGMENT_BLOCKS)) + 1;
  }

  find(piece: number, block: number): ReceivingSegment | undefined {
    return this.#open.get(this.#key(piece, block));
  }

  /** The segment of the block, opened with a reserved slab (or one from the arena) where it is not open yet. */
  openFor(piece: number, block: number): ReceivingSegment | undefined {
    const key = this.#key(piece, block);
    const existing = this.#open.get(key);
    if (existing !== undefined) return existing;
    if (this.reserve(1) === 0) return undefined;
    const offsetBytes = Math.floor(block / SEGMENT_BLOCKS) * SEGMENT_BYTES;
    const lengthBytes = Math.min(SEGMENT_BYTES, this.#map.bytesOf(piece) - offsetBytes);
    const segment: ReceivingSegment = {
      piece,
      offsetBytes,
      lengthBytes,
      slab: this.#reserve.pop() as Slab,
      received: 0,
      requests: 0,
      isBeingWritten: new Uint8Array(Math.ceil(lengthBytes / BLOCK_BYTES)),
    };
    this.#open.set(key, segment);
    return segment;
  }

  /** A live request of the segment is gone. */
  requestGone(piece: number, block: number): void {
    const segment = this.find(piece, block);
    if (segment === undefined) return;
    segment.requests--;
    this.#releaseIfUnused(segment);
  }

  /** A connection stopped writing a block that is still missing. */
  writeEnded(segment: ReceivingSegment, block: number): void {
    segment.isBeingWritten[block % SEGMENT_BLOCKS] = 0;
    this.#releaseIfUnused(segment);
  }

  /** The segment is complete: it is forgotten here and its slab now belongs to the caller. */
  take(segment: ReceivingSegment): Slab {
    this.#open.delete(this.#keyOf(segment));
    return segment.slab;
  }

  /** Drops all segments of a piece. No connection may be writing to them. */
  dropPiece(piece: number): void {
    for (let index = 0; index < this.#segmentsPerPiece; index++) {
      const segment = this.#open.get(piece * this.#segmentsPerPiece + index);
      if (segment !== undefined) this.#slabs.release(this.take(segment));
    }
  }

  /** Pieces with an open segment, each once. */
  openPieces(): number[] {
    return [...new Set([...this.#open.values()].map((segment) => segment.piece))];
  }

  #releaseIfUnused(segment: ReceivingSegment): void {
    if (segment.received > 0 || segment.requests > 0 || segment.isBeingWritten.includes(1)) return;
    if (this.#open.get(this.#keyOf(segment)) === segment) this.#slabs.release(this.take(segment));
  }

  #key(piece: number, block: number): number {
    return piece * this.#segmentsPerPiece + Math.floor(block / SEGMENT_BLOCKS);
  }

  #keyOf(segment: ReceivingSegment): number {
    return segment.piece * this.#segmentsPerPiece + segment.offsetBytes / SEGMENT_BYTES;
  }
}
