/**
 * A set of pieces laid out like a BITFIELD (BEP 3: most significant bit first) that is also seen as 32-bit words,
 * so that two sets are intersected 32 pieces at a time: 2 million pieces are 65,536 words.
 */
import type { Bitfield } from "../../torrent/bitfield.ts";

export class PieceBitmap {
  readonly length: number;
  /** Padded with zeros to whole words. */
  readonly bytes: Uint8Array;
  readonly #words: Int32Array;

  constructor(length: number) {
    this.length = length;
    this.#words = new Int32Array(Math.ceil(length / 32));
    this.bytes = new Uint8Array(this.#words.buffer);
  }

  /** A copy of `field`. */
  static of(field: Bitfield): PieceBitmap {
    const bitmap = new PieceBitmap(field.length);
    bitmap.bytes.set(field.bytes);
    return bitmap;
  }

  has(piece: number): boolean {
    return ((this.bytes[piece >> 3] as number) & (0x80 >> (piece & 7))) !== 0;
  }

  set(piece: number): void {
    this.bytes[piece >> 3] = (this.bytes[piece >> 3] as number) | (0x80 >> (piece & 7));
  }

  clear(piece: number): void {
    this.bytes[piece >> 3] = (this.bytes[piece >> 3] as number) & ~(0x80 >> (piece & 7));
  }

  clearAll(): void {
    this.#words.fill(0);
  }

  /** Number of pieces in both sets. */
  countCommon(other: PieceBitmap): number {
    const mine = this.#words;
    const theirs = other.#words;
    let count = 0;
    for (let i = 0; i < mine.length; i++) {
      const common = (mine[i] as number) & (theirs[i] as number);
      if (common !== 0) count += countOnes(common);
    }
    return count;
  }

  /** The first piece from `from` on that is in this set; -1 when there is none. */
  next(from: number): number {
    return this.nextCommon(this, from);
  }

  /** The first piece from `from` on that is in both sets; -1 when there is none. */
  nextCommon(other: PieceBitmap, from: number): number {
    if (from >= this.length) return -1;
    const within = this.#nextInWord(other, from);
    if (within >= 0) return within;
    const mine = this.#words;
    const theirs = other.#words;
    for (let i = (from >> 5) + 1; i < mine.length; i++) {
      if (((mine[i] as number) & (theirs[i] as number)) !== 0) return this.#nextInWord(other, i << 5);
    }
    return -1;
  }

  /** Like `nextCommon`, but only up to the end of the word that holds `from`. Bytewise: words have a byte order. */
  #nextInWord(other: PieceBitmap, from: number): number {
    const endByte = ((from >> 5) + 1) << 2;
    let mask = 0xff >> (from & 7);
    for (let i = from >> 3; i < endByte; i++) {
      const common = (this.bytes[i] as number) & (other.bytes[i] as number) & mask;
      if (common !== 0) return (i << 3) + Math.clz32(common) - 24;
      mask = 0xff;
    }
    return -1;
  }
}

/** Set bits of a 32-bit word (Hacker's Delight, 5-1). */
function countOnes(word: number): number {
  let v = word - ((word >>> 1) & 0x55555555);
  v = (v & 0x33333333) + ((v >>> 2) & 0x33333333);
  return Math.imul((v + (v >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
