/** What one end of an MSE handshake has received and not yet understood. */
import { concatBytes } from "../../core/bytes.ts";
import { indexOfBytes, MAX_PAD_BYTES } from "./mse-handshake.ts";
import type { Rc4 } from "./rc4.ts";

export class HandshakeInput {
  #bytes: Uint8Array = new Uint8Array(0);

  get length(): number {
    return this.#bytes.length;
  }

  /** All of it; not to be kept. */
  get bytes(): Uint8Array {
    return this.#bytes;
  }

  append(bytes: Uint8Array): void {
    this.#bytes = concatBytes([this.#bytes, bytes]);
  }

  take(count: number): Uint8Array {
    const taken = this.#bytes.subarray(0, count);
    this.#bytes = this.#bytes.subarray(count);
    return taken;
  }

  takeDecrypted(count: number, cipher: Rc4): Uint8Array {
    return cipher.applied(this.take(count));
  }

  /** Takes padding of unknown length and the mark behind it. Answers whether it did; undefined while more bytes are needed. */
  takePast(mark: Uint8Array): boolean | undefined {
    const window = this.#bytes.subarray(0, MAX_PAD_BYTES + mark.length);
    const at = indexOfBytes(window, mark);
    if (at < 0) return window.length === MAX_PAD_BYTES + mark.length ? false : undefined;
    this.take(at + mark.length);
    return true;
  }

  takeAll(): Uint8Array {
    return this.take(this.#bytes.length);
  }
}
