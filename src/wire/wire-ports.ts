/**
 * What a swarm needs from its storage, declared by the consumer. Every call is a request: the answer comes later,
 * through the method of the swarm that the comment names, never from within the call (Law 4).
 */
import type { BlockSlot, Slab, SlabPool } from "../core/slab.ts";

/** Storage of one torrent as its swarm sees it. */
export interface SwarmStorage {
  /** Memory that this storage's payload is received into; the engine's own pool where it is absent. */
  readonly slabs?: SlabPool;
  /**
   * Takes `lengthBytes` of `slab` as the content of `pieceIndex` from `offsetBytes`, a multiple of SEGMENT_BYTES.
   * Owns and releases the slab. When the last segment of a piece is in: `pieceChecked(pieceIndex, verdict)`.
   */
  storeSegment(
    pieceIndex: number,
    offsetBytes: number,
    slab: Slab,
    lengthBytes: number,
    wantsDigests: boolean,
  ): void;
  /** Forgets segments of an unfinished piece that will be fetched anew. */
  discardPiece(pieceIndex: number): void;
  /** Reads a block for upload: `blockRead(token, slot)`, or with `undefined` where the disk failed. */
  readBlock(token: number, pieceIndex: number, offsetBytes: number, lengthBytes: number): void;
  releaseSlot(slot: BlockSlot): void;
}
