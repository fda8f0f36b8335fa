/**
 * ChaCha20-Poly1305 (RFC 8439) for datagrams and short frames. The system's library has it too, and takes about 20 microseconds to make the object
 * that each call of it needs, with memory that only the garbage collector gives back; here a query is opened in a tenth of
 * that and nothing is allocated (`bench/sealing.ts`, ADR 0112). Blocks of connections are long enough for the library.
 *
 * Nothing branches and no table is looked up by secret values. Held against the RFC's vectors and the library's answers.
 */

const MASK_22 = 0x3fffff;
const TWO_22 = 0x400000;
const PER_22 = 1 / TWO_22;
/** Added and taken away again it rounds a double to a multiple of 2^22: nothing smaller has room beside it. */
const TO_22 = 1.5 * 2 ** 52 * TWO_22;
const TAG_BYTES = 16;
const BLOCK_BYTES = 64;

/** One key's cipher. What it computes with belongs to the call. */
export class ChaCha20Poly1305 {
  /** Constants, key, block counter, nonce (RFC 8439, 2.3). */
  readonly #state = new Int32Array(16);
  readonly #block = new Int32Array(16);
  readonly #poly = new Poly1305();
  readonly #tag = new Uint8Array(TAG_BYTES);

  /** Of 32 bytes. */
  constructor(key: Uint8Array) {
    this.#state.set([0x61707865, 0x3320646e, 0x79622d32, 0x6b206574]);
    for (let i = 0; i < 8; i++) this.#state[4 + i] = readWord(key, 4 * i);
  }

