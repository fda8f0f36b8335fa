import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  compareBytes,
  concatBytes,
  equalBytes,
  fromHex,
  latin1Text,
  readUint16,
  readUint32,
  toHex,
  utf8Bytes,
  utf8Text,
  writeUint16,
  writeUint32,
} from "../../src/core/bytes.ts";

const bytes = fc.uint8Array({ maxLength: 40 });

describe("hexadecimal text", () => {
  test("survives in either case", () => {
    fc.assert(
      fc.property(bytes, (original) => {
        expect(fromHex(toHex(original))).toEqual(original);
        expect(fromHex(toHex(original).toUpperCase())).toEqual(original);
      }),
    );
  });

  test.each(["a", "abc", "zz", "0x", " 1", "1 ", "-1", "１１"])("is not %j", (text) => {
    expect(fromHex(text)).toBeUndefined();
  });
});

describe("byte arrays", () => {
  test("are equal when they compare as 0, and order like their numbers", () => {
    fc.assert(
      fc.property(bytes, bytes, (a, b) => {
        expect(compareBytes(a, b) === 0).toBe(equalBytes(a, b));
        expect(Math.sign(compareBytes(a, b))).toBe(-Math.sign(compareBytes(b, a)) + 0);
      }),
    );
    expect(compareBytes(utf8Bytes("ab"), utf8Bytes("abc"))).toBeLessThan(0);
    expect(compareBytes(utf8Bytes("b"), utf8Bytes("abc"))).toBeGreaterThan(0);
  });

  test("are joined in order", () => {
    fc.assert(
      fc.property(fc.array(bytes, { maxLength: 5 }), (parts) => {
        expect([...concatBytes(parts)]).toEqual(parts.flatMap((part) => [...part]));
      }),
    );
  });

  test("hold big-endian unsigned integers", () => {
    const target = new Uint8Array(8);
    fc.assert(
      fc.property(fc.nat({ max: 4 }), fc.integer({ min: 0, max: 0xffff_ffff }), (offset, value) => {
        writeUint32(target, offset, value);
        expect(readUint32(target, offset)).toBe(value);
        expect(target[offset]).toBe(Math.floor(value / 2 ** 24));
        writeUint16(target, offset, value & 0xffff);
        expect(readUint16(target, offset)).toBe(value & 0xffff);
      }),
    );
  });
});

describe("text", () => {
  test("replaces what is not UTF-8, and keeps a byte-order mark", () => {
    expect(utf8Text(new Uint8Array([0x61, 0xff, 0xc3]))).toBe("a\ufffd\ufffd");
    expect(utf8Text(new Uint8Array([0xef, 0xbb, 0xbf, 0x61]))).toBe("\ufeffa");
    expect(utf8Text(utf8Bytes("Ünï\u{1f600}"))).toBe("Ünï\u{1f600}");
  });

  test("of one character a byte is as distinct as the bytes", () => {
    fc.assert(
      fc.property(bytes, (original) => {
        const text = latin1Text(original);
        expect(Uint8Array.from(text, (character) => character.charCodeAt(0))).toEqual(original);
      }),
    );
  });
});
