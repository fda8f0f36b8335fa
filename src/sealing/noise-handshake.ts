/**
 * The handshake `Noise_NNpsk0_25519_ChaChaPoly_SHA256` (The Noise Protocol Framework, revision 34; sections 5, 7.5 and 9): both
 * ends prove that they know a key, and agree on fresh ones that are safe even when that key becomes known later.
 *
 *   -> psk, e      48 bytes with an empty payload
 *   <- e, ee       48 bytes
 *
 * The names of state and functions are the specification's.
 */
import { concatBytes, utf8Bytes } from "../core/bytes.ts";
import { NoiseNonce } from "./noise-nonce.ts";
import { KEY_BYTES, type KeyPair, NO_BYTES, type SealingCrypto, TAG_BYTES } from "./sealing-crypto.ts";

const PROTOCOL_NAME = "Noise_NNpsk0_25519_ChaChaPoly_SHA256";
const HASH_BYTES = 32;
/** Of a message with an empty payload. */
export const HANDSHAKE_BYTES: number = KEY_BYTES + TAG_BYTES;

/** Keys of the two directions, as the initiator sees them. */
export interface SessionKeys {
  readonly fromInitiator: Uint8Array;
  readonly fromResponder: Uint8Array;
}

export class NoiseHandshake {
  readonly #crypto: SealingCrypto;
  #ownPair: KeyPair | undefined;
  #h: Uint8Array;
  #ck: Uint8Array;
  #k: Uint8Array = NO_BYTES;
  #nonce = new NoiseNonce();
  #theirs: Uint8Array | undefined;

  constructor(crypto: SealingCrypto, psk: Uint8Array, prologue: Uint8Array) {
    this.#crypto = crypto;
    this.#h = crypto.sha256(utf8Bytes(PROTOCOL_NAME));
    this.#ck = this.#h;
    this.#mixHash(prologue);
    this.#mixKeyAndHash(psk);
  }

  /** What the initiator sends, `payload` with it. */
  writeFirst(payload: Uint8Array): Uint8Array {
    this.#mixOwn();
    return concatBytes([this.#own.publicKey, this.#encryptAndHash(payload)]);
  }

  /** The initiator's payload; undefined where he does not know the key. Nothing secret is computed before that is sure. */
  readFirst(message: Uint8Array): Uint8Array | undefined {
    this.#mixTheirs(message);
    return this.#decryptAndHash(message.subarray(KEY_BYTES));
  }

  /** What the responder sends; undefined where the initiator's key is none. */
  writeSecond(payload: Uint8Array): Uint8Array | undefined {
    this.#mixOwn();
    if (!this.#mixAgreement()) return undefined;
    return concatBytes([this.#own.publicKey, this.#encryptAndHash(payload)]);
  }

  readSecond(message: Uint8Array): Uint8Array | undefined {
    this.#mixTheirs(message);
    return this.#mixAgreement() ? this.#decryptAndHash(message.subarray(KEY_BYTES)) : undefined;
  }

  /** After the second message. */
  split(): SessionKeys {
    const keys = this.#crypto.hkdf(NO_BYTES, this.#ck, NO_BYTES, 2 * HASH_BYTES);
    return { fromInitiator: keys.subarray(0, KEY_BYTES), fromResponder: keys.subarray(HASH_BYTES) };
  }

  /** Made when it is needed: strangers who only knock shall not cost one. */
  get #own(): KeyPair {
    this.#ownPair ??= this.#crypto.newKeyPair();
    return this.#ownPair;
  }

  #mixOwn(): void {
    this.#mixHash(this.#own.publicKey);
    this.#mixKey(this.#own.publicKey);
  }

  #mixTheirs(message: Uint8Array): void {
    this.#theirs = message.slice(0, KEY_BYTES);
    this.#mixHash(this.#theirs);
    this.#mixKey(this.#theirs);
  }

  #mixAgreement(): boolean {
    const shared = this.#theirs === undefined ? undefined : this.#own.agree(this.#theirs);
    if (shared !== undefined) this.#mixKey(shared);
    return shared !== undefined;
  }

  #mixHash(bytes: Uint8Array): void {
    this.#h = this.#crypto.sha256(concatBytes([this.#h, bytes]));
  }

  #mixKey(material: Uint8Array): void {
    const mixed = this.#crypto.hkdf(material, this.#ck, NO_BYTES, 2 * HASH_BYTES);
    this.#ck = mixed.subarray(0, HASH_BYTES);
    this.#initializeKey(mixed.subarray(HASH_BYTES));
  }

  #mixKeyAndHash(material: Uint8Array): void {
    const mixed = this.#crypto.hkdf(material, this.#ck, NO_BYTES, 3 * HASH_BYTES);
    this.#ck = mixed.subarray(0, HASH_BYTES);
    this.#mixHash(mixed.subarray(HASH_BYTES, 2 * HASH_BYTES));
    this.#initializeKey(mixed.subarray(2 * HASH_BYTES));
  }

  #initializeKey(key: Uint8Array): void {
    this.#k = key;
    this.#nonce = new NoiseNonce();
  }

  #encryptAndHash(plaintext: Uint8Array): Uint8Array {
    const sealed = new Uint8Array(plaintext.length + TAG_BYTES);
    this.#crypto.seal(this.#k, this.#nonce.next(), plaintext, this.#h, sealed, 0);
    this.#mixHash(sealed);
    return sealed;
  }

  #decryptAndHash(sealed: Uint8Array): Uint8Array | undefined {
    const plaintext = this.#crypto.open(this.#k, this.#nonce.next(), sealed, this.#h);
    if (plaintext === undefined) return undefined;
    this.#mixHash(sealed);
    return plaintext;
  }
}
