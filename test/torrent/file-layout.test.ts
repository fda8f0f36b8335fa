import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { FileLayout } from "../../src/torrent/file-layout.ts";
import { PieceMap } from "../../src/torrent/piece-map.ts";

const layoutOf = (...lengths: number[]) => new FileLayout(lengths.map((lengthBytes) => ({ lengthBytes })));
const spans = (layout: FileLayout, offset: number, length: number) =>
  layout.spansOf(offset, length).map((span) => [span.fileIndex, span.fileOffsetBytes, span.lengthBytes]);

describe("the layout of files", () => {
  test("finds the file that holds a run of bytes", () => {
    const layout = layoutOf(10, 20, 30);
    expect(spans(layout, 0, 10)).toEqual([[0, 0, 10]]);
    expect(spans(layout, 10, 1)).toEqual([[1, 0, 1]]);
    expect(spans(layout, 59, 1)).toEqual([[2, 29, 1]]);
  });

  test("splits a run at the borders of files", () => {
    expect(spans(layoutOf(10, 20, 30), 5, 40)).toEqual([
      [0, 5, 5],
      [1, 0, 20],
      [2, 0, 15],
    ]);
  });

  test("passes over empty files wherever they lie", () => {
    const layout = layoutOf(0, 10, 0, 0, 5, 0);
    expect(spans(layout, 0, 15)).toEqual([
      [1, 0, 10],
      [4, 0, 5],
    ]);
    expect(spans(layout, 10, 5)).toEqual([[4, 0, 5]]);
    expect(spans(layout, 15, 0)).toEqual([]);
  });

  test("knows where files begin and end, far beyond 2^32", () => {
    const layout = layoutOf(2 ** 40, 0, 7);
    expect([layout.startOf(0), layout.startOf(2), layout.bytesOf(0), layout.bytesOf(1)]).toEqual([
      0,
      2 ** 40,
      2 ** 40,
      0,
    ]);
    expect(spans(layout, 2 ** 40 - 1, 3)).toEqual([
      [0, 2 ** 40 - 1, 1],
      [2, 0, 2],
    ]);
  });

  test("of a run outside of the content is our own mistake and throws", () => {
    const layout = layoutOf(10);
    for (const [offset, length] of [
      [-1, 1],
      [0, 11],
      [11, 0],
      [5, -1],
      [Number.NaN, 1],
    ] as const) {
      expect(() => layout.spansOf(offset, length)).toThrow(RangeError);
    }
  });

  test("knows the pieces of each file", () => {
    const layout = layoutOf(1000, 0, 3096, 4096, 1);
    const pieceMap = new PieceMap(8193, 1024);
    const pieces = [0, 1, 2, 3, 4].map((i) => layout.piecesOf(i, pieceMap));
    expect(pieces).toEqual([
      { first: 0, end: 1 },
      undefined,
      { first: 0, end: 4 },
      { first: 4, end: 8 },
      { first: 8, end: 9 },
    ]);
  });

  test("covers any run exactly once, in order", () => {
    const lengths = fc.array(fc.nat({ max: 50 }), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(lengths, fc.nat(), fc.nat(), (list, a, b) => {
        const layout = layoutOf(...list);
        const content = list.flatMap((length, i) => Array.from({ length }, (_, offset) => `${i}:${offset}`));
        const offset = a % (content.length + 1);
        const length = b % (content.length - offset + 1);

        const walked = layout
          .spansOf(offset, length)
          .flatMap((span) =>
            Array.from(
              { length: span.lengthBytes },
              (_, i) => `${span.fileIndex}:${span.fileOffsetBytes + i}`,
            ),
          );

        expect(walked).toEqual(content.slice(offset, offset + length));
      }),
    );
  });

  // A walk through the files for each answer would take longer than a test may.
  test("answers a million times for 250,000 files", () => {
    const layout = new FileLayout(Array.from({ length: 250_000 }, () => ({ lengthBytes: 1000 })));
    let spans = 0;
    for (let i = 0; i < 1_000_000; i++) spans += layout.spansOf((i * 2477) % 249_000_000, 1_000).length;
    expect(spans).toBeGreaterThanOrEqual(1_000_000);
  });
});
