/** The sending direction of a sealed stream. */
import { writeUint16 } from "../core/bytes.ts";
import { ChaCha20Poly1305 } from "./chacha20-poly1305.ts";
import { FRAME_OVERHEAD, LENGTH_BYTES, MAX_FRAME_PAYLOAD, MAX_OWN_CIPHER_BYTES } from "./frame-format.ts";
import type { FrameMemory } from "./frame-memory.ts";
import { NoiseNonce } from "./noise-nonce.ts";
import type { SealingCrypto } from "./sealing-crypto.ts";

/** Takes frames; `onSent` as of `ByteStream.write`. */
export interface FrameSink {
  write(bytes: Uint8Array, onSent?: () => void): boolean;
}

export class FrameSealer {
  readonly #crypto: SealingCrypto;
  readonly #memory: FrameMemory;
  readonly #key: Uint8Array;
  readonly #own: ChaCha20Poly1305;
  readonly #nonce = new NoiseNonce();

  constructor(crypto: SealingCrypto, memory: FrameMemory, key: Uint8Array) {
    this.#crypto = crypto;
    this.#memory = memory;
    this.#key = key;
    this.#own = new ChaCha20Poly1305(key);
  }

  /** Writes the frames that carry `bytes` to `sink`; `onSent` comes with the last of them. Answers as the sink does. */
  send(bytes: Uint8Array, sink: FrameSink, onSent: (() => void) | undefined): boolean {
    let from = 0;
    for (; bytes.length - from > MAX_FRAME_PAYLOAD; from += MAX_FRAME_PAYLOAD)
      this.#sendOne(bytes.subarray(from, from + MAX_FRAME_PAYLOAD), sink, undefined);
    return this.#sendOne(from === 0 ? bytes : bytes.subarray(from), sink, onSent);
  }

  #sendOne(payload: Uint8Array, sink: FrameSink, onSent: (() => void) | undefined): boolean {
    const { length } = payload;
    if (length <= MAX_OWN_CIPHER_BYTES) return sink.write(this.#short(payload), onSent);
    const { bytes, onSent: release } = this.#memory.frames.acquire();
    writeUint16(bytes, 0, length);
    const head = bytes.subarray(0, LENGTH_BYTES);
    this.#crypto.seal(this.#key, this.#nonce.next(), payload, head, bytes, LENGTH_BYTES);
    const frame = bytes.subarray(0, FRAME_OVERHEAD + length);
    if (onSent === undefined) return sink.write(frame, release);
    return sink.write(frame, () => {
      release();
      onSent();
    });
  }

  #short(payload: Uint8Array): Uint8Array {
    const { length } = payload;
    const frame = new Uint8Array(FRAME_OVERHEAD + length);
    writeUint16(frame, 0, length);
    frame.set(payload, LENGTH_BYTES);
    const head = frame.subarray(0, LENGTH_BYTES);
    this.#own.seal(this.#nonce.next(), frame, LENGTH_BYTES, LENGTH_BYTES + length, head);
    return frame;
  }
}
