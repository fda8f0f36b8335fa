/**
 * Hostile bytes: random ones, and valid inputs that were damaged the way attackers and bad disks do it. Damage keeps
 * most of a seed, so that it reaches the code behind the first check.
 */
import fc from "fast-check";

/** Lengths and numbers that broke parsers before: beyond the input, beyond 2^31, 2^32, 2^53, negative, padded. */
const BOMBS: readonly string[] = [
  "99999999999:",
  "4294967296:",
  "4294967295:",
  "2147483648:",
  "9007199254740993:",
  "-1:",
  "00:",
  "0:",
  "i-0e",
  "i9223372036854775807e",
  "i-9223372036854775808e",
  "i99999999999999999999999999e",
  "9:__proto__",
  "11:constructor",
  "llllllllllllllllllllllll",
  "d1:ad1:ad1:ad1:a",
  "eeee",
  "d",
  "l",
  "i",
  "e",
  ":",
];

/** Up to `maxLength` bytes, each equally likely. */
export function randomBytes(maxLength = 256): fc.Arbitrary<Uint8Array> {
  return fc.uint8Array({ maxLength });
}

/** One of `seeds` with one to four damages: flipped bits, bytes set, cut, repeated, spliced, bombs inserted. */
export function mutatedBytes(seeds: readonly Uint8Array[]): fc.Arbitrary<Uint8Array> {
  const seed = fc.constantFrom(...seeds);
  return fc
    .tuple(seed, fc.array(damage(seed), { minLength: 1, maxLength: 4 }))
    .map(([bytes, damages]) => damages.reduce((result, apply) => apply(result), bytes));
}

/** Random bytes and mutated seeds, half and half. */
export function hostileBytes(seeds: readonly Uint8Array[], maxLength = 256): fc.Arbitrary<Uint8Array> {
  return fc.oneof(randomBytes(maxLength), mutatedBytes(seeds));
}

type Damage = (bytes: Uint8Array) => Uint8Array;

/** Positions are drawn as fractions, so that they shrink and fit inputs of every length. */
function damage(seed: fc.Arbitrary<Uint8Array>): fc.Arbitrary<Damage> {
  const place = fc.nat({ max: 65_535 });
  const at = (fraction: number, bytes: Uint8Array) => Math.floor((fraction / 65_536) * (bytes.length + 1));
  return fc.oneof(
    fc.tuple(place, fc.nat({ max: 7 })).map(
      ([where, bit]): Damage =>
        (bytes) => {
          const copy = bytes.slice();
          const i = at(where, bytes);
          if (i < copy.length) copy[i] = (copy[i] as number) ^ (1 << bit);
          return copy;
        },
    ),
    fc.tuple(place, fc.nat({ max: 255 })).map(
      ([where, value]): Damage =>
        (bytes) => {
          const copy = bytes.slice();
          const i = at(where, bytes);
          if (i < copy.length) copy[i] = value;
          return copy;
        },
    ),
    place.map(
      (where): Damage =>
        (bytes) =>
          bytes.slice(0, at(where, bytes)),
    ),
    fc.tuple(place, place).map(
      ([a, b]): Damage =>
        (bytes) => {
          const [from, to] = [at(Math.min(a, b), bytes), at(Math.max(a, b), bytes)];
          return splice(bytes, to, to, bytes.subarray(from, to));
        },
    ),
    fc.tuple(place, place, seed, place, place).map(
      ([a, b, other, c, d]): Damage =>
        (bytes) => {
          const donor = other.subarray(at(Math.min(c, d), other), at(Math.max(c, d), other));
          return splice(bytes, at(Math.min(a, b), bytes), at(Math.max(a, b), bytes), donor);
        },
    ),
    fc.tuple(place, fc.constantFrom(...BOMBS)).map(
      ([where, bomb]): Damage =>
        (bytes) => {
          const i = at(where, bytes);
          return splice(bytes, i, i, new TextEncoder().encode(bomb));
        },
    ),
  );
}

/** `bytes` with [`from`, `to`) replaced by `insert`. */
function splice(bytes: Uint8Array, from: number, to: number, insert: Uint8Array): Uint8Array {
  const result = new Uint8Array(bytes.length - (to - from) + insert.length);
  result.set(bytes.subarray(0, from));
  result.set(insert, from);
  result.set(bytes.subarray(to), from + insert.length);
  return result;
}
