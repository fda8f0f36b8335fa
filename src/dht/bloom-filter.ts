/**
 * The counting filter of BEP 33: a Bloom filter of addresses, k = 2, m = 2,048 bits. Several nodes each know some
 * peers of a swarm; the union of their filters counts every address once, and 256 bytes travel instead of a list.
 *
 * Theory: Bloom 1970; the number of items follows from the zero bits left. Good to a few percent up to some
 * thousand addresses; near 8,000 the filter is full and says nothing.
 */
import { sha1 } from "../core/sha1.ts";

/** BEP 33, "Bloom Filters". */
export const FILTER_BYTES = 256;
const FILTER_BITS: number = 8 * FILTER_BYTES;
const HASHES = 2;

export class BloomFilter {
  /** Bit i is `1 << (i % 8)` of byte i / 8, as it goes over the wire. */
  readonly bytes: Uint8Array = new Uint8Array(FILTER_BYTES);

  /** Adds an address of 4 or 16 bytes; ports do not count. */
  insert(address: Uint8Array): void {
    const digest = sha1(address);
    for (let i = 0; i < HASHES; i++) {
      const bit = bitAt(digest, i);
      this.bytes[bit >>> 3] = (this.bytes[bit >>> 3] as number) | (1 << (bit & 7));
    }
  }

  /** Whether the address may have been inserted: certain when false. */
  mayHold(address: Uint8Array): boolean {
    const digest = sha1(address);
    for (let i = 0; i < HASHES; i++) {
      const bit = bitAt(digest, i);
      if (((this.bytes[bit >>> 3] as number) & (1 << (bit & 7))) === 0) return false;
    }
    return true;
  }

  /** Adds all that the filter at `offset` of `bytes` holds; the caller has checked that FILTER_BYTES stand there. */
  unite(bytes: Uint8Array, offset: number): void {
    for (let i = 0; i < FILTER_BYTES; i++)
      this.bytes[i] = (this.bytes[i] as number) | (bytes[offset + i] as number);
  }

  /** How many distinct addresses were inserted, about. */
  estimate(): number {
    let ones = 0;
    for (const byte of this.bytes) for (let rest = byte; rest !== 0; rest &= rest - 1) ones++;
    const zeros = Math.min(FILTER_BITS - 1, Math.max(1, FILTER_BITS - ones));
    return ones === 0 ? 0 : Math.log(zeros / FILTER_BITS) / (HASHES * Math.log(1 - 1 / FILTER_BITS));
  }
}

function bitAt(digest: Uint8Array, index: number): number {
  const low = digest[2 * index] as number;
  return (low | ((digest[2 * index + 1] as number) << 8)) % FILTER_BITS;
}