  /**
   * Encrypts bytes [`start`, `end`) of `buffer` in place and writes the tag of 16 behind them. The nonce has 12 bytes; no two calls
   * with one key may have the same.
   */
  seal(nonce: Uint8Array, buffer: Uint8Array, start: number, end: number, additional: Uint8Array): void {
    this.#begin(nonce);
    this.#cipher(buffer, start, end, buffer, start);
    this.#poly.authenticate(additional, buffer, start, end, this.#tag);
    buffer.set(this.#tag, end);
  }

  /** Decrypts bytes [`start`, `end`) of `sealed`, a tag at their end, to the beginning of `into`; false where they are forged. */
  open(
    nonce: Uint8Array,
    sealed: Uint8Array,
    start: number,
    end: number,
    additional: Uint8Array,
    into: Uint8Array,
  ): boolean {
    const textEnd = end - TAG_BYTES;
    if (textEnd < start) return false;
    this.#begin(nonce);
    this.#poly.authenticate(additional, sealed, start, textEnd, this.#tag);
    let difference = 0;
    for (let i = 0; i < TAG_BYTES; i++)
      difference |= (this.#tag[i] as number) ^ (sealed[textEnd + i] as number);
    if (difference !== 0) return false;
    this.#cipher(sealed, start, textEnd, into, 0);
    return true;
  }

  /** Block 0 gives the one-time key (2.6); the text begins with block 1. */
  #begin(nonce: Uint8Array): void {
    const state = this.#state;
    state[12] = 0;
    for (let i = 0; i < 3; i++) state[13 + i] = readWord(nonce, 4 * i);
    chachaBlock(state, this.#block);
    this.#poly.setKey(this.#block);
  }

  #cipher(from: Uint8Array, start: number, end: number, into: Uint8Array, intoAt: number): void {
    const state = this.#state;
    const block = this.#block;
    let at = intoAt;
    for (let offset = start; offset < end; offset += BLOCK_BYTES) {
      state[12] = (state[12] as number) + 1;
      chachaBlock(state, block);
      const length = Math.min(BLOCK_BYTES, end - offset);
      const wholeEnd = length & ~3;
      let i = 0;
      for (; i < wholeEnd; i += 4, at += 4) {
        const word = block[i >> 2] as number;
        into[at] = (from[offset + i] as number) ^ word;
        into[at + 1] = (from[offset + i + 1] as number) ^ (word >>> 8);
        into[at + 2] = (from[offset + i + 2] as number) ^ (word >>> 16);
        into[at + 3] = (from[offset + i + 3] as number) ^ (word >>> 24);
      }
      for (; i < length; i++)
        into[at++] = (from[offset + i] as number) ^ ((block[i >> 2] as number) >>> (8 * (i & 3)));
    }
  }
}

/** The block function (2.3), ten double rounds. Written out: local variables are what makes it fast. */
function chachaBlock(state: Int32Array, out: Int32Array): void {
  let a = state[0] as number;
  let b = state[1] as number;
  let c = state[2] as number;
  let d = state[3] as number;
  let e = state[4] as number;
  let f = state[5] as number;
  let g = state[6] as number;
  let h = state[7] as number;
  let i = state[8] as number;
  let j = state[9] as number;
  let k = state[10] as number;
  let l = state[11] as number;
  let m = state[12] as number;
  let n = state[13] as number;
  let o = state[14] as number;
  let p = state[15] as number;
  for (let round = 0; round < 10; round++) {
    // Columns.
    a = (a + e) | 0;
    m ^= a;
    m = (m << 16) | (m >>> 16);
    i = (i + m) | 0;
    e ^= i;
    e = (e << 12) | (e >>> 20);
    a = (a + e) | 0;
    m ^= a;
    m = (m << 8) | (m >>> 24);
    i = (i + m) | 0;
    e ^= i;
    e = (e << 7) | (e >>> 25);
    b = (b + f) | 0;
    n ^= b;
    n = (n << 16) | (n >>> 16);
    j = (j + n) | 0;
    f ^= j;
    f = (f << 12) | (f >>> 20);
    b = (b + f) | 0;
    n ^= b;
    n = (n << 8) | (n >>> 24);
    j = (j + n) | 0;
    f ^= j;
    f = (f << 7) | (f >>> 25);
    c = (c + g) | 0;
    o ^= c;
    o = (o << 16) | (o >>> 16);
    k = (k + o) | 0;
    g ^= k;
    g = (g << 12) | (g >>> 20);
    c = (c + g) | 0;
    o ^= c;
    o = (o << 8) | (o >>> 24);
    k = (k + o) | 0;
    g ^= k;
    g = (g << 7) | (g >>> 25);
    d = (d + h) | 0;
    p ^= d;
    p = (p << 16) | (p >>> 16);
    l = (l + p) | 0;
    h ^= l;
    h = (h << 12) | (h >>> 20);
    d = (d + h) | 0;
    p ^= d;
    p = (p << 8) | (p >>> 24);
    l = (l + p) | 0;
    h ^= l;
    h = (h << 7) | (h >>> 25);
    // Diagonals.
    a = (a + f) | 0;
    p ^= a;
    p = (p << 16) | (p >>> 16);
    k = (k + p) | 0;
    f ^= k;
    f = (f << 12) | (f >>> 20);
    a = (a + f) | 0;
    p ^= a;
    p = (p << 8) | (p >>> 24);
    k = (k + p) | 0;
    f ^= k;
    f = (f << 7) | (f >>> 25);
    b = (b + g) | 0;
    m ^= b;
    m = (m << 16) | (m >>> 16);
    l = (l + m) | 0;
    g ^= l;
    g = (g << 12) | (g >>> 20);
    b = (b + g) | 0;
    m ^= b;
    m = (m << 8) | (m >>> 24);
    l = (l + m) | 0;
    g ^= l;
    g = (g << 7) | (g >>> 25);
    c = (c + h) | 0;
    n ^= c;
    n = (n << 16) | (n >>> 16);
    i = (i + n) | 0;
    h ^= i;
    h = (h << 12) | (h >>> 20);
    c = (c + h) | 0;
    n ^= c;
    n = (n << 8) | (n >>> 24);
    i = (i + n) | 0;
    h ^= i;
    h = (h << 7) | (h >>> 25);
    d = (d + e) | 0;
    o ^= d;
    o = (o << 16) | (o >>> 16);
    j = (j + o) | 0;
    e ^= j;
    e = (e << 12) | (e >>> 20);
    d = (d + e) | 0;
    o ^= d;
    o = (o << 8) | (o >>> 24);
    j = (j + o) | 0;
    e ^= j;
    e = (e << 7) | (e >>> 25);
  }
  out[0] = a + (state[0] as number);
  out[1] = b + (state[1] as number);
  out[2] = c + (state[2] as number);
  out[3] = d + (state[3] as number);
  out[4] = e + (state[4] as number);
  out[5] = f + (state[5] as number);
  out[6] = g + (state[6] as number);
  out[7] = h + (state[7] as number);
  out[8] = i + (state[8] as number);
  out[9] = j + (state[9] as number);
  out[10] = k + (state[10] as number);
  out[11] = l + (state[11] as number);
  out[12] = m + (state[12] as number);
  out[13] = n + (state[13] as number);
  out[14] = o + (state[14] as number);
  out[15] = p + (state[15] as number);
}

/**
 * Poly1305 (2.5) with the construction of the AEAD (2.8). Numbers of 130 bits are six limbs of 22: products of two limbs, summed up and
 * multiplied by the 20 of the reduction (2^132 = 20 modulo 2^130 - 5), stay below 2^53, where doubles are exact. Limbs are carried to the
 * nearest multiple and may be negative until the end, as in Bernstein's own implementation with doubles (2005).
 */
class Poly1305 {
  readonly #r = new Float64Array(6);
  /** The second half of the one-time key, added at the end. */
  readonly #s = new Uint32Array(4);
  readonly #h = new Float64Array(6);
  readonly #g = new Int32Array(6);
  readonly #last = new Uint8Array(16);

