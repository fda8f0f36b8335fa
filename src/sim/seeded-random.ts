/**
 * Reproducible randomness: sfc32 (Chris Doty-Humphrey's small fast counting generator), seeded from text. `fork`
 * derives an independent stream from the seed and a label, not from the state, so that adding a node to a scenario
 * does not reshuffle the others.
 */
import { invariant } from "../core/invariant.ts";
import type { Random } from "../core/ports.ts";

/** Rounds that spread the seed through the state before the first output, as its author recommends. */
const WARM_UP_ROUNDS = 12;

export class SeededRandom implements Random {
  readonly seed: string;
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;

  constructor(seed: number | string) {
    this.seed = String(seed);
    this.#a = hashText(`${this.seed}/a`);
    this.#b = hashText(`${this.seed}/b`);
    this.#c = hashText(`${this.seed}/c`);
    for (let round = 0; round < WARM_UP_ROUNDS; round++) this.uint32();
  }

  /** A generator of its own for `label`; the same seed and label give the same stream always. */
  fork(label: string | number): SeededRandom {
    return new SeededRandom(`${this.seed}/${label}`);
  }

  /** Uniform in [0, 2^32). */
  uint32(): number {
    const sum = (this.#a + this.#b + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = ((this.#c << 21) | (this.#c >>> 11)) + sum;
    return sum >>> 0;
  }

  float(): number {
    return this.uint32() / 2 ** 32;
  }

  integer(exclusiveMax: number): number {
    invariant(exclusiveMax >= 1, `no integer lies in [0, ${exclusiveMax})`);
    return Math.floor(this.float() * exclusiveMax);
  }

  bytes(length: number): Uint8Array {
    const bytes = new Uint8Array(length);
    for (let i = 0; i < length; i++) bytes[i] = this.uint32();
    return bytes;
  }
}

/** FNV-1a with a final avalanche (murmur3's finaliser): near seeds must not give near states. */
function hashText(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
