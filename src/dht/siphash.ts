/**
 * SipHash-2-4 (Aumasson & Bernstein 2012): a keyed digest of 64 bits that nobody can forge or predict without the
 * 128-bit key. Made for short inputs; on the 24 bytes of a write token it costs a fraction of a SHA-1 through
 * `node:crypto`, which was the dearest part of an answer.
 *
 * Each 64-bit word of the paper is a pair of signed 32-bit halves here (`…L` low, `…H` high), because integers
 * of that size stay in registers. `test/dht/siphash.test.ts` holds the vectors of the reference code.
 */

/** Key length in bytes. */
export const SIPHASH_KEY_BYTES = 16;
/** Digest length in bytes. */
export const SIPHASH_BYTES = 8;

/** The four 32-bit words of a 16-byte key, as `sipHash` takes it. */
export function sipHashKey(bytes: Uint8Array): Int32Array {
  return Int32Array.from([0, 4, 8, 12], (offset) => readWord(bytes, offset, SIPHASH_KEY_BYTES));
}

/** Writes the digest of `bytes` [0, `length`) to `out` at `offset`, in the byte order of the reference code. */
export function sipHash(
  key: Int32Array,
  bytes: Uint8Array,
  length: number,
  out: Uint8Array,
  offset: number,
): void {
  const [k0L, k0H, k1L, k1H] = [key[0] as number, key[1] as number, key[2] as number, key[3] as number];
  let v0L = k0L ^ 0x70736575;
  let v0H = k0H ^ 0x736f6d65;
  let v1L = k1L ^ 0x6e646f6d;
  let v1H = k1H ^ 0x646f7261;
  let v2L = k0L ^ 0x6e657261;
  let v2H = k0H ^ 0x6c796765;
  let v3L = k1L ^ 0x79746573;
  let v3H = k1H ^ 0x74656462;
  const words = (length >> 3) + 1;
  for (let word = 0; word <= words; word++) {
    const isFinal = word === words;
    const messageL = isFinal ? 0 : readWord(bytes, 8 * word, length);
    const messageH = isFinal
      ? 0
      : readWord(bytes, 8 * word + 4, length) | (word === words - 1 ? length << 24 : 0);
    v3L ^= messageL;
    v3H ^= messageH;
    if (isFinal) v2L ^= 0xff;
    for (let round = isFinal ? 4 : 2; round > 0; round--) {
      let low = (v0L >>> 0) + (v1L >>> 0);
      v0H = (v0H + v1H + (low > MAX_UINT32 ? 1 : 0)) | 0;
      v0L = low | 0;
      let turned = (v1L << 13) | (v1H >>> 19);
      v1H = ((v1H << 13) | (v1L >>> 19)) ^ v0H;
      v1L = turned ^ v0L;
      turned = v0L;
      v0L = v0H;
      v0H = turned;
      low = (v2L >>> 0) + (v3L >>> 0);
      v2H = (v2H + v3H + (low > MAX_UINT32 ? 1 : 0)) | 0;
      v2L = low | 0;
      turned = (v3L << 16) | (v3H >>> 16);
      v3H = ((v3H << 16) | (v3L >>> 16)) ^ v2H;
      v3L = turned ^ v2L;
      low = (v0L >>> 0) + (v3L >>> 0);
      v0H = (v0H + v3H + (low > MAX_UINT32 ? 1 : 0)) | 0;
      v0L = low | 0;
      turned = (v3L << 21) | (v3H >>> 11);
      v3H = ((v3H << 21) | (v3L >>> 11)) ^ v0H;
      v3L = turned ^ v0L;
      low = (v2L >>> 0) + (v1L >>> 0);
      v2H = (v2H + v1H + (low > MAX_UINT32 ? 1 : 0)) | 0;
      v2L = low | 0;
      turned = (v1L << 17) | (v1H >>> 15);
      v1H = ((v1H << 17) | (v1L >>> 15)) ^ v2H;
      v1L = turned ^ v2L;
      turned = v2L;
      v2L = v2H;
      v2H = turned;
    }
    v0L ^= messageL;
    v0H ^= messageH;
  }
  writeWord(out, offset, v0L ^ v1L ^ v2L ^ v3L);
  writeWord(out, offset + 4, v0H ^ v1H ^ v2H ^ v3H);
}

const MAX_UINT32 = 0xffffffff;

/** Four bytes, least significant first; those at or behind `end` count as zero. */
function readWord(bytes: Uint8Array, offset: number, end: number): number {
  if (offset + 4 <= end) {
    return (
      (bytes[offset] as number) |
      ((bytes[offset + 1] as number) << 8) |
      ((bytes[offset + 2] as number) << 16) |
      ((bytes[offset + 3] as number) << 24)
    );
  }
  let word = 0;
  for (let at = offset; at < end; at++) word |= (bytes[at] as number) << (8 * (at - offset));
  return word;
}

function writeWord(out: Uint8Array, offset: number, word: number): void {
  out[offset] = word;
  out[offset + 1] = word >>> 8;
  out[offset + 2] = word >>> 16;
  out[offset + 3] = word >>> 24;
}
