/** What sealing is composed of, on the cryptography of Node. */
import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createPublicKey,
  createSecretKey,
  diffieHellman,
  generateKeyPairSync,
  hkdfSync,
  type KeyObject,
} from "node:crypto";
import type { KeyPair, SealingCrypto } from "../sealing/index.ts";

const CIPHER = "chacha20-poly1305";
const TAG = { authTagLength: 16 };
/** DER of an X25519 public key up to its 32 bytes (RFC 8410). */
const SPKI_HEAD = Buffer.from("302a300506032b656e032100", "hex");
const PUBLIC_KEY_BYTES = 32;

/** Node prepares a key given as bytes anew for each datagram, which is a third of what sealing one costs. */
const PREPARED = new WeakMap<Uint8Array, KeyObject>();

/** Keys are never written to. */
function prepared(key: Uint8Array): KeyObject {
  let found = PREPARED.get(key);
  if (found === undefined) {
    found = createSecretKey(key);
    PREPARED.set(key, found);
  }
  return found;
}

export const nodeSealingCrypto: SealingCrypto = {
  seal: (key, nonce, plaintext, additional, into, at) => {
    const cipher = createCipheriv(CIPHER, prepared(key), nonce, TAG);
    cipher.setAAD(additional, { plaintextLength: plaintext.length });
    into.set(cipher.update(plaintext), at);
    cipher.final();
    into.set(cipher.getAuthTag(), at + plaintext.length);
  },

  open: (key, nonce, sealed, additional) => {
    const length = sealed.length - TAG.authTagLength;
    if (length < 0) return undefined;
    const decipher = createDecipheriv(CIPHER, prepared(key), nonce, TAG);
    decipher.setAAD(additional, { plaintextLength: length });
    decipher.setAuthTag(sealed.subarray(length));
    const plaintext = decipher.update(sealed.subarray(0, length));
    try {
      decipher.final();
    } catch {
      return undefined;
    }
    return plaintext;
  },

  hkdf: (secret, salt, info, lengthBytes) =>
    new Uint8Array(hkdfSync("sha256", secret, salt, info, lengthBytes)),

  sha256: (bytes) => new Uint8Array(createHash("sha256").update(bytes).digest()),

  newKeyPair: () => keyPairOf(generateKeyPairSync("x25519").privateKey),
};

/** `privateKey` is an X25519 key. */
export function keyPairOf(privateKey: KeyObject): KeyPair {
  const spki = createPublicKey(privateKey).export({ format: "der", type: "spki" });
  return {
    publicKey: new Uint8Array(spki.subarray(-PUBLIC_KEY_BYTES)),
    agree: (theirs) => {
      try {
        const der = Buffer.concat([SPKI_HEAD, theirs]);
        const publicKey = createPublicKey({ key: der, format: "der", type: "spki" });
        return new Uint8Array(diffieHellman({ privateKey, publicKey }));
      } catch {
        // OpenSSL refuses public keys of low order: the secret would be zero whatever our key is.
        return undefined;
      }
    },
  };
}
