/**
 * What the torrents of one disk take of the arena. All disks share it by dynamic thresholds (Choudhury and Hahne 1998, for
 * packets in a switch): a disk may hold three times what is still free. Alone it has three quarters of the arena, two have
 * three sevenths each, and whatever a disk that hangs keeps for good, a quarter of the rest is there for the next one.
 *
 * While a disk has much to write its torrents get nothing more, although there is memory: a faster network would only
 * fill it, and what was touched once stays resident.
 */
import type { Slab, SlabPool } from "../core/slab.ts";
import { MAX_QUEUED_DISK_BYTES, SHARE_OF_FREE_MEMORY } from "./platform-config.ts";
import { type SlabArena, slabBytesFor } from "./slab-arena.ts";

export class SlabShare implements SlabPool {
  readonly #arena: SlabArena;
  /** Offsets of the slabs that wait for the disk. */
  readonly #queued = new Set<number>();
  #usedBytes = 0;
  #queuedBytes = 0;

  constructor(arena: SlabArena) {
    this.#arena = arena;
  }

  /** What can be out while no other disk is busy. */
  get capacityBytes(): number {
    return (this.#arena.sizeBytes * SHARE_OF_FREE_MEMORY) / (1 + SHARE_OF_FREE_MEMORY);
  }

  /** Bytes of the slabs that are out. */
  get usedBytes(): number {
    return this.#usedBytes;
  }

  /** Bytes of the slabs that wait for the disk. */
  get queuedBytes(): number {
    return this.#queuedBytes;
  }

  acquire(minimumBytes: number): Slab | undefined {
    if (this.#queuedBytes >= MAX_QUEUED_DISK_BYTES || !this.#mayHold(slabBytesFor(minimumBytes)))
      return undefined;
    const slab = this.#arena.acquire(minimumBytes);
    if (slab !== undefined) this.#usedBytes += slab.bytes.length;
    return slab;
  }

  /** The slab is full and waits for the disk, until it is released. */
  queue(slab: Slab): void {
    this.#queued.add(slab.offset);
    this.#queuedBytes += slab.bytes.length;
  }

  release(slab: Slab): void {
    this.#arena.release(slab);
    this.#usedBytes -= slab.bytes.length;
    if (this.#queued.delete(slab.offset)) this.#queuedBytes -= slab.bytes.length;
  }

  /** The first slab is never refused: the smallest arena has to get everybody on. */
  #mayHold(moreBytes: number): boolean {
    const freeBytes = this.#arena.sizeBytes - this.#arena.usedBytes - moreBytes;
    return this.#usedBytes === 0 || this.#usedBytes + moreBytes <= SHARE_OF_FREE_MEMORY * freeBytes;
  }
}
