import fc from "fast-check";
import { expect, test } from "vitest";
import { openRecord, sealRecord } from "../../src/storage/index.ts";

test("a sealed record opens to what was sealed", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (content) => {
      expect(openRecord(sealRecord(content))).toEqual({ ok: true, value: content });
    }),
  );
});

test("ST09, ST13: a record with any bit flipped, cut anywhere or made longer does not open", () => {
  const sealed = sealRecord(Uint8Array.from({ length: 50 }, (_, i) => i));
  for (let bit = 0; bit < sealed.length * 8; bit++) {
    const flipped = sealed.slice();
    flipped[bit >> 3] = (flipped[bit >> 3] as number) ^ (1 << (bit & 7));
    expect(openRecord(flipped)).toMatchObject({ ok: false, fault: { code: "record-torn" } });
  }
  for (let length = 0; length < sealed.length; length++)
    expect(openRecord(sealed.subarray(0, length)).ok).toBe(false);
  expect(openRecord(new Uint8Array([...sealed, 0])).ok).toBe(false);
});
