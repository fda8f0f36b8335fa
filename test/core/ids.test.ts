import fc from "fast-check";
import { expect, test } from "vitest";
import {
  compareIds,
  infoHashFrom,
  infoHashFromHex,
  infoHashHex,
  nodeIdFrom,
  peerIdFrom,
} from "../../src/core/ids.ts";

const twentyBytes = fc.uint8Array({ minLength: 20, maxLength: 20 });

test("an info-hash survives its hexadecimal text", () => {
  fc.assert(
    fc.property(twentyBytes, (bytes) => {
      const text = infoHashHex(infoHashFrom(bytes));
      expect(text).toMatch(/^[0-9a-f]{40}$/);
      expect(infoHashFromHex(text)).toEqual(bytes);
      expect(infoHashFromHex(text.toUpperCase())).toEqual(bytes);
    }),
  );
});

test.each(["", "0".repeat(39), "0".repeat(41), "g".repeat(40), ` ${"0".repeat(39)}`, "０".repeat(40)])(
  "%j is no info-hash",
  (text) => {
    expect(infoHashFromHex(text)).toBeUndefined();
  },
);

test("ids of another length than 20 bytes are our own mistake and throw", () => {
  for (const make of [nodeIdFrom, infoHashFrom, peerIdFrom]) {
    expect(make(new Uint8Array(20))).toHaveLength(20);
    for (const length of [0, 19, 21, 32]) expect(() => make(new Uint8Array(length))).toThrow(RangeError);
  }
});

test("ids are ordered from the first byte on", () => {
  const id = (first: number, last: number) =>
    nodeIdFrom(Uint8Array.from({ length: 20 }, (_, i) => (i === 0 ? first : i === 19 ? last : 0)));
  const sorted = [id(2, 0), id(1, 9), id(1, 8), id(0, 255)].sort(compareIds);
  expect(sorted.map((bytes) => [bytes[0], bytes[19]])).toEqual([
    [0, 255],
    [1, 8],
    [1, 9],
    [2, 0],
  ]);
});
