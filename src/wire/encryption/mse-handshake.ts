/**
 * What both ends of an MSE handshake have in common (docs/protocol/mse.md): hashes, keys, methods, limits.
 *
 *   A -> B  Ya, PadA
 *   B -> A  Yb, PadB
 *   A -> B  HASH('req1', S), HASH('req2', SKEY) xor HASH('req3', S),
 *           ENCRYPT(VC, crypto_provide, len(PadC), PadC, len(IA)), ENCRYPT(IA)
 *   B -> A  ENCRYPT(VC, crypto_select, len(PadD), PadD)
 *
 * S is the shared secret, SKEY the info-hash; after that both sides go on in RC4 or in plaintext, as selected.
 */
import { concatBytes, utf8Bytes } from "../../core/bytes.ts";
import type { Random } from "../../core/ports.ts";
import { sha1 } from "../../core/sha1.ts";
import { Rc4 } from "./rc4.ts";

/** Methods as bits of crypto_provide and crypto_select. */
export const PLAINTEXT = 1;
export const RC4 = 2;

/** Most random bytes after a key or a message; more is not MSE (threats W10). */
export const MAX_PAD_BYTES = 512;
export const HASH_BYTES = 20;
/** The verification constant: eight zeros, recognisable once decrypted. */
export const VC_BYTES = 8;

/** How a handshake ended well. */
export interface Agreement {
  readonly method: typeof PLAINTEXT | typeof RC4;
  readonly encryptor: Rc4;
  readonly decryptor: Rc4;
  /** Bytes that are encrypted whatever the method: what is left of the initial payload. */
  readonly encryptedBytes: number;
  /** What came behind the handshake, as it came. */
  readonly rest: Uint8Array;
}

/** One end of a handshake: bytes in, bytes out through a callback, and an outcome. */
export interface MseHandshake {
  /** The connection stands. */
  begin(): void;
  /** Bytes of the other end; kept only as far as the handshake reaches. Not to be called after an outcome. */
  receive(bytes: Uint8Array): void;
  readonly agreement: Agreement | undefined;
  /** Why it failed: the other end does not speak MSE, or breaks it. */
  readonly failure: string | undefined;
}

export function hashOf(tag: string, ...parts: readonly Uint8Array[]): Uint8Array {
  return sha1(concatBytes([utf8Bytes(tag), ...parts]));
}

export function xored(a: Uint8Array, b: Uint8Array): Uint8Array {
  return a.map((byte, i) => byte ^ (b[i] as number));
}

/** The key stream of one direction: 'keyA' from who dialled, 'keyB' from who was dialled. */
export function cipherOf(tag: "keyA" | "keyB", secret: Uint8Array, infoHash: Uint8Array): Rc4 {
  return Rc4.afterDiscard(hashOf(tag, secret, infoHash));
}

export function randomPad(random: Random): Uint8Array {
  return random.bytes(random.integer(MAX_PAD_BYTES + 1));
}

/** Where `pattern` begins in `bytes`, or -1. */
export function indexOfBytes(bytes: Uint8Array, pattern: Uint8Array): number {
  const last = bytes.length - pattern.length;
  for (let at = 0; at <= last; at++) {
    let same = 0;
    while (same < pattern.length && bytes[at + same] === pattern[same]) same++;
    if (same === pattern.length) return at;
  }
  return -1;
}
