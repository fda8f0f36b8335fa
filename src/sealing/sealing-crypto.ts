/** The cryptography that sealing is composed of, as a port: the platform has it from the system's library. */

export interface SealingCrypto {
  /**
   * ChaCha20-Poly1305 (RFC 8439): writes the ciphertext of `plaintext` and behind it the tag of 16 bytes to `into` from `at`
   * on. The nonce has 12 bytes; no two calls with one key may have the same.
   */
  seal(
    key: Uint8Array,
    nonce: Uint8Array,
    plaintext: Uint8Array,
    additional: Uint8Array,
    into: Uint8Array,
    at: number,
  ): void;
  /** The plaintext of ciphertext and tag, newly allocated; undefined where somebody else made or changed them. */
  open(
    key: Uint8Array,
    nonce: Uint8Array,
    sealed: Uint8Array,
    additional: Uint8Array,
  ): Uint8Array | undefined;
  /** HKDF with SHA-256 (RFC 5869). */
  hkdf(secret: Uint8Array, salt: Uint8Array, info: Uint8Array, lengthBytes: number): Uint8Array;
  sha256(bytes: Uint8Array): Uint8Array;
  /** A fresh X25519 key pair (RFC 7748). */
  newKeyPair(): KeyPair;
}

export interface KeyPair {
  /** 32 bytes. */
  readonly publicKey: Uint8Array;
  /** The shared secret, 32 bytes; undefined for a public key of low order. */
  agree(theirs: Uint8Array): Uint8Array | undefined;
}

export const KEY_BYTES = 32;
export const NONCE_BYTES = 12;
export const TAG_BYTES = 16;
export const NO_BYTES: Uint8Array = new Uint8Array(0);
