/**
 * Shared memory that payload moves through: received into slabs, hashed and written by disk workers that see the
 * same bytes, read into slots for sending. Both kinds are bounded pools, so memory has a ceiling (Law 6).
 */

/** A region of the arena; on the platform it lies in a SharedArrayBuffer. */
export interface Slab {
  readonly bytes: Uint8Array;
  /** Position in the arena; meaningful to the pool's owner only. */
  readonly offset: number;
}

export interface SlabPool {
  /** What can be out at a time, for who plans ahead; absent where nothing is known about it. */
  readonly capacityBytes?: number;
  /** A slab of at least `minimumBytes`; `undefined` when the arena is exhausted: ask again after a release. */
  acquire(minimumBytes: number): Slab | undefined;
  release(slab: Slab): void;
  /**
   * Copies [`start`, `end`) of `source` to `offset` of `target`, which is mostly a slab. Where this exists it is
   * faster than `target.set`, which V8 does byte by byte into shared memory unless both sides are equally aligned.
   */
  copy?(source: Uint8Array, start: number, end: number, target: Uint8Array, offset: number): void;
}

/** Moves a run of payload; `SlabPool.copy` or its plain equivalent. */
export type PayloadCopier = (
  source: Uint8Array,
  start: number,
  end: number,
  target: Uint8Array,
  offset: number,
) => void;

/** The copier of `pool`, or the plain one. */
export function copierOf(pool: SlabPool): PayloadCopier {
  return pool.copy === undefined ? copyBySet : pool.copy.bind(pool);
}

function copyBySet(source: Uint8Array, start: number, end: number, target: Uint8Array, offset: number): void {
  target.set(source.subarray(start, end), offset);
}

/** Room before the payload of a slot for the header of a PIECE message: length, id, index, begin (BEP 3). */
export const PIECE_HEADER_BYTES = 13;

/** A pooled buffer of one block to send: header room, then the payload, so that both leave in one write. */
export interface BlockSlot {
  readonly buffer: Uint8Array;
}
