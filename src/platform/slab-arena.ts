/**
 * The arena that payload moves through: one shared memory, given out in slabs of 16 KiB to 1 MiB by a buddy system
 * (Knuth, TAOCP 1, 2.5). Sizes are powers of two, neighbours merge again when both are free, and the lowest free place
 * is taken first, so small slabs crowd at the beginning and memory that was never needed is never touched. How much of
 * it the torrents of one disk may hold is decided by `slab-share.ts`.
 *
 * `#longest[node]` is the largest free slab below a node of the binary tree over the arena; 0 where there is none.
 */
import { invariant } from "../core/invariant.ts";
import type { Slab, SlabPool } from "../core/slab.ts";
import { type CopyingMemory, copyingMemory } from "./copying-memory.ts";
import { MAX_SLAB_BYTES, MIN_SLAB_BYTES, RECEIVE_BUFFER_BYTES } from "./platform-config.ts";

export class SlabArena implements SlabPool {
  /** The arena, and behind it the receive buffer, so that payload is moved by the fastest copy there is. */
  readonly memory: SharedArrayBuffer;
  /** What sockets of this thread read into. */
  readonly receiveBuffer: Uint8Array;
  readonly sizeBytes: number;
  readonly #move: CopyingMemory["move"];
  readonly #longest: Uint32Array;
  readonly #leaves: number;
  #usedBytes = 0;

  /** `sizeBytes` is a multiple of MAX_SLAB_BYTES. */
  constructor(sizeBytes: number) {
    invariant(
      sizeBytes > 0 && sizeBytes % MAX_SLAB_BYTES === 0,
      `an arena is a multiple of ${MAX_SLAB_BYTES} bytes, not ${sizeBytes}`,
    );
    const memory = copyingMemory(sizeBytes + RECEIVE_BUFFER_BYTES);
    this.sizeBytes = sizeBytes;
    this.memory = memory.buffer;
    this.#move = memory.move;
    this.receiveBuffer = new Uint8Array(memory.buffer, sizeBytes, RECEIVE_BUFFER_BYTES);
    this.#leaves = 2 ** Math.ceil(Math.log2(sizeBytes / MIN_SLAB_BYTES));
    this.#longest = new Uint32Array(2 * this.#leaves);
    this.#layOut(sizeBytes);
  }

  /** Bytes of the slabs that are out. */
  get usedBytes(): number {
    return this.#usedBytes;
  }

  acquire(minimumBytes: number): Slab | undefined {
    const slabBytes = slabBytesFor(minimumBytes);
    if ((this.#longest[1] as number) < slabBytes) return undefined;
    let node = 1;
    let nodeBytes = this.#leaves * MIN_SLAB_BYTES;
    while (nodeBytes > slabBytes) {
      node *= 2;
      if ((this.#longest[node] as number) < slabBytes) node++;
      nodeBytes /= 2;
    }
    this.#longest[node] = 0;
    this.#updateAbove(node, nodeBytes);
    this.#usedBytes += slabBytes;
    const offset = this.#offsetOf(node, nodeBytes);
    return { bytes: new Uint8Array(this.memory, offset, slabBytes), offset };
  }

  release(slab: Slab): void {
    const slabBytes = slab.bytes.length;
    const node = (this.#leaves * MIN_SLAB_BYTES + slab.offset) / slabBytes;
    invariant(
      slab.bytes.buffer === this.memory && this.#longest[node] === 0 && this.#isGivenOut(node, slabBytes),
      "a slab is released once, to the arena it came from",
    );
    this.#longest[node] = slabBytes;
    this.#usedBytes -= slabBytes;
    this.#updateAbove(node, slabBytes);
  }

  copy(source: Uint8Array, start: number, end: number, target: Uint8Array, offset: number): void {
    const isInside = source.buffer === this.memory && target.buffer === this.memory;
    const fits = start >= 0 && end <= source.length && offset >= 0 && offset + end - start <= target.length;
    if (!fits || start >= end) target.set(source.subarray(start, end), offset);
    else if (isInside) this.#move(target.byteOffset + offset, source.byteOffset + start, end - start);
    // What was decrypted or came over uTP lies elsewhere. Filling copies as the C library does; `set` goes byte by byte into shared memory.
    else this.#buffer(target).fill(source.subarray(start, end), offset, offset + end - start);
  }

  #buffer({ buffer, byteOffset, length }: Uint8Array): Buffer {
    return Buffer.from(buffer, byteOffset, length);
  }

  /** Free slabs of the largest size cover what exists; the rest of the tree lies beyond the arena. */
  #layOut(sizeBytes: number): void {
    for (let node = this.#leaves * 2 - 1, nodeBytes = MIN_SLAB_BYTES; node >= 1; node--) {
      if (node < (this.#leaves * MIN_SLAB_BYTES) / nodeBytes) nodeBytes *= 2;
      const end = this.#offsetOf(node, nodeBytes) + nodeBytes;
      if (nodeBytes <= MAX_SLAB_BYTES) this.#longest[node] = end <= sizeBytes ? nodeBytes : 0;
      else this.#longest[node] = Math.max(this.#longestOf(2 * node), this.#longestOf(2 * node + 1));
    }
  }

  /** Above MAX_SLAB_BYTES nothing merges: no larger slab is ever asked for. */
  #updateAbove(from: number, fromBytes: number): void {
    let childBytes = fromBytes;
    for (let node = from >> 1; node >= 1; node >>= 1, childBytes *= 2) {
      const left = this.#longestOf(2 * node);
      const right = this.#longestOf(2 * node + 1);
      const isWhole = left === childBytes && right === childBytes && childBytes < MAX_SLAB_BYTES;
      this.#longest[node] = isWhole ? 2 * childBytes : Math.max(left, right);
    }
  }

  /** A node that is out has free children in the books; one that was merely split away has not been given out. */
  #isGivenOut(node: number, nodeBytes: number): boolean {
    if (nodeBytes === MIN_SLAB_BYTES) return true;
    return this.#longestOf(2 * node) === nodeBytes / 2 && this.#longestOf(2 * node + 1) === nodeBytes / 2;
  }

  #offsetOf(node: number, nodeBytes: number): number {
    return node * nodeBytes - this.#leaves * MIN_SLAB_BYTES;
  }

  #longestOf(node: number): number {
    return this.#longest[node] as number;
  }
}

/** Size of the slab that holds so many bytes. */
export function slabBytesFor(minimumBytes: number): number {
  invariant(
    minimumBytes > 0 && minimumBytes <= MAX_SLAB_BYTES,
    `no slab has ${minimumBytes} bytes: the largest has ${MAX_SLAB_BYTES}`,
  );
  let slabBytes = MIN_SLAB_BYTES;
  while (slabBytes < minimumBytes) slabBytes *= 2;
  return slabBytes;
}
