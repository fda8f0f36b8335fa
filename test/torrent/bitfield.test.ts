import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Bitfield } from "../../src/torrent/bitfield.ts";

describe("a bitfield", () => {
  test("has the first piece in the highest bit of the first byte (BEP 3)", () => {
    const field = new Bitfield(10);
    field.set(0);
    field.set(9);
    expect([...field.bytes]).toEqual([0x80, 0x40]);
  });

  test("counts its bits and tells whether a change was one", () => {
    const field = new Bitfield(3);
    expect([field.set(1), field.set(1), field.clear(0), field.clear(1), field.count]).toEqual([
      true,
      false,
      false,
      true,
      0,
    ]);
  });

  test("is full without spare bits set", () => {
    const field = new Bitfield(10);
    field.setAll();
    expect([[...field.bytes], field.count, field.isFull]).toEqual([[0xff, 0xc0], 10, true]);
    expect(Bitfield.fromBytes(field.bytes, 10)?.isFull).toBe(true);
  });

  test("PA11: of a wrong size or with a spare bit set is none", () => {
    expect(Bitfield.fromBytes(new Uint8Array(1), 10)).toBeUndefined();
    expect(Bitfield.fromBytes(new Uint8Array(3), 10)).toBeUndefined();
    expect(Bitfield.fromBytes(Uint8Array.of(0, 0x20), 10)).toBeUndefined();
    expect(Bitfield.fromBytes(Uint8Array.of(0, 0x40), 10)?.count).toBe(1);
    expect(Bitfield.fromBytes(Uint8Array.of(0xff), 8)?.count).toBe(8);
  });

  test("behaves like a set of numbers, also as a copy", () => {
    const steps = fc.array(fc.tuple(fc.boolean(), fc.nat({ max: 99 })), { maxLength: 60 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 100 }), steps, (length, list) => {
        const field = new Bitfield(length);
        const set = new Set<number>();
        for (const [isSet, value] of list) {
          const piece = value % length;
          if (isSet) expect(field.set(piece)).toBe(!set.has(piece));
          else expect(field.clear(piece)).toBe(set.has(piece));
          if (isSet) set.add(piece);
          else set.delete(piece);
        }
        const copy = field.clone();
        const read = Bitfield.fromBytes(field.bytes, length);
        field.setAll();
        for (const each of [copy, read]) {
          expect([each?.count, each?.isFull]).toEqual([set.size, set.size === length]);
          expect(Array.from({ length }, (_, i) => i).filter((i) => each?.has(i))).toEqual(
            [...set].sort((a, b) => a - b),
          );
        }
      }),
    );
  });
});
