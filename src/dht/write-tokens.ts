/**
 * Write tokens (BEP 5, "get_peers", "announce_peer"): a storing node accepts an announce only with the token that
 * it gave to the same address for the same info-hash, so that nobody can sign up others, or fill the store with
 * hashes never asked for. Nothing is stored per token: it is a keyed digest, and the key changes.
 */
import type { Endpoint } from "../core/endpoint.ts";
import { ID_BYTES } from "../core/ids.ts";
import type { Random } from "../core/ports.ts";
import { writeAddress } from "./compact-address.ts";
import { SIPHASH_BYTES, SIPHASH_KEY_BYTES, sipHash, sipHashKey } from "./siphash.ts";

/** Length of our tokens; those of others have any length. */
export const TOKEN_BYTES: number = SIPHASH_BYTES;
/** BEP 5: "a secret that changes every five minutes and tokens up to ten minutes old are accepted". */
const SECRET_LIFETIME_MS = 5 * 60_000;

export class WriteTokens {
  readonly #random: Random;
  #current: Int32Array;
  #previous: Int32Array;
  #epochStartMs: number;

  constructor(random: Random, nowMs: number) {
    this.#random = random;
    this.#epochStartMs = nowMs;
    this.#current = this.#newSecret();
    this.#previous = this.#newSecret();
  }

  /** Writes the token of (`asker`, info-hash at `hashAt` of `bytes`) to `out` at `offset`. */
  issue(
    asker: Endpoint,
    bytes: Uint8Array,
    hashAt: number,
    nowMs: number,
    out: Uint8Array,
    offset: number,
  ): void {
    this.#rotate(nowMs);
    sipHash(this.#current, INPUT, fillInput(asker, bytes, hashAt), out, offset);
  }

  /** Whether `tokenLength` bytes at `tokenAt` are a token that `issue` gave to this address for this hash within ten minutes. */
  accepts(
    asker: Endpoint,
    bytes: Uint8Array,
    hashAt: number,
    tokenAt: number,
    tokenLength: number,
    nowMs: number,
  ): boolean {
    if (tokenLength !== TOKEN_BYTES) return false;
    this.#rotate(nowMs);
    const length = fillInput(asker, bytes, hashAt);
    sipHash(this.#current, INPUT, length, EXPECTED, 0);
    sipHash(this.#previous, INPUT, length, EXPECTED, TOKEN_BYTES);
    const current = difference(bytes, tokenAt, 0);
    const previous = difference(bytes, tokenAt, TOKEN_BYTES);
    return current === 0 || previous === 0;
  }

  /** Secrets age by the clock, not by use: after ten idle minutes both are new. */
  #rotate(nowMs: number): void {
    const epochs = Math.floor((nowMs - this.#epochStartMs) / SECRET_LIFETIME_MS);
    if (epochs < 1) return;
    this.#epochStartMs += epochs * SECRET_LIFETIME_MS;
    this.#previous = epochs === 1 ? this.#current : this.#newSecret();
    this.#current = this.#newSecret();
  }

  #newSecret(): Int32Array {
    return sipHashKey(this.#random.bytes(SIPHASH_KEY_BYTES));
  }
}

/** Scratch space of one call: 16 address bytes at most, then the hash. Synchronous, so one for all nodes is enough. */
const INPUT = new Uint8Array(16 + ID_BYTES);
const EXPECTED = new Uint8Array(2 * TOKEN_BYTES);

function fillInput(asker: Endpoint, bytes: Uint8Array, hashAt: number): number {
  const start = writeAddress(INPUT, 0, asker);
  for (let i = 0; i < ID_BYTES; i++) INPUT[start + i] = bytes[hashAt + i] as number;
  return start + ID_BYTES;
}

/** Zero when the token equals the expected one; looks at every byte, so that time tells nothing. */
function difference(bytes: Uint8Array, tokenAt: number, expectedAt: number): number {
  let sum = 0;
  for (let i = 0; i < TOKEN_BYTES; i++)
    sum |= (bytes[tokenAt + i] as number) ^ (EXPECTED[expectedAt + i] as number);
  return sum;
}