  /** The first 32 bytes of `block`. */
  setKey(block: Int32Array): void {
    const r = this.#r;
    // Clamped (2.5).
    const w0 = (block[0] as number) & 0x0fffffff;
    const w1 = (block[1] as number) & 0x0ffffffc;
    const w2 = (block[2] as number) & 0x0ffffffc;
    const w3 = (block[3] as number) & 0x0ffffffc;
    r[0] = w0 & MASK_22;
    r[1] = ((w0 >>> 22) | (w1 << 10)) & MASK_22;
    r[2] = ((w1 >>> 12) | (w2 << 20)) & MASK_22;
    r[3] = (w2 >>> 2) & MASK_22;
    r[4] = ((w2 >>> 24) | (w3 << 8)) & MASK_22;
    r[5] = w3 >>> 14;
    for (let i = 0; i < 4; i++) this.#s[i] = block[4 + i] as number;
  }

  authenticate(additional: Uint8Array, text: Uint8Array, start: number, end: number, tag: Uint8Array): void {
    this.#h.fill(0);
    this.#addPadded(additional, 0, additional.length);
    this.#addPadded(text, start, end);
    const last = this.#last.fill(0);
    writeWord(last, 0, additional.length);
    writeWord(last, 8, end - start);
    this.#add(last, 0, 16);
    this.#finish(tag);
  }

  #addPadded(bytes: Uint8Array, start: number, end: number): void {
    const wholeEnd = start + ((end - start) & ~15);
    this.#add(bytes, start, wholeEnd);
    if (wholeEnd === end) return;
    const last = this.#last.fill(0);
    for (let i = wholeEnd; i < end; i++) last[i - wholeEnd] = bytes[i] as number;
    this.#add(last, 0, 16);
  }

