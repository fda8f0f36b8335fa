import fc from "fast-check";
import { expect, test } from "vitest";
import { pieceMapRows } from "../../../src/ui/format/piece-map.ts";
import { glyphsFor } from "../../../src/ui/theme/glyphs.ts";

const unicode = glyphsFor("unicode");
const rows = (have: string, copies: string, active: string, width = 20, height = 4) =>
  pieceMapRows({ have, copies, active }, width, height, unicode);

test("a slice is here, partly here, on its way, or as many digits as there are peers that have it", () => {
  expect(rows("9504000", "3333120", "0001000")).toEqual(["█▒3!120"]);
});

test("what is on nobody is never hidden: not by what is on its way, nor by its neighbours in a cell", () => {
  expect(rows("9990999", "5550555", "0001000", 1, 1)).toEqual(["0"]);
  expect(rows("99909999", "55555555", "00000000", 2, 1)).toEqual(["▒█"]);
});

test("fills as many rows as it needs and no cell twice", () => {
  expect(rows("9".repeat(45), "5".repeat(45), "0".repeat(45))).toEqual([
    "█".repeat(20),
    "█".repeat(20),
    "█".repeat(5),
  ]);
});

test("any strings fit any size", () => {
  fc.assert(
    fc.property(
      fc.string(),
      fc.string(),
      fc.string(),
      fc.nat(40),
      fc.nat(10),
      (have, copies, active, width, height) => {
        const map = rows(have, copies, active, width + 1, height + 1);
        expect(map.length).toBeLessThanOrEqual(height + 1);
        for (const row of map) expect([...row].length).toBeLessThanOrEqual(width + 1);
      },
    ),
  );
});
