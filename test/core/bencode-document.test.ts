import { describe, expect, test } from "vitest";
import { type BencodeView, openBencode } from "../../src/core/bencode-document.ts";
import { TORRENT_LIMITS } from "../../src/core/bencode-scanner.ts";
import { utf8Bytes, utf8Text } from "../../src/core/bytes.ts";

function open(text: string): BencodeView {
  const document = openBencode(utf8Bytes(text), TORRENT_LIMITS);
  if (!document.ok) throw new Error(document.fault.message);
  return document.value;
}

describe("a bencoded document", () => {
  test("knows the kind of each value", () => {
    expect(
      [..."dlis"].map((kind) => open({ d: "de", l: "le", i: "i1e", s: "1:x" }[kind] ?? "").kind),
    ).toEqual(["dictionary", "list", "integer", "string"]);
  });

  test("answers nothing where a value is of another kind", () => {
    const text = open("4:spam");
    expect([text.integer(), text.get("a"), [...text.entries()], [...text.items()]]).toEqual([
      undefined,
      undefined,
      [],
      [],
    ]);
    expect([open("i1e").bytes(), open("i1e").text(), open("le").get("a")]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    expect(open("le").pick("a")).toEqual({});
  });

  test("picks several keys in one walk, whatever their order", () => {
    const { a, c, missing } = open("d1:ci3e1:ai1e2:bb1:xe").pick("a", "c", "missing");
    expect([a?.integer(), c?.integer(), missing]).toEqual([1, 3, undefined]);
  });

  test("does not take a longer key for a shorter one", () => {
    expect(open("d2:abi1ee").pick("a").a).toBeUndefined();
    expect(open("d1:ai1ee").get("ab")).toBeUndefined();
  });

  test("gives the bytes of a value as they stood in the input", () => {
    const info = open("d4:infod1:bi1e1:ai2ee4:restlee").get("info");
    expect(utf8Text(info?.raw() ?? new Uint8Array(0))).toBe("d1:bi1e1:ai2ee");
  });

  test("replaces what is not UTF-8 in text and keeps it in bytes", () => {
    const document = openBencode(new Uint8Array([0x32, 0x3a, 0xff, 0x41]), TORRENT_LIMITS);
    if (!document.ok) throw new Error("expected a document");
    expect(document.value.text()).toBe("\ufffdA");
    expect(document.value.bytes()).toEqual(new Uint8Array([0xff, 0x41]));
  });
});
