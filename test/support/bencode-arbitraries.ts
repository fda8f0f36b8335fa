/** Arbitrary bencodable values, canonical by construction: what any peer could legally put into a dictionary. */
import fc from "fast-check";
import { type BencodeInput, encodeBencode } from "../../src/core/bencode.ts";

/** Keys that JavaScript objects treat specially are among them; `__proto__` is not, it can never be one. */
const awkwardKeys = fc.constantFrom("constructor", "toString", "hasOwnProperty", "length", "0", "17", "");

/** Where signs, sizes and exactness change. */
const awkwardIntegers = fc.constantFrom(
  0,
  -1,
  1,
  2 ** 31,
  2 ** 32,
  2 ** 48,
  -(2 ** 31),
  Number.MAX_SAFE_INTEGER,
);

function bencodeKeys(): fc.Arbitrary<string> {
  return fc.oneof(fc.string({ unit: "grapheme-ascii", maxLength: 8 }), awkwardKeys);
}

export function bencodeValues(): fc.Arbitrary<BencodeInput> {
  const { value } = fc.letrec<{ value: BencodeInput; leaf: BencodeInput }>((tie) => ({
    leaf: fc.oneof(fc.uint8Array({ maxLength: 24 }), fc.maxSafeInteger(), awkwardIntegers),
    value: fc.oneof(
      { depthSize: "small", withCrossShrink: true },
      tie("leaf"),
      fc.array(tie("value"), { maxLength: 5 }),
      fc.dictionary(bencodeKeys(), tie("value"), { maxKeys: 5 }),
    ),
  }));
  return value;
}

export function bencodeDictionaries(): fc.Arbitrary<{ readonly [key: string]: BencodeInput }> {
  return fc.dictionary(bencodeKeys(), bencodeValues(), { maxKeys: 6 });
}

/** Bytes of `bencodeValues`. */
export function bencodedBytes(): fc.Arbitrary<Uint8Array> {
  return bencodeValues().map(encodeBencode);
}

/**
 * `fields` with any of them replaced by an arbitrary value, left out, or kept: the right keys with the wrong types,
 * which random bytes never hit.
 */
export function misusedDictionaries(fields: {
  readonly [key: string]: BencodeInput;
}): fc.Arbitrary<{ readonly [key: string]: BencodeInput | undefined }> {
  const entries = Object.entries(fields);
  const choices = entries.map(([, value]) =>
    fc.oneof(
      { weight: 20, arbitrary: fc.constant(value) },
      { weight: 1, arbitrary: fc.constant(undefined) },
      { weight: 3, arbitrary: bencodeValues() },
    ),
  );
  return fc
    .tuple(...choices)
    .map((values) => Object.fromEntries(entries.map(([key], i) => [key, values[i]])));
}
