/** The XOR metric (Maymounkov & Mazières 2002, section 2.1), computed on bytes: exact for all 160 bits. */
import { ID_BYTES } from "./ids.ts";

/** Negative when `a` is closer to `target` than `b`, positive when farther, 0 when equal. */
export function compareDistance(target: Uint8Array, a: Uint8Array, b: Uint8Array): number {
  for (let i = 0; i < ID_BYTES; i++) {
    const t = target[i] as number;
    const difference = ((a[i] as number) ^ t) - ((b[i] as number) ^ t);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** Number of leading bits that `a` and `b` share, 0 to 160. */
export function sharedPrefixBits(a: Uint8Array, b: Uint8Array): number {
  for (let i = 0; i < ID_BYTES; i++) {
    const difference = (a[i] as number) ^ (b[i] as number);
    if (difference !== 0) return i * 8 + Math.clz32(difference) - 24;
  }
  return ID_BYTES * 8;
}