  /** Whole blocks of 16 bytes. */
  #add(bytes: Uint8Array, start: number, end: number): void {
    const r = this.#r;
    const r0 = r[0] as number;
    const r1 = r[1] as number;
    const r2 = r[2] as number;
    const r3 = r[3] as number;
    const r4 = r[4] as number;
    const r5 = r[5] as number;
    const s1 = 20 * r1;
    const s2 = 20 * r2;
    const s3 = 20 * r3;
    const s4 = 20 * r4;
    const s5 = 20 * r5;
    const h = this.#h;
    let h0 = h[0] as number;
    let h1 = h[1] as number;
    let h2 = h[2] as number;
    let h3 = h[3] as number;
    let h4 = h[4] as number;
    let h5 = h[5] as number;
    for (let at = start; at < end; at += 16) {
      const w0 = readWord(bytes, at);
      const w1 = readWord(bytes, at + 4);
      const w2 = readWord(bytes, at + 8);
      const w3 = readWord(bytes, at + 12);
      h0 += w0 & MASK_22;
      h1 += ((w0 >>> 22) | (w1 << 10)) & MASK_22;
      h2 += ((w1 >>> 12) | (w2 << 20)) & MASK_22;
      h3 += (w2 >>> 2) & MASK_22;
      h4 += ((w2 >>> 24) | (w3 << 8)) & MASK_22;
      // The bit behind the block, 2^128.
      h5 += (w3 >>> 14) | 0x40000;
      const d0 = h0 * r0 + h1 * s5 + h2 * s4 + h3 * s3 + h4 * s2 + h5 * s1;
      let d1 = h0 * r1 + h1 * r0 + h2 * s5 + h3 * s4 + h4 * s3 + h5 * s2;
      let d2 = h0 * r2 + h1 * r1 + h2 * r0 + h3 * s5 + h4 * s4 + h5 * s3;
      let d3 = h0 * r3 + h1 * r2 + h2 * r1 + h3 * r0 + h4 * s5 + h5 * s4;
      let d4 = h0 * r4 + h1 * r3 + h2 * r2 + h3 * r1 + h4 * r0 + h5 * s5;
      let d5 = h0 * r5 + h1 * r4 + h2 * r3 + h3 * r2 + h4 * r1 + h5 * r0;
      let carry = d0 + TO_22 - TO_22;
      h0 = d0 - carry;
      d1 += carry * PER_22;
      carry = d1 + TO_22 - TO_22;
      h1 = d1 - carry;
      d2 += carry * PER_22;
      carry = d2 + TO_22 - TO_22;
      h2 = d2 - carry;
      d3 += carry * PER_22;
      carry = d3 + TO_22 - TO_22;
      h3 = d3 - carry;
      d4 += carry * PER_22;
      carry = d4 + TO_22 - TO_22;
      h4 = d4 - carry;
      d5 += carry * PER_22;
      carry = d5 + TO_22 - TO_22;
      h5 = d5 - carry;
      h0 += carry * (20 * PER_22);
      carry = h0 + TO_22 - TO_22;
      h0 -= carry;
      h1 += carry * PER_22;
    }
    h[0] = h0;
    h[1] = h1;
    h[2] = h2;
    h[3] = h3;
    h[4] = h4;
    h[5] = h5;
  }

  /** The number, whole and less than 2^130 - 5, plus the key's second half. */
  #finish(tag: Uint8Array): void {
    const h = this.#h;
    // Twice: what the first carry brings to the lowest limb may go through all others.
    for (let pass = 0; pass < 2; pass++) {
      for (let i = 0; i < 5; i++) carryOver(h, i, i + 1);
      const above = Math.floor((h[5] as number) / 0x100000);
      h[5] = (h[5] as number) - above * 0x100000;
      h[0] = (h[0] as number) + 5 * above;
    }
    carryOver(h, 0, 1);
    // Plus 5 it reaches 2^130 where it is not less than 2^130 - 5, and what is left then is the result.
    const g = this.#g;
    let carry = 5;
    for (let i = 0; i < 6; i++) {
      const sum = (h[i] as number) + carry;
      carry = sum >>> 22;
      g[i] = sum & MASK_22;
    }
    const mask = -(((g[5] as number) >>> 20) & 1);
    for (let i = 0; i < 6; i++) g[i] = ((h[i] as number) & ~mask) | ((g[i] as number) & mask);
    const g1 = g[1] as number;
    const g2 = g[2] as number;
    const g4 = g[4] as number;
    let sum = this.#addKey(0, (g[0] as number) | (g1 << 22), 0, tag);
    sum = this.#addKey(1, (g1 >>> 10) | (g2 << 12), sum, tag);
    sum = this.#addKey(2, (g2 >>> 20) | ((g[3] as number) << 2) | (g4 << 24), sum, tag);
    this.#addKey(3, (g4 >>> 8) | ((g[5] as number) << 14), sum, tag);
  }

  /** Writes one word of the tag; answers what is carried into the next one. */
  #addKey(index: number, word: number, carry: number, tag: Uint8Array): number {
    const sum = carry + (word >>> 0) + (this.#s[index] as number);
    writeWord(tag, 4 * index, sum | 0);
    return sum >= 0x100000000 ? 1 : 0;
  }
}

function carryOver(limbs: Float64Array, from: number, to: number): void {
  const carry = Math.floor((limbs[from] as number) * PER_22);
  limbs[from] = (limbs[from] as number) - carry * TWO_22;
  limbs[to] = (limbs[to] as number) + carry;
}

/** 32 bits, least significant byte first. */
function readWord(bytes: Uint8Array, at: number): number {
  return (
    (bytes[at] as number) |
    ((bytes[at + 1] as number) << 8) |
    ((bytes[at + 2] as number) << 16) |
    ((bytes[at + 3] as number) << 24)
  );
}

function writeWord(bytes: Uint8Array, at: number, word: number): void {
  bytes[at] = word;
  bytes[at + 1] = word >>> 8;
  bytes[at + 2] = word >>> 16;
  bytes[at + 3] = word >>> 24;
}
