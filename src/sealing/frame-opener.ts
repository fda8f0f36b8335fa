/** The receiving direction of a sealed stream. */
import { readUint16 } from "../core/bytes.ts";
import { ChaCha20Poly1305 } from "./chacha20-poly1305.ts";
import { FRAME_OVERHEAD, LENGTH_BYTES, MAX_FRAME_PAYLOAD, MAX_OWN_CIPHER_BYTES } from "./frame-format.ts";
import type { FrameMemory } from "./frame-memory.ts";
import { NoiseNonce } from "./noise-nonce.ts";
import { NO_BYTES, type SealingCrypto } from "./sealing-crypto.ts";

export class FrameOpener {
  readonly #crypto: SealingCrypto;
  readonly #memory: FrameMemory;
  readonly #key: Uint8Array;
  readonly #own: ChaCha20Poly1305;
  readonly #nonce = new NoiseNonce();
  /** A frame, or its length, that has not come whole: as long as it will be, and how much of it is there. */
  #partial: Uint8Array = NO_BYTES;
  #partialBytes = 0;
  #opened: Uint8Array = NO_BYTES;
  #openedBytes = 0;

  constructor(crypto: SealingCrypto, memory: FrameMemory, key: Uint8Array) {
    this.#crypto = crypto;
    this.#memory = memory;
    this.#key = key;
    this.#own = new ChaCha20Poly1305(key);
  }

  /**
   * The payload of all frames that are whole with bytes [`start`, `end`) of `buffer`, to be used before anything else is opened with
   * the same memory; undefined once one was forged.
   */
  open(buffer: Uint8Array, start: number, end: number): Uint8Array | undefined {
    this.#opened = this.#memory.opened(this.#partialBytes + end - start);
    this.#openedBytes = 0;
    let at = start;
    while (this.#partialBytes > 0 && at < end) {
      at = this.#complete(buffer, at, end);
      if (at < 0) return undefined;
    }
    while (end - at >= LENGTH_BYTES) {
      const frameBytes = FRAME_OVERHEAD + readUint16(buffer, at);
      if (at + frameBytes > end) break;
      if (!this.#openFrame(buffer, at, at + frameBytes)) return undefined;
      at += frameBytes;
    }
    if (at < end && !this.#keep(buffer, at, end)) return undefined;
    return this.#opened.subarray(0, this.#openedBytes);
  }

  /** Adds to the frame that has not come whole, and opens it when it has. Answers how far `buffer` is read; -1 after a forgery. */
  #complete(buffer: Uint8Array, from: number, end: number): number {
    const to = Math.min(end, from + this.#partial.length - this.#partialBytes);
    this.#partial.set(buffer.subarray(from, to), this.#partialBytes);
    this.#partialBytes += to - from;
    if (this.#partialBytes < this.#partial.length) return to;
    const whole = this.#partial;
    this.#partial = NO_BYTES;
    this.#partialBytes = 0;
    const isSound =
      whole.length === LENGTH_BYTES
        ? this.#keep(whole, 0, LENGTH_BYTES)
        : this.#openFrame(whole, 0, whole.length);
    return isSound ? to : -1;
  }

  /** False where the length promises more than a frame may carry. */
  #keep(buffer: Uint8Array, start: number, end: number): boolean {
    const hasLength = end - start >= LENGTH_BYTES;
    const payloadBytes = hasLength ? readUint16(buffer, start) : 0;
    if (payloadBytes > MAX_FRAME_PAYLOAD) return false;
    this.#partial = new Uint8Array(hasLength ? FRAME_OVERHEAD + payloadBytes : LENGTH_BYTES);
    this.#partial.set(buffer.subarray(start, end));
    this.#partialBytes = end - start;
    return true;
  }

  #openFrame(buffer: Uint8Array, start: number, end: number): boolean {
    const payloadBytes = end - start - FRAME_OVERHEAD;
    if (payloadBytes > MAX_FRAME_PAYLOAD) return false;
    const head = buffer.subarray(start, start + LENGTH_BYTES);
    const into = this.#opened.subarray(this.#openedBytes);
    this.#openedBytes += payloadBytes;
    const nonce = this.#nonce.next();
    if (payloadBytes <= MAX_OWN_CIPHER_BYTES)
      return this.#own.open(nonce, buffer, start + LENGTH_BYTES, end, head, into);
    const payload = this.#crypto.open(this.#key, nonce, buffer.subarray(start + LENGTH_BYTES, end), head);
    if (payload !== undefined) into.set(payload);
    return payload !== undefined;
  }
}
