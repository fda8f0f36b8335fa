import { expect, test } from "vitest";
import { toHex } from "../../src/core/bytes.ts";
import { SystemRandom } from "../../src/platform/random.ts";

test("bytes have the asked length and never repeat", () => {
  const random = new SystemRandom();
  const seen = new Set<string>();
  for (let i = 0; i < 2_000; i++) {
    const id = random.bytes(20);
    expect(id).toHaveLength(20);
    seen.add(toHex(id));
  }
  expect(seen.size).toBe(2_000);
  expect(random.bytes(0)).toHaveLength(0);
  expect(new Set(random.bytes(100_000)).size).toBe(256);
});

test("bytes handed out are not changed by later draws", () => {
  const random = new SystemRandom();
  const first = random.bytes(16);
  const before = toHex(first);
  for (let i = 0; i < 2_000; i++) random.bytes(16);
  expect(toHex(first)).toBe(before);
});

test("floats lie in [0, 1) and integers below their bound, all values reached", () => {
  const random = new SystemRandom();
  const faces = new Set<number>();
  for (let i = 0; i < 3_000; i++) {
    const float = random.float();
    expect(float >= 0 && float < 1).toBe(true);
    faces.add(random.integer(6));
    const large = random.integer(2 ** 40);
    expect(Number.isInteger(large) && large >= 0 && large < 2 ** 40).toBe(true);
  }
  expect([...faces].sort()).toEqual([0, 1, 2, 3, 4, 5]);
  expect(random.integer(1)).toBe(0);
});

test("an empty range is our own mistake and throws", () => {
  const random = new SystemRandom();
  for (const bound of [0, -1, 1.5, Number.NaN]) expect(() => random.integer(bound)).toThrow("no integer");
});
