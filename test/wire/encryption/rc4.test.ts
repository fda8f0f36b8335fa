import { describe, expect, test } from "vitest";
import { fromHex, toHex } from "../../../src/core/bytes.ts";
import { Rc4 } from "../../../src/wire/encryption/rc4.ts";

const zeros = (count: number): Uint8Array => new Uint8Array(count);
const key = (hex: string): Uint8Array => fromHex(hex) as Uint8Array;

describe("RC4", () => {
  /** Offset 0 and 1024 of the key streams of RFC 6229, section 2. */
  test.each([
    ["0102030405", "b2396305f03dc027ccc3524a0a1118a8", "30abbcc7c20b01609f23ee2d5f6bb7df"],
    [
      "0102030405060708090a0b0c0d0e0f10",
      "9ac7cc9a609d1ef7b2932899cde41b97",
      "bdf0324e6083dcc6d3cedd3ca8c53c16",
    ],
  ])("has the key stream of RFC 6229 for the key %s", (text, first, afterKilobyte) => {
    const stream = new Rc4(key(text)).applied(zeros(1_040));

    expect(toHex(stream.subarray(0, 16))).toBe(first);
    expect(toHex(stream.subarray(1_024))).toBe(afterKilobyte);
    expect(toHex(Rc4.afterDiscard(key(text)).applied(zeros(16)))).toBe(afterKilobyte);
  });

  test("gives the same bytes in one go and in pieces, in place and beside", () => {
    const text = Uint8Array.from({ length: 1_000 }, (_, i) => i & 0xff);
    const whole = new Rc4(key("0102030405")).applied(text);
    const cipher = new Rc4(key("0102030405"));
    const inPlace = text.slice();

    for (let from = 0; from < 1_000; from += 77)
      cipher.apply(inPlace, from, Math.min(1_000, from + 77), inPlace, from);

    expect(inPlace).toEqual(whole);
    expect(new Rc4(key("0102030405")).applied(whole)).toEqual(text);
  });
});
