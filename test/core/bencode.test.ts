import { describe, expect, test } from "vitest";
import { decodeDictionary, encodeBencode, readBytes, readInteger } from "../../src/core/bencode.ts";
import { openBencode } from "../../src/core/bencode-document.ts";
import { MESSAGE_LIMITS, scanBencode, TORRENT_LIMITS } from "../../src/core/bencode-scanner.ts";
import { utf8Bytes } from "../../src/core/bytes.ts";

const scan = (text: string, limits = TORRENT_LIMITS) => scanBencode(utf8Bytes(text), limits);

describe("the bencode scanner", () => {
  test.each([
    "i0e",
    "i-1e",
    "0:",
    "4:spam",
    "le",
    "de",
    "l4:spami3ee",
    "d3:cow3:moo4:spam4:eggse",
    "d1:ad1:bl0:eee",
  ])("accepts %s", (text) => {
    expect(scan(text)).toMatchObject({ ok: true, value: { end: text.length } });
  });

  test.each([
    "",
    "i",
    "ie",
    "i-e",
    "i-0e",
    "i03e",
    "i1.5e",
    "i 1e",
    "i1",
    "4:spa",
    "04:spam",
    "-1:a",
    "99999999999999999999999:a",
    "4294967296:",
    "l",
    "d",
    "e",
    "d1:ae",
    "di1e1:ae",
    "d1:a",
    "lei1e",
    "i1ei2e",
    "x",
    "1:",
    ":",
  ])("refuses %j", (text) => {
    expect(scan(text).ok).toBe(false);
  });

  test("refuses nesting beyond the limit, iteratively", () => {
    expect(scan("l".repeat(1_000_000)).ok).toBe(false);
    expect(scan("d1:a".repeat(500_000)).ok).toBe(false);
    expect(scan("llleee", { maxDepth: 3, maxTokens: 10 }).ok).toBe(true);
    expect(scan("lllleeee", { maxDepth: 3, maxTokens: 10 }).ok).toBe(false);
  });

  test("refuses duplicate keys in sorted and in unsorted dictionaries", () => {
    expect(scan("d1:ai1e1:ai2ee").ok).toBe(false);
    expect(scan("d1:ai1e1:bi2e1:ai3ee").ok).toBe(false);
    expect(scan("d1:bi1e1:ai2e1:ci3e1:ai4ee").ok).toBe(false);
  });

  test("takes unsorted keys only where the limits say so", () => {
    expect(scan("d1:bi1e1:ai2ee").ok).toBe(true);
    expect(scan("d1:bi1e1:ai2ee", { maxDepth: 2, maxTokens: 9 }).ok).toBe(false);
  });

  // To walk the value once a key would take longer than a test may.
  test("stays linear when keys stand out of order behind a huge value", () => {
    const keys = Array.from({ length: 90_000 }, (_, i) => `5:${99_999 - i}0:`).join("");
    expect(scan(`d6:zzzzzzl${"0:".repeat(1_400_000)}e${keys}e`).ok).toBe(true);
  });

  test("stops at the token limit when every key is out of order", () => {
    let text = "";
    for (let i = 9999; i >= 1000; i--) text += `4:${i}0:`;
    expect(scan(`d${text}e`, MESSAGE_LIMITS).ok).toBe(false);
  });
});

describe("bencode values", () => {
  test("decode to typed fields", () => {
    const result = decodeDictionary(utf8Bytes("d1:ai7e1:b3:xyze"), MESSAGE_LIMITS);
    if (!result.ok) throw new Error("expected a value");
    expect(readInteger(result.value.value, "a")).toBe(7);
    expect(readBytes(result.value.value, "b")).toEqual(utf8Bytes("xyz"));
    expect(readBytes(result.value.value, "toString")).toBeUndefined();
  });

  test("never carry a __proto__ key into an object", () => {
    expect(decodeDictionary(utf8Bytes("d9:__proto__d1:xi1eee"), MESSAGE_LIMITS).ok).toBe(false);
    expect(({} as Record<string, unknown>)["x"]).toBeUndefined();
  });

  test("leave bytes behind a dictionary to the caller", () => {
    const result = decodeDictionary(utf8Bytes("d1:ai7eerest"), { ...MESSAGE_LIMITS, allowTrailing: true });
    expect(result).toMatchObject({ ok: true, value: { end: 8 } });
  });

  test("encode canonically", () => {
    expect(
      new TextDecoder().decode(encodeBencode({ b: 1, a: "x", c: undefined, d: [1, utf8Bytes("y")] })),
    ).toBe("d1:a1:x1:bi1e1:dli1e1:yee");
    expect(() => encodeBencode({ a: 1.5 })).toThrow(TypeError);
  });

  test("are read in place from a document", () => {
    const view = openBencode(utf8Bytes("d4:infod6:lengthi12e4:name1:ne4:listl1:a1:bee"), TORRENT_LIMITS);
    if (!view.ok) throw new Error("expected a document");
    expect(view.value.get("info")?.get("length")?.integer()).toBe(12);
    expect(new TextDecoder().decode(view.value.get("info")?.raw())).toBe("d6:lengthi12e4:name1:ne");
    expect([...(view.value.get("list")?.items() ?? [])].map((item) => item.text())).toEqual(["a", "b"]);
  });
});
