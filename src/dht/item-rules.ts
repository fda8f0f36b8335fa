/**
 * What makes bytes an item of BEP 44: where it is found, what its signature covers, and how large it may be. All of
 * it on the bytes that came over the wire. Sequence numbers are those up to 2^53, like every integer here.
 */
import { scanBencode } from "../core/bencode-scanner.ts";
import { concatBytes, utf8Bytes } from "../core/bytes.ts";
import { invariant } from "../core/invariant.ts";
import { sha1 } from "../core/sha1.ts";
import type { NewItem } from "./dht-lookups.ts";
import type { StoredItem } from "./item-store.ts";

/** BEP 44: bencoded. */
export const MAX_VALUE_BYTES = 1_000;
export const MAX_SALT_BYTES = 64;
/** Ed25519. */
export const PUBLIC_KEY_BYTES = 32;
export const SIGNATURE_BYTES = 64;

/**
 * Ed25519 verification (RFC 8032), handed in by whoever has cryptography: 32 and 64 bytes and the signed message.
 * Shall not throw.
 */
export type VerifySignature = (publicKey: Uint8Array, signature: Uint8Array, message: Uint8Array) => boolean;

/** Where an immutable item is found. */
export function immutableTarget(value: Uint8Array): Uint8Array {
  return sha1(value);
}

/** Where a mutable item is found; no salt is the same as an empty one. */
export function mutableTarget(publicKey: Uint8Array, salt: Uint8Array): Uint8Array {
  return sha1(concatBytes([publicKey, salt]));
}

/** The bytes that the signature of a mutable item is made of. */
export function signedBytes(salt: Uint8Array, seq: number, value: Uint8Array): Uint8Array {
  const saltPart = salt.length === 0 ? [] : [utf8Bytes(`4:salt${salt.length}:`), salt];
  return concatBytes([...saltPart, utf8Bytes(`3:seqi${seq}e1:v`), value]);
}

/** One bencoded value with sorted keys: "the storing node MUST reject" anything else. */
export function isCanonical(value: Uint8Array): boolean {
  return scanBencode(value, { maxDepth: 10, maxTokens: 512 }).ok;
}

/** Checks an item of our own and says where it belongs; one that others would refuse is a mistake of the caller. */
export function itemToPut({ value: given, signed, salt = new Uint8Array(0), cas }: NewItem): {
  readonly target: Uint8Array;
  readonly item: StoredItem;
  readonly salt: Uint8Array;
  readonly cas: number | undefined;
} {
  const value = given.slice();
  invariant(
    value.length <= MAX_VALUE_BYTES && isCanonical(value),
    "an item is bencoded, of 1,000 bytes at most",
  );
  invariant(salt.length <= MAX_SALT_BYTES, "a salt has 64 bytes at most");
  if (signed === undefined) {
    const target = immutableTarget(value);
    return { target, item: { target, value, signed }, salt: new Uint8Array(0), cas: undefined };
  }
  const { publicKey, signature, seq } = signed;
  invariant(
    publicKey.length === PUBLIC_KEY_BYTES && signature.length === SIGNATURE_BYTES,
    "an Ed25519 signature",
  );
  invariant(Number.isSafeInteger(seq) && seq >= 0, "a sequence number up to 2^53");
  const target = mutableTarget(publicKey, salt);
  return { target, item: { target, value, signed }, salt, cas };
}
