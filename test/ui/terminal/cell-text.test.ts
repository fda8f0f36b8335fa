import fc from "fast-check";
import stringWidth from "string-width";
import { describe, expect, test } from "vitest";
import { cellSafe, cellWidth, clip, clipStart, fitCells, wrap } from "../../../src/ui/terminal/cell-text.ts";
import { screenLine } from "../../../src/ui/terminal/screen-line.ts";
import { fewerFuzzRuns, fuzzRuns } from "../../support/fuzz-runs.ts";

const anyText = fc.oneof(
  fc.string({ unit: "binary", maxLength: 40 }),
  fc
    .array(
      fc.constantFrom(
        "a",
        "é",
        "漢",
        "😀",
        "👍🏽",
        "🇩🇪",
        "❤️",
        "1️⃣",
        "\u0301",
        "\u200d",
        "\u202e",
        "\x1b[2J",
        "\x9b",
        "\n",
      ),
      {
        maxLength: 20,
      },
    )
    .map((parts) => parts.join("")),
);
const STEERING = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;

describe("cellSafe", () => {
  test.each([
    ["TU01", "\x1b]52;c;AAAA\x07", "�]52;c;AAAA�"],
    ["TU01", "\x9b31mred", "�31mred"],
    ["TU02", "a\rb\tc\nd\x85e", "a�b�c�d�e"],
    ["TU03", "invoice\u202efdp.exe", "invoice�fdp.exe"],
    ["TU04 flags", "🇩🇪", "DE"],
    ["TU04 skin tones", "👍🏽", "👍"],
    ["TU04 selectors", "❤️", "❤"],
    ["TU04 lone surrogate", "a\ud800b", "a�b"],
    ["TU05", "pay\u200bpal", "pay�pal"],
  ])("%s: %j becomes %j", (_case, hostile, safe) => {
    expect(cellSafe(hostile, "unicode")).toBe(safe);
  });

  test("TU04: marks stacked without end are cut to two", () => {
    expect(cellSafe(`o${"\u0301".repeat(10_000)}k`, "unicode")).toBe("o\u0301\u0301k");
  });

  test("in ASCII letters lose their accents and everything else keeps its width as question marks", () => {
    expect(cellSafe("naïve café – 漢字 😀…", "ascii")).toBe("naive cafe - ???? ??~");
  });

  test("never lets anything through that steers a terminal, in any text", () => {
    fc.assert(
      fc.property(anyText, fc.constantFrom("unicode" as const, "ascii" as const), (text, charset) => {
        const safe = cellSafe(text, charset);
        expect(STEERING.test(safe)).toBe(false);
        if (charset === "ascii") expect(/^[\x20-\x7e]*$/.test(safe)).toBe(true);
      }),
      { numRuns: fuzzRuns() },
    );
  });
});

describe("cutting and padding", () => {
  test("cuts by cells, not by code units, and says so", () => {
    expect(clip("漢字漢字", 5, "unicode")).toBe("漢字…");
    expect(clip("abcdef", 4, "ascii")).toBe("abc~");
    expect(clipStart("/long/path/file.mp4", 9, "unicode")).toBe("…file.mp4");
  });

  test("fills exactly the cells asked for, whatever the text", () => {
    fc.assert(
      fc.property(
        anyText,
        fc.nat({ max: 30 }),
        fc.constantFrom("left" as const, "right" as const),
        (text, width, align) => {
          expect(stringWidth(fitCells(text, width, "unicode", align))).toBe(width);
        },
      ),
      { numRuns: fewerFuzzRuns(5) },
    );
  });

  test("wraps at spaces, in the lines it may use, none wider than asked", () => {
    expect(wrap("one two three four", 9, 3, "unicode")).toEqual(["one two", "three", "four"]);
    expect(wrap("one two three four five", 9, 2, "unicode")).toEqual(["one two", "three fo…"]);
    fc.assert(
      fc.property(anyText, fc.integer({ min: 2, max: 30 }), fc.nat({ max: 5 }), (text, width, maxLines) => {
        const lines = wrap(text, width, maxLines, "unicode");
        expect(lines.length).toBeLessThanOrEqual(maxLines);
        for (const line of lines) expect(cellWidth(line)).toBeLessThanOrEqual(width);
      }),
      { numRuns: fewerFuzzRuns(5) },
    );
  });
});

describe("screenLine", () => {
  test("passes attributes and printable text as they are", () => {
    expect(screenLine("\x1b[1m\x1b[32mok\x1b[39m\x1b[22m 漢", 10)).toEqual({
      text: "\x1b[1m\x1b[32mok\x1b[39m\x1b[22m 漢",
      width: 5,
    });
  });

  test("places what follows a sign of uncertain width by column", () => {
    expect(screenLine("a\x1b[1m😀\x1b[22mb", 10)).toEqual({
      text: "a\x1b[1m  \x1b[2G😀\x1b[4G\x1b[22mb",
      width: 4,
    });
    expect(screenLine("漢 ▼", 10).text).toBe("漢 ▼");
  });

  test("cuts what is wider than the terminal and keeps the attributes that end it", () => {
    expect(screenLine("\x1b[7mabc漢def\x1b[27m", 4)).toEqual({ text: "\x1b[7mabc\x1b[27m", width: 3 });
  });

  test("lets no control through, not even one put together by what is taken out of it", () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(anyText, fc.constantFrom("\x1b[", "\x1b[0m", "2J", "3J", "\x1b")), {
          maxLength: 8,
        }),
        (parts) => {
          const { text, width } = screenLine(parts.join(""), 20);
          expect(text.replace(/\x1b\[[0-9;]*[mG]/g, "")).not.toMatch(STEERING);
          expect(width).toBeLessThanOrEqual(20);
        },
      ),
      { numRuns: fuzzRuns() },
    );
  });
});
