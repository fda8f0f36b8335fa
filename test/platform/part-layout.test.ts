import fc from "fast-check";
import { expect, test } from "vitest";
import { PartLayout } from "../../src/platform/part-layout.ts";
import { FileLayout } from "../../src/torrent/file-layout.ts";

const PIECE = 100;

function layoutOf(...lengths: readonly number[]): { files: FileLayout; part: PartLayout } {
  const files = new FileLayout(lengths.map((lengthBytes) => ({ lengthBytes })));
  return { files, part: new PartLayout(files, PIECE) };
}

test("has room for the ends that a file shares with its neighbours, and for nothing between", () => {
  const { part } = layoutOf(150, 420, 30);
  expect(part.zonesOf(0)).toEqual([{ fileOffsetBytes: 100, partOffsetBytes: 0, lengthBytes: 50 }]);
  expect(part.zonesOf(1)).toEqual([
    { fileOffsetBytes: 0, partOffsetBytes: 50, lengthBytes: 50 },
    { fileOffsetBytes: 350, partOffsetBytes: 100, lengthBytes: 70 },
  ]);
  expect(part.placeOf(1, 50, 100)).toBeUndefined();
  expect(part.placeOf(1, 360, 20)).toBe(110);
});

test("a file within one piece has room for all of itself", () => {
  const { part } = layoutOf(10, 20, 5);
  expect(part.zonesOf(1)).toEqual([{ fileOffsetBytes: 0, partOffsetBytes: 10, lengthBytes: 20 }]);
});

test("a file that fills whole pieces needs no room, and neither does an empty one", () => {
  const { part } = layoutOf(200, 0, 300);
  for (const file of [0, 1, 2]) expect(part.zonesOf(file)).toEqual([]);
});

test("no two bytes share a place, and every run of a shared piece has one", () => {
  const lengths = fc.array(fc.integer({ min: 0, max: 450 }), { minLength: 1, maxLength: 12 });
  fc.assert(
    fc.property(lengths, (list) => {
      const { files, part } = layoutOf(...list);
      const taken = new Set<number>();
      for (let piece = 0; piece * PIECE < files.totalBytes; piece++) {
        const start = piece * PIECE;
        const spans = files.spansOf(start, Math.min(PIECE, files.totalBytes - start));
        for (const span of spans) {
          const place = part.placeOf(span.fileIndex, span.fileOffsetBytes, span.lengthBytes);
          if (spans.length > 1) expect(place).toBeDefined();
          if (place === undefined) continue;
          for (let i = 0; i < span.lengthBytes; i++) {
            expect(taken.has(place + i)).toBe(false);
            taken.add(place + i);
          }
        }
      }
    }),
  );
});
