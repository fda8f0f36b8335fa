/**
 * One direction of a sealed stream: frames of at most 32 KiB, each a length of two bytes, which is authenticated, the ciphertext
 * and its tag; numbered, so that none can be left out, repeated or moved.
 */
import { concatBytes, readUint16, writeUint16 } from "../core/bytes.ts";
import { noiseNonce } from "./noise-handshake.ts";
import { NO_BYTES, type SealingCrypto, TAG_BYTES } from "./sealing-crypto.ts";

const LENGTH_BYTES = 2;
/** A block of 16 KiB with its header goes into one; what is buffered of a frame that has not come whole stays small. */
export const MAX_FRAME_PAYLOAD: number = 32 * 1024;
const FRAME_OVERHEAD: number = LENGTH_BYTES + TAG_BYTES;

export class FrameSealer {
  readonly #crypto: SealingCrypto;
  readonly #key: Uint8Array;
  #number = 0;

  constructor(crypto: SealingCrypto, key: Uint8Array) {
    this.#crypto = crypto;
    this.#key = key;
  }

  /** The frames that carry `bytes`, newly allocated. */
  seal(bytes: Uint8Array): Uint8Array {
    const frames = Math.max(1, Math.ceil(bytes.length / MAX_FRAME_PAYLOAD));
    const sealed = new Uint8Array(bytes.length + frames * FRAME_OVERHEAD);
    let at = 0;
    for (let from = 0; from < bytes.length || at === 0; from += MAX_FRAME_PAYLOAD) {
      const part = bytes.subarray(from, from + MAX_FRAME_PAYLOAD);
      writeUint16(sealed, at, part.length);
      const head = sealed.subarray(at, at + LENGTH_BYTES);
      this.#crypto.seal(this.#key, noiseNonce(this.#number++), part, head, sealed, at + LENGTH_BYTES);
      at += FRAME_OVERHEAD + part.length;
    }
    return sealed;
  }
}

export class FrameOpener {
  readonly #crypto: SealingCrypto;
  readonly #key: Uint8Array;
  #number = 0;
  /** What came of a frame that is not whole yet. */
  #rest: Uint8Array = NO_BYTES;

  constructor(crypto: SealingCrypto, key: Uint8Array) {
    this.#crypto = crypto;
    this.#key = key;
  }

  /** The payload of all frames that are whole now; undefined once one was forged. `bytes` are borrowed for the call. */
  open(bytes: Uint8Array): Uint8Array | undefined {
    const waiting = this.#rest.length === 0 ? bytes : concatBytes([this.#rest, bytes]);
    const payloads: Uint8Array[] = [];
    let at = 0;
    while (waiting.length - at >= LENGTH_BYTES) {
      const length = readUint16(waiting, at);
      const end = at + FRAME_OVERHEAD + length;
      if (length > MAX_FRAME_PAYLOAD) return undefined;
      if (end > waiting.length) break;
      const head = waiting.subarray(at, at + LENGTH_BYTES);
      const sealed = waiting.subarray(at + LENGTH_BYTES, end);
      const payload = this.#crypto.open(this.#key, noiseNonce(this.#number++), sealed, head);
      if (payload === undefined) return undefined;
      payloads.push(payload);
      at = end;
    }
    this.#rest = at === waiting.length ? NO_BYTES : waiting.slice(at);
    return payloads.length === 1 ? payloads[0] : concatBytes(payloads);
  }
}
