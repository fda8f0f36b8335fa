import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  areaChart,
  availabilityStrip,
  gauge,
  haveStrip,
  progressBar,
  sparkline,
} from "../../../src/ui/format/charts.ts";
import { glyphsFor } from "../../../src/ui/theme/glyphs.ts";

const unicode = glyphsFor("unicode");
const ascii = glyphsFor("ascii");
const join = ({ full, empty }: { full: string; empty: string }): string => full + empty;

describe("progress bars", () => {
  test("show eighths of a cell, or plain signs", () => {
    expect(join(progressBar(0.45, 8, unicode))).toBe("███▌····");
    expect(join(progressBar(0.45, 8, ascii))).toBe("[##+---]");
  });

  test("are full only when everything is there", () => {
    expect(join(progressBar(0.999, 8, unicode))).toBe("███████▉");
    expect(join(progressBar(1, 8, unicode))).toBe("████████");
  });

  test("have the width asked for, whatever the ratio", () => {
    fc.assert(
      fc.property(
        fc.double({ min: -1, max: 2, noNaN: true }),
        fc.integer({ min: 2, max: 60 }),
        (ratio, width) => {
          for (const glyphs of [unicode, ascii]) {
            expect(join(progressBar(ratio, width, glyphs))).toHaveLength(width);
            expect(join(gauge(ratio, width, glyphs))).toHaveLength(width);
          }
        },
      ),
    );
  });

  test("a gauge shows at least one step of what is not nothing", () => {
    expect(join(gauge(0.01, 5, unicode))).toBe("▰▱▱▱▱");
    expect(join(gauge(0, 5, unicode))).toBe("▱▱▱▱▱");
  });
});

describe("strips", () => {
  test("HAVE averages, but a cell with anything in it never looks empty", () => {
    expect(haveStrip("9999000000000001", 4, unicode)).toBe("█··░");
  });

  test("AVAIL shows the fewest copies of each cell, never normalised", () => {
    expect(availabilityStrip("9991555500009999", 4)).toBe("1509");
  });

  test("stretch and shrink to the width asked for, whatever arrives", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 80 }), fc.integer({ min: 1, max: 120 }), (strip, width) => {
        expect(haveStrip(strip, width, unicode)).toHaveLength(width);
        expect(availabilityStrip(strip, width)).toHaveLength(width);
      }),
    );
  });
});

describe("charts", () => {
  test("are scaled to the largest value and show the newest at the right", () => {
    expect(sparkline([1, 2, 4, 8], 6, unicode)).toBe("  ▁▂▄█");
    expect(sparkline([9, 1, 2, 4, 8], 4, unicode)).toBe("▁▂▄█");
    expect(sparkline([0, 8], 4, ascii)).toBe("   #");
  });

  test("a value above zero is never invisible, zero always is", () => {
    expect(sparkline([0, 0.001, 1000], 3, unicode)).toBe(" ▁█");
  });

  test("rows of an area stand on each other", () => {
    expect(areaChart([1, 2, 3, 4], 4, 2, unicode)).toEqual(["  ▄█", "▄███"]);
  });
});
