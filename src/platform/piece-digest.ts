/** SHA-1 of bytes that may lie in shared memory, the fastest way this Node has. */
import * as crypto from "node:crypto";

const SHA1_BYTES = 20;

/** One call instead of three, from Node 20.12 on. */
const oneShot: ((algorithm: string, data: Uint8Array, encoding: "buffer") => Uint8Array) | undefined =
  typeof crypto.hash === "function" ? (crypto.hash as never) : undefined;

export function sha1Of(bytes: Uint8Array): Uint8Array {
  return oneShot === undefined
    ? crypto.createHash("sha1").update(bytes).digest()
    : oneShot("sha1", bytes, "buffer");
}

/** A SHA-1 in progress; `update` and `digest` as Node has them. */
export function startSha1(): crypto.Hash {
  return crypto.createHash("sha1");
}

/** True when the 20 bytes of `digest` are those of `expected`. Public values: no constant time needed. */
export function isDigest(digest: Uint8Array, expected: Uint8Array): boolean {
  for (let i = 0; i < SHA1_BYTES; i++) if (digest[i] !== expected[i]) return false;
  return true;
}
