/** Ed25519 (RFC 8032) with raw keys, as BEP 44 has them, on the cryptography of Node. */
import { createPublicKey, verify } from "node:crypto";

/** DER of an Ed25519 public key up to its 32 bytes (RFC 8410). */
const SPKI_HEAD = Buffer.from("302a300506032b6570032100", "hex");

/** Whether `signature` (64 bytes) is that of `message` by the owner of `publicKey` (32 bytes). Never throws. */
export function verifyEd25519(publicKey: Uint8Array, signature: Uint8Array, message: Uint8Array): boolean {
  try {
    const der = Buffer.concat([SPKI_HEAD, publicKey]);
    return verify(null, message, createPublicKey({ key: der, format: "der", type: "spki" }), signature);
  } catch {
    return false;
  }
}
