import { describe, expect, test } from "vitest";
import { decodeDictionary, readBytes, readInteger, readList } from "../../src/core/bencode.ts";
import { openBencode } from "../../src/core/bencode-document.ts";
import { MESSAGE_LIMITS, scanBencode, TORRENT_LIMITS } from "../../src/core/bencode-scanner.ts";
import { utf8Bytes } from "../../src/core/bytes.ts";

const MIB = 2 ** 20;

/** `bytes` that count how often one of them is read. */
function counted(bytes: Uint8Array): { readonly bytes: Uint8Array; readonly reads: () => number } {
  let reads = 0;
  const get = (target: Uint8Array, key: string | symbol): unknown => {
    if (typeof key === "string" && /^\d/.test(key)) reads++;
    return Reflect.get(target, key, target);
  };
  return { bytes: new Proxy(bytes, { get }), reads: () => reads };
}

describe("PA02: values that decoders disagree about", () => {
  test.each([
    ["an integer", "i12453e"],
    ["the least 64-bit integer", "i-9223372036854775808e"],
    ["an empty string", "0:"],
    ["a string of structure", "6:d1:ale"],
    ["an empty key", "d0:i1ee"],
    ["a key that is a prefix of the next", "d1:a0:2:aa0:e"],
    ["binary in a key", "d2:\u0001\u0002i1ee"],
    ["nested empty containers", "ld1:aleelee"],
    ["a dictionary of dictionaries", "d1:ad1:bd1:ci1eee1:di2ee"],
  ])("accepts %s", (_name, text) => {
    expect(scanBencode(utf8Bytes(text), TORRENT_LIMITS)).toMatchObject({
      ok: true,
      value: { end: text.length },
    });
  });

  test.each([
    ["an integer without digits", "ie"],
    ["an integer without an end", "i12"],
    ["a sign without digits", "i-e"],
    ["a letter in an integer", "i12f3e"],
    ["a fraction", "i1.0e"],
    ["a string without a colon", "4spam"],
    ["a colon alone", ":spam"],
    ["a string that is too long by one", "5:spam"],
    ["a length without a string", "4:"],
    ["a length at the end", "4"],
    ["a letter in a length", "1f:ab"],
    ["an unterminated list", "li1e"],
    ["an unterminated dictionary", "d1:ai1e"],
    ["an end too many", "lee"],
    ["an integer as a key", "di1ei2ee"],
    ["a list as a key", "dlei2ee"],
    ["a dictionary as a key", "ddei2ee"],
    ["a key without a value", "d1:ae"],
    ["a value without a key", "d1:ai1ei2ee"],
    ["a letter where a value begins", "d1:ax1:be"],
    ["white space between values", "l i1ee"],
    ["a NUL between values", "li1e\0i2ee"],
    ["upper-case structure", "LI1EE"],
    ["nothing", ""],
  ])("refuses %s", (_name, text) => {
    expect(scanBencode(utf8Bytes(text), TORRENT_LIMITS)).toMatchObject({
      ok: false,
      fault: { code: "bencode-invalid" },
    });
  });
});

describe("PA03: depth bombs", () => {
  test.each([
    ["10,000 lists", "l".repeat(10_000)],
    ["a million lists", "l".repeat(1_000_000)],
    ["half a million dictionaries", "d1:a".repeat(500_000)],
    ["closed lists", "l".repeat(100_000) + "e".repeat(100_000)],
    ["a depth bomb inside of a torrent", `d4:infod5:filesl${"l".repeat(100_000)}`],
  ])("%s end at the limit", (_name, text) => {
    for (const limits of [MESSAGE_LIMITS, TORRENT_LIMITS]) {
      const { bytes, reads } = counted(utf8Bytes(text));
      expect(scanBencode(bytes, limits).ok).toBe(false);
      expect(reads()).toBeGreaterThan(limits.maxDepth);
      expect(reads()).toBeLessThan(10 * limits.maxDepth);
    }
  });

  test("the deepest value within the limit is accepted", () => {
    const nested = (depth: number) => utf8Bytes("l".repeat(depth) + "e".repeat(depth));
    expect(scanBencode(nested(TORRENT_LIMITS.maxDepth), TORRENT_LIMITS).ok).toBe(true);
    expect(scanBencode(nested(TORRENT_LIMITS.maxDepth + 1), TORRENT_LIMITS).ok).toBe(false);
  });
});

describe("PA04: length bombs", () => {
  test.each([
    "99999999999:",
    "4294967296:",
    "4294967295:a",
    "2147483648:a",
    "18446744073709551617:a",
    "1e3:a",
    "+1:a",
    " 1:a",
    "1 :a",
    "0x1:a",
    "-1:a",
    "00:",
    "01:a",
    "i-0e",
    "i00e",
    "i+1e",
    "i 1e",
    "i1 e",
    "i--1e",
    "i1-e",
    "i1",
    "i",
    `i${"9".repeat(5000)}e`,
    `${"9".repeat(5000)}:a`,
    "d4294967295:ai1ee",
  ])("%.40j is refused", (text) => {
    expect(scanBencode(utf8Bytes(text), TORRENT_LIMITS).ok).toBe(false);
  });

  test.each([
    ["i9007199254740991e", 9_007_199_254_740_991],
    ["i-9007199254740991e", -9_007_199_254_740_991],
    ["i0e", 0],
  ])("the integer %s is read exactly", (text, expected) => {
    const document = openBencode(utf8Bytes(text), TORRENT_LIMITS);
    expect(document.ok && document.value.integer()).toBe(expected);
  });

  test.each([
    "i9007199254740992e",
    "i9223372036854775807e",
    "i-9223372036854775808e",
    "i18446744073709551616e",
  ])("the integer %s, which a double cannot hold, is canonical and has no value", (text) => {
    const document = openBencode(utf8Bytes(text), TORRENT_LIMITS);
    expect(document.ok && document.value.integer()).toBeUndefined();
    const dictionary = decodeDictionary(utf8Bytes(`d1:a${text}e`), MESSAGE_LIMITS);
    expect(dictionary.ok && readInteger(dictionary.value.value, "a")).toBeUndefined();
  });
});

