/**
 * RC4 as MSE uses it: one key stream for each direction of a connection, its first kilobyte thrown away. Long broken
 * as a cipher (RFC 7465); here it only makes traffic look like noise. Written out because OpenSSL 3 has it no longer
 * by default, and fast because every byte of an encrypted connection passes through (`bench/encryption.ts`).
 */
const STATE_BYTES = 256;
/** Beginning of the key stream that leaks the most about the key. */
const DISCARDED_BYTES = 1_024;

export class Rc4 {
  readonly #state = new Uint8Array(STATE_BYTES);
  #i = 0;
  #j = 0;

  constructor(key: Uint8Array) {
    const state = this.#state;
    for (let i = 0; i < STATE_BYTES; i++) state[i] = i;
    for (let i = 0, j = 0; i < STATE_BYTES; i++) {
      const at = state[i] as number;
      j = (j + at + (key[i % key.length] as number)) & 0xff;
      state[i] = state[j] as number;
      state[j] = at;
    }
  }

  /** The key stream of `key` as MSE begins it. */
  static afterDiscard(key: Uint8Array): Rc4 {
    const cipher = new Rc4(key);
    const discarded = new Uint8Array(DISCARDED_BYTES);
    cipher.apply(discarded, 0, DISCARDED_BYTES, discarded, 0);
    return cipher;
  }

  /** Encrypts or decrypts [`start`, `end`) of `source` to `offset` of `target`, which may be the same bytes. */
  apply(source: Uint8Array, start: number, end: number, target: Uint8Array, offset: number): void {
    // Everything in locals: this loop is the whole cost of an encrypted connection.
    const state = this.#state;
    let i = this.#i;
    let j = this.#j;
    for (let from = start, to = offset; from < end; from++, to++) {
      i = (i + 1) & 0xff;
      const x = state[i] as number;
      j = (j + x) & 0xff;
      const y = state[j] as number;
      state[i] = y;
      state[j] = x;
      target[to] = (source[from] as number) ^ (state[(x + y) & 0xff] as number);
    }
    this.#i = i;
    this.#j = j;
  }

  /** `bytes` encrypted or decrypted, as a copy. */
  applied(bytes: Uint8Array): Uint8Array {
    const result = new Uint8Array(bytes.length);
    this.apply(bytes, 0, bytes.length, result, 0);
    return result;
  }
}
