import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { toHex } from "../../src/core/bytes.ts";
import { BloomFilter } from "../../src/dht/bloom-filter.ts";

/** BEP 33, "Test Vectors". */
const VECTOR = `
F6C3F5EA A07FFD91 BDE89F77 7F26FB2B FF37BDB8 FB2BBAA2 FD3DDDE7 BACFFF75 EE7CCBAE
FE5EEDB1 FBFAFF67 F6ABFF5E 43DDBCA3 FD9B9FFD F4FFD3E9 DFF12D1B DF59DB53 DBE9FA5B
7FF3B8FD FCDE1AFB 8BEDD7BE 2F3EE71E BBBFE93B CDEEFE14 8246C2BC 5DBFF7E7 EFDCF24F
D8DC7ADF FD8FFFDF DDFFF7A4 BBEEDF5C B95CE81F C7FCFF1F F4FFFFDF E5F7FDCB B7FD79B3
FA1FC77B FE07FFF9 05B7B7FF C7FEFEFF E0B8370B B0CD3F5B 7F2BD93F EB4386CF DD6F7FD5
BFAF2E9E BFFFFEEC D67ADBF7 C67F17EF D5D75EBA 6FFEBA7F FF47A91E B1BFBB53 E8ABFB57
62ABE8FF 237279BF EFBFEEF5 FFC5FEBF DFE5ADFF ADFEE1FB 737FFFFB FD9F6AEF FEEE76B6
FD8F72EF`.replaceAll(/\s/g, "");

/** 192.0.2.0 to 192.0.2.255 and 2001:DB8:: to 2001:DB8::3E7. */
function addressesOfVector(): Uint8Array[] {
  const v4 = Array.from({ length: 256 }, (_, i) => Uint8Array.of(192, 0, 2, i));
  const v6 = Array.from({ length: 1_000 }, (_, i) =>
    Uint8Array.of(0x20, 0x01, 0x0d, 0xb8, ...new Uint8Array(10), i >> 8, i),
  );
  return [...v4, ...v6];
}

describe("a Bloom filter, BEP 33,", () => {
  test("holds the bits of the BEP's vector and estimates 1224.9308", () => {
    const filter = new BloomFilter();
    for (const address of addressesOfVector()) filter.insert(address);
    expect(toHex(filter.bytes).toUpperCase()).toBe(VECTOR);
    expect(filter.estimate()).toBeCloseTo(1224.9308, 3);
  });

  test("united from parts that overlap is the filter of all", () => {
    const [left, right] = [new BloomFilter(), new BloomFilter()];
    addressesOfVector().forEach((address, i) => {
      if (i < 700) left.insert(address);
      if (i > 500) right.insert(address);
    });
    left.unite(right.bytes, 0);
    expect(toHex(left.bytes).toUpperCase()).toBe(VECTOR);
  });

  test("estimates nothing when empty, and a finite number when full", () => {
    const filter = new BloomFilter();
    expect(filter.estimate()).toBe(0);
    filter.bytes.fill(0xff);
    expect(Math.round(filter.estimate())).toBe(7_806);
  });

  test("counts a handful exactly, after rounding", () => {
    const filter = new BloomFilter();
    for (let i = 1; i <= 10; i++) {
      filter.insert(Uint8Array.of(1, 2, 3, i));
      filter.insert(Uint8Array.of(1, 2, 3, i));
      expect(Math.round(filter.estimate())).toBe(i);
    }
  });

  test("never denies an address that was inserted", () => {
    const address = fc.uint8Array({ minLength: 4, maxLength: 4 });
    fc.assert(
      fc.property(fc.array(address, { minLength: 1, maxLength: 50 }), (addresses) => {
        const filter = new BloomFilter();
        for (const it of addresses) filter.insert(it);
        expect(addresses.every((it) => filter.mayHold(it))).toBe(true);
        expect(new BloomFilter().mayHold(addresses[0] as Uint8Array)).toBe(false);
      }),
    );
  });
});
