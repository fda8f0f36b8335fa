import fc from "fast-check";
import { describe, expect, test, vi } from "vitest";
import { utf8Bytes } from "../../src/core/bytes.ts";
import { MAX_SAFE_CODE_POINTS, safeText } from "../../src/core/safe-text.ts";
import { fuzzRuns } from "../support/fuzz-runs.ts";
import { hostileText } from "../support/text-arbitraries.ts";

/** What may reach a terminal: printable, visible, left where it stands. Written apart from the sanitiser's own list. */
const FIT_FOR_A_TERMINAL =
  /^(?:(?!\p{Cc}|\p{Cs}|\p{Co}|\p{Cn}|\p{Bidi_Control}|\p{Zl}|\p{Zp})(?!\p{Default_Ignorable_Code_Point}).|(?<=\p{Emoji})[\ufe0e\ufe0f])*$/u;

describe("TU01: escape sequences", () => {
  test.each([
    ["a clipboard write", "\x1b]52;c;ZXZpbA==\x07"],
    ["a cleared screen", "\x1b[2J\x1b[H"],
    ["an eight-bit CSI", "\x9b31m"],
    ["an eight-bit OSC", "\x9d0;title\x9c"],
    ["a device control string", "\x1bPq#0;2;0;0;0\x1b\\"],
    ["an unterminated OSC", "\x1b]0;never ends"],
    ["a reset", "\x1bc"],
    ["a query that the terminal answers", "\x1b[6n"],
    ["a sequence re-assembled by stripping", "\x1b\x1b[31m[31m"],
  ])("%s loses its introducer", (_name, text) => {
    const safe = safeText(text);
    expect(safe).not.toMatch(/[\x00-\x1f\x7f-\x9f]/);
    expect([...safe]).toHaveLength([...text].length);
  });
});

describe("TU02: one line stays one line", () => {
  test.each(["\rname", "a\bb", "a\tb", "a\nb", "a\x85b", "a\u2028b", "a\u2029b"])("%j", (text) => {
    expect(safeText(text)).toBe(text.replace(/[\r\b\t\n\x85\u2028\u2029]/, "\ufffd"));
  });
});

describe("TU03: direction and disguise", () => {
  test("a reversed extension is shown in the order of its characters", () => {
    expect(safeText("invoice\u202efdp.exe")).toBe("invoice\ufffdfdp.exe");
  });

  test.each([0x061c, 0x200e, 0x200f, 0x202a, 0x202e, 0x2066, 0x2069])("U+%s is replaced", (point) => {
    expect(safeText(`a${String.fromCodePoint(point)}b`)).toBe("a\ufffdb");
  });
});

describe("TU04: what breaks the width of a line", () => {
  test("marks stacked without end are cut to two", () => {
    expect(safeText(`a${"\u0335".repeat(5_000)}b`)).toBe("a\u0335\u0335b");
    expect(safeText(`a${"\u0335".repeat(10_000)}b`)).toBe("a\u0335\u0335…");
  });

  test("lone surrogates and bytes that are not UTF-8 become one replacement each", () => {
    expect(safeText("a\ud800b\udc00c")).toBe("a\ufffdb\ufffdc");
    expect(safeText(new Uint8Array([0x61, 0xff, 0xfe, 0x62]))).toBe("a\ufffd\ufffdb");
  });

  test("a variation selector stays behind an emoji only", () => {
    expect(safeText("☺\ufe0f")).toBe("☺\ufe0f");
    expect(safeText("a\ufe0f")).toBe("a\ufffd");
    expect(safeText("☺\ufe01")).toBe("☺\ufffd");
  });

  test("text is cut by code points, with a sign that it was", () => {
    const family = "👨‍👩‍👧‍👦".repeat(255);
    const safe = safeText(family);
    expect([...safe]).toHaveLength(MAX_SAFE_CODE_POINTS);
    expect(safe.endsWith("…")).toBe(true);
    expect(safe).not.toMatch(/\p{Surrogate}/u);
    expect(safeText("abcdef", 4)).toBe("abc…");
    expect(safeText("abcd", 4)).toBe("abcd");
  });

  test("of a megabyte no more than the beginning is looked at", () => {
    const lengths: number[] = [];
    const spy = vi.spyOn(String.prototype, "normalize").mockImplementation(function (this: string) {
      lengths.push(this.length);
      return this.toString();
    });
    try {
      safeText("e\u0301".repeat(500_000));
    } finally {
      spy.mockRestore();
    }
    expect(lengths).toHaveLength(1);
    expect(lengths[0]).toBeLessThan(10_000);
  });
});

describe("TU05: twins", () => {
  test.each(["\u200b", "\u200c", "\u200d", "\u2060", "\ufeff", "\u00ad", "\u115f", "\u3164", "\u{e0041}"])(
    "a name with an invisible %j differs visibly",
    (invisible) => {
      expect(safeText(`na${invisible}me`)).toBe("na\ufffdme");
    },
  );

  test("composed and decomposed forms of one name look the same", () => {
    expect(safeText("e\u0301")).toBe(safeText("\u00e9"));
  });
});

describe("PA20: any text", () => {
  test("comes out fit for a terminal, bounded, and the same when sanitised again", () => {
    fc.assert(
      fc.property(hostileText(), (text) => {
        const safe = safeText(text, 64);
        return FIT_FOR_A_TERMINAL.test(safe) && [...safe].length <= 64 && safeText(safe, 64) === safe;
      }),
      { numRuns: fuzzRuns() },
    );
  });

  test("of plain scripts passes unchanged", () => {
    for (const text of [
      "Big Buck Bunny (2008) [1080p].mkv",
      "日本語テスト",
      "Привет",
      "مرحبا",
      "हिन्दी",
      "Ünïcödé",
      "🎬 film",
    ]) {
      expect(safeText(text)).toBe(text.normalize("NFC"));
      expect(safeText(utf8Bytes(text))).toBe(text.normalize("NFC"));
    }
  });
});
