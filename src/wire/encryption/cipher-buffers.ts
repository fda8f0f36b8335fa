/**
 * Pooled memory for what leaves encrypted. The plaintext is somebody else's (a block that is cached for others, a
 * message that several peers are sent), so it is encrypted while it is copied, which costs no more than in place.
 */
import { PIECE_HEADER_BYTES } from "../../core/slab.ts";

/** One block with its header: the largest that is common. Larger ones, bitfields of huge torrents, are not pooled. */
const BUFFER_BYTES = 16_384 + PIECE_HEADER_BYTES;
/** Small messages are not worth a pool, nor 16 KiB each. */
const SMALL_BYTES = 1_024;
/** One megabyte: a few busy peers. Beyond, the garbage collector has them. */
const MAX_SPARE = 64;

export class CipherBuffers {
  readonly #spare: Uint8Array[] = [];

  acquire(bytes: number): Uint8Array {
    if (bytes <= SMALL_BYTES || bytes > BUFFER_BYTES) return new Uint8Array(bytes);
    return this.#spare.pop() ?? new Uint8Array(BUFFER_BYTES);
  }

  release(buffer: Uint8Array): void {
    if (buffer.length === BUFFER_BYTES && this.#spare.length < MAX_SPARE) this.#spare.push(buffer);
  }
}
