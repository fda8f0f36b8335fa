/** Sets of pieces against sets of numbers. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { Bitfield } from "../../../src/torrent/bitfield.ts";
import { PieceBitmap } from "../../../src/wire/swarm/piece-bitmap.ts";
import { fewerFuzzRuns } from "../../support/fuzz-runs.ts";

const LENGTHS = [1, 7, 8, 9, 31, 32, 33, 64, 100, 1_000];

function bitmapOf(length: number, pieces: Iterable<number>): PieceBitmap {
  const field = new Bitfield(length);
  for (const piece of pieces) field.set(piece);
  return PieceBitmap.of(field);
}

test("what two sets share is found in order and counted, from any place on", () => {
  const piecesBelow = (length: number) => fc.uniqueArray(fc.nat(length - 1));
  const input = fc
    .constantFrom(...LENGTHS)
    .chain((length) =>
      fc.tuple(fc.constant(length), piecesBelow(length), piecesBelow(length), fc.nat(length)),
    );
  fc.assert(
    fc.property(input, ([length, a, b, from]) => {
      const [left, right] = [bitmapOf(length, a), bitmapOf(length, b)];
      const common = a.filter((piece) => b.includes(piece)).sort((x, y) => x - y);
      const found: number[] = [];
      for (let piece = left.nextCommon(right, from); piece >= 0; piece = left.nextCommon(right, piece + 1)) {
        found.push(piece);
      }

      expect(found).toEqual(common.filter((piece) => piece >= from));
      expect(left.countCommon(right)).toBe(common.length);
      expect(left.next(from)).toBe(a.sort((x, y) => x - y).find((piece) => piece >= from) ?? -1);
    }),
    { numRuns: fewerFuzzRuns(10) },
  );
});

test("pieces are set and cleared one by one and all at once", () => {
  const bitmap = new PieceBitmap(40);
  for (const piece of [0, 31, 32, 39]) bitmap.set(piece);
  bitmap.clear(31);

  expect([0, 1, 31, 32, 39].map((piece) => bitmap.has(piece))).toEqual([true, false, false, true, true]);
  bitmap.clearAll();
  expect(bitmap.next(0)).toBe(-1);
});
