/** Randomness nobody can guess: the kernel's generator, drawn in pools because one call costs a microsecond. */
import { randomFillSync } from "node:crypto";
import { invariant } from "../core/invariant.ts";
import type { Random } from "../core/ports.ts";

/** Bytes drawn at a time: 200 node ids or 1,000 numbers. */
const POOL_BYTES = 8_192;
const TWO_POWER_32 = 2 ** 32;
const TWO_POWER_53 = 2 ** 53;

export class SystemRandom implements Random {
  readonly #pool = new Uint8Array(POOL_BYTES);
  readonly #view = new DataView(this.#pool.buffer);
  #used = POOL_BYTES;

  bytes(length: number): Uint8Array {
    if (length > POOL_BYTES) return randomFillSync(new Uint8Array(length));
    const from = this.#take(length);
    return this.#pool.slice(from, from + length);
  }

  float(): number {
    const from = this.#take(8);
    const high = this.#view.getUint32(from) >>> 5;
    const low = this.#view.getUint32(from + 4) >>> 6;
    return (high * 2 ** 26 + low) / TWO_POWER_53;
  }

  integer(exclusiveMax: number): number {
    invariant(
      Number.isInteger(exclusiveMax) && exclusiveMax > 0 && exclusiveMax <= TWO_POWER_53,
      `no integer lies in [0, ${exclusiveMax})`,
    );
    if (exclusiveMax > TWO_POWER_32) return Math.floor(this.float() * exclusiveMax);
    // Values above the last whole multiple would favour small results: draw again.
    const limit = TWO_POWER_32 - (TWO_POWER_32 % exclusiveMax);
    for (;;) {
      const value = this.#view.getUint32(this.#take(4));
      if (value < limit) return value % exclusiveMax;
    }
  }

  /** Position of `length` fresh bytes of the pool, which are used once. */
  #take(length: number): number {
    if (this.#used + length > POOL_BYTES) {
      randomFillSync(this.#pool);
      this.#used = 0;
    }
    const from = this.#used;
    this.#used += length;
    return from;
  }
}
