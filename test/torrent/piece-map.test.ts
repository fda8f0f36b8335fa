import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { BLOCK_BYTES, PieceMap } from "../../src/torrent/piece-map.ts";

describe("the geometry of pieces", () => {
  test.each([
    ["less than a block", 100, 16_384, { pieceCount: 1, blockCount: 1, last: 100 }],
    ["one byte more than a piece", 16_385, 16_384, { pieceCount: 2, blockCount: 2, last: 1 }],
    ["an exact multiple", 65_536, 32_768, { pieceCount: 2, blockCount: 4, last: 32_768 }],
    ["pieces that are no multiple of blocks", 50_000, 20_000, { pieceCount: 3, blockCount: 5, last: 10_000 }],
    ["pieces shorter than a block", 2500, 1024, { pieceCount: 3, blockCount: 3, last: 452 }],
    ["2^48 - 1 bytes", 2 ** 48 - 1, 2 ** 29, { pieceCount: 2 ** 19, blockCount: 2 ** 34, last: 2 ** 29 - 1 }],
  ])("of %s", (_name, totalBytes, pieceBytes, expected) => {
    const map = new PieceMap(totalBytes, pieceBytes);
    const { pieceCount, blockCount } = map;
    expect({ pieceCount, blockCount, last: map.bytesOf(pieceCount - 1) }).toEqual(expected);
  });

  test("adds up: blocks to pieces, pieces to the content", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 500_000 }),
        fc.integer({ min: 1000, max: 70_000 }),
        (total, pieceBytes) => {
          const map = new PieceMap(total, pieceBytes);
          let blocks = 0;
          let bytes = 0;
          for (let piece = 0; piece < map.pieceCount; piece++) {
            expect(map.startOf(piece)).toBe(bytes);
            let inPiece = 0;
            for (let block = 0; block < map.blocksOf(piece); block++, blocks++) {
              const length = map.blockBytes(piece, block);
              expect(length > 0 && length <= BLOCK_BYTES).toBe(true);
              inPiece += length;
            }
            expect(inPiece).toBe(map.bytesOf(piece));
            bytes += inPiece;
          }
          expect([bytes, blocks]).toEqual([total, map.blockCount]);
        },
      ),
      { numRuns: 50 },
    );
  });

  test("admits indices of the torrent only", () => {
    const map = new PieceMap(100_000, 16_384);
    expect([0, 6].map((index) => map.pieceIndex(index))).toEqual([0, 6]);
    for (const index of [-1, 7, 0.5, Number.NaN, 2 ** 32]) expect(map.pieceIndex(index)).toBeUndefined();
  });
});
