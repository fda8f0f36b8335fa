/** Nonces of the Noise Protocol Framework, revision 34, section 12.3: four zero bytes and a number, little-endian. */
import { NONCE_BYTES } from "./sealing-crypto.ts";

const NUMBER_AT = 4;

/** Counts from 0. One array serves all: each is valid until the next. */
export class NoiseNonce {
  readonly #bytes = new Uint8Array(NONCE_BYTES);
  #isFirst = true;

  next(): Uint8Array {
    if (this.#isFirst) this.#isFirst = false;
    else this.#increment();
    return this.#bytes;
  }

  #increment(): void {
    const bytes = this.#bytes;
    for (let i = NUMBER_AT; i < NONCE_BYTES; i++) {
      bytes[i] = ((bytes[i] as number) + 1) & 0xff;
      if (bytes[i] !== 0) return;
    }
  }
}
