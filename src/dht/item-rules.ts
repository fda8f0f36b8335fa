/**
 * What makes bytes an item of BEP 44: where it is found, what its signature covers, and how large it may be. All of
 * it on the bytes that came over the wire. Sequence numbers are those up to 2^53, like every integer here.
 */
import { scanBencode } from "../core/bencode-scanner.ts";
import { concatBytes, utf8Bytes } from "../core/bytes.ts";
import { sha1 } from "../core/sha1.ts";

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
