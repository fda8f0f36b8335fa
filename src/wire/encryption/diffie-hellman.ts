/**
 * The key exchange of MSE: Diffie-Hellman modulo a fixed prime of 768 bits, the one of RFC 2409 section 6.1.
 * It hides traffic from who only listens and has not seen the info-hash; it authenticates nobody, and nothing in
 * Starling relies on it for secrecy, so arithmetic whose time depends on the key is good enough.
 */
import { toHex } from "../../core/bytes.ts";
import type { Random } from "../../core/ports.ts";

/** Length of a public key and of the shared secret on the wire, left-padded with zeros. */
export const KEY_BYTES = 96;
/** 160 bits: more gain nothing against a prime of this size, and cost time in proportion. */
const PRIVATE_KEY_BYTES = 20;

const PRIME = BigInt(
  "0xFFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74020BBEA63B139B22514A08798E3404DD" +
    "EF9519B3CD3A431B302B0A6DF25F14374FE1356D6D51C245E485B576625E7EC6F44C42E9A63A36210000000000090563",
);
const GENERATOR = 2n;

export class KeyExchange {
  readonly #privateKey: bigint;
  readonly publicKey: Uint8Array;

  constructor(random: Random) {
    this.#privateKey = integerOf(random.bytes(PRIVATE_KEY_BYTES));
    this.publicKey = keyBytes(power(GENERATOR, this.#privateKey));
  }

  /** The secret shared with the holder of `theirKey`; `undefined` for keys that leave it no choice (0, ±1, too large). */
  secretWith(theirKey: Uint8Array): Uint8Array | undefined {
    const theirs = integerOf(theirKey);
    if (theirs <= 1n || theirs >= PRIME - 1n) return undefined;
    return keyBytes(power(theirs, this.#privateKey));
  }
}

function integerOf(bytes: Uint8Array): bigint {
  return BigInt(`0x${toHex(bytes)}`);
}

function keyBytes(value: bigint): Uint8Array {
  const bytes = new Uint8Array(KEY_BYTES);
  const hex = value.toString(16).padStart(2 * KEY_BYTES, "0");
  for (let i = 0; i < KEY_BYTES; i++) bytes[i] = Number.parseInt(hex.slice(2 * i, 2 * i + 2), 16);
  return bytes;
}

/** `base` to the `exponent`, modulo the prime; square and multiply. */
function power(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  let square = base;
  for (let left = exponent; left > 0n; left >>= 1n) {
    if (left & 1n) result = (result * square) % PRIME;
    square = (square * square) % PRIME;
  }
  return result;
}