describe("PA05: token bombs", () => {
  test.each(["0:", "le", "de", "i0e"])("32 MiB of %s end at three million values", (token) => {
    const bytes = utf8Bytes(`l${token.repeat((32 * MIB) / token.length)}e`);
    expect(scanBencode(bytes, TORRENT_LIMITS).ok).toBe(false);

    const few = counted(bytes);
    expect(scanBencode(few.bytes, { ...TORRENT_LIMITS, maxTokens: 1_000 }).ok).toBe(false);
    expect(few.reads()).toBeGreaterThan(1_000);
    expect(few.reads()).toBeLessThan(10_000);
  });

  test("exactly as many values as allowed are accepted", () => {
    expect(scanBencode(utf8Bytes("li1ei2ee"), { maxDepth: 2, maxTokens: 3 }).ok).toBe(true);
    expect(scanBencode(utf8Bytes("li1ei2ee"), { maxDepth: 2, maxTokens: 2 }).ok).toBe(false);
  });

  // To compare each with each would take hours.
  test("1.4 million keys in reverse order are compared in time", () => {
    let text = "d";
    for (let i = 1_400_000; i > 0; i--) text += `7:${String(i).padStart(7, "0")}0:`;
    const bytes = utf8Bytes(`${text}e`);
    expect(scanBencode(bytes, TORRENT_LIMITS).ok).toBe(true);
  });
});

describe("PA06: keys that objects treat specially", () => {
  test("__proto__ is refused where objects are made, and is data where bytes are read in place", () => {
    const bytes = utf8Bytes("d9:__proto__d1:xi1eee");
    expect(decodeDictionary(bytes, MESSAGE_LIMITS)).toMatchObject({ ok: false });
    const document = openBencode(bytes, TORRENT_LIMITS);
    expect(document.ok && document.value.get("__proto__")?.get("x")?.integer()).toBe(1);
    expect(({} as Record<string, unknown>)["x"]).toBeUndefined();
  });

  test("__proto__ is refused at every depth", () => {
    expect(decodeDictionary(utf8Bytes("d1:ald9:__proto__leeee"), MESSAGE_LIMITS).ok).toBe(false);
  });

  test.each(["constructor", "toString", "hasOwnProperty", "valueOf"])("%s is a key like any other", (key) => {
    const dictionary = decodeDictionary(utf8Bytes(`d${key.length}:${key}i7ee`), MESSAGE_LIMITS);
    expect(dictionary.ok && readInteger(dictionary.value.value, key)).toBe(7);
    const empty = decodeDictionary(utf8Bytes("de"), MESSAGE_LIMITS);
    expect(empty.ok && readBytes(empty.value.value, key)).toBeUndefined();
    expect(empty.ok && readList(empty.value.value, key)).toBeUndefined();
  });

  test.each([
    ["neighbours", "d1:ai1e1:ai2ee"],
    ["apart, sorted", "d1:ai1e1:bi2e1:ai3ee"],
    ["apart, unsorted", "d1:ci1e1:ai2e1:bi3e1:ai4ee"],
    ["the greatest twice", "d1:ci1e1:ai2e1:ci3ee"],
    ["in an inner dictionary", "d1:zd1:bi1e1:ai2e1:bi3eee"],
    ["in an outer one, around an unsorted inner one", "d1:zd1:bi1e1:ai2ee1:ai1e1:zi2ee"],
    ["empty keys", "d0:i1e0:i2ee"],
  ])("duplicate keys are refused: %s", (_name, text) => {
    expect(scanBencode(utf8Bytes(text), TORRENT_LIMITS)).toMatchObject({ ok: false });
  });

  test("unsorted keys are accepted where they differ, and refused by strict limits", () => {
    const bytes = utf8Bytes("d1:zd1:bi1e1:ai2ee1:ci1e1:bi2ee");
    expect(scanBencode(bytes, TORRENT_LIMITS).ok).toBe(true);
    expect(scanBencode(bytes, { maxDepth: 4, maxTokens: 20 }).ok).toBe(false);
  });
});

describe("bytes behind a value", () => {
  test("are refused unless they are expected", () => {
    expect(scanBencode(utf8Bytes("i1e\n"), TORRENT_LIMITS).ok).toBe(false);
    expect(scanBencode(utf8Bytes("dei1e"), TORRENT_LIMITS).ok).toBe(false);
    expect(scanBencode(utf8Bytes("i1e\n"), { ...TORRENT_LIMITS, allowTrailing: true })).toMatchObject({
      value: { end: 3 },
    });
  });
});
