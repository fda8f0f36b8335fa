import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { toHex } from "../../src/core/bytes.ts";
import { compareDistance, sharedPrefixBits } from "../../src/core/distance.ts";

const ids = fc.uint8Array({ minLength: 20, maxLength: 20 });
const asNumber = (bytes: Uint8Array) => BigInt(`0x${toHex(bytes)}`);
const xor = (a: Uint8Array, b: Uint8Array) => asNumber(a) ^ asNumber(b);

describe("the XOR metric", () => {
  test("orders as 160-bit numbers do, to the last bit", () => {
    fc.assert(
      fc.property(ids, ids, ids, (target, a, b) => {
        const [near, far] = [xor(target, a), xor(target, b)];
        expect(Math.sign(compareDistance(target, a, b))).toBe(near < far ? -1 : near > far ? 1 : 0);
      }),
    );
  });

  test("tells apart ids that differ in the last bit only", () => {
    const target = new Uint8Array(20);
    const one = new Uint8Array(20).fill(1, 19);
    expect(compareDistance(target, target, one)).toBeLessThan(0);
    expect(compareDistance(target, one, one)).toBe(0);
  });

  test("counts the bits that two ids share", () => {
    fc.assert(
      fc.property(ids, fc.nat({ max: 159 }), (a, bit) => {
        const b = a.slice();
        b[bit >> 3] = (b[bit >> 3] as number) ^ (0x80 >> (bit & 7));
        expect(sharedPrefixBits(a, b)).toBe(bit);
        expect(sharedPrefixBits(a, a)).toBe(160);
      }),
    );
  });
});
