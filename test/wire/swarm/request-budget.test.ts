import fc from "fast-check";
import { expect, test } from "vitest";
import { fairLimit } from "../../../src/wire/swarm/request-budget.ts";

test("queues that fit together are not limited", () => {
  expect(fairLimit([500, 2, 30], 532)).toBe(Number.POSITIVE_INFINITY);
  expect(fairLimit([], 0)).toBe(Number.POSITIVE_INFINITY);
});

test("a fast peer among slow ones gets what they leave", () => {
  expect(fairLimit([2, 500, 2, 2], 306)).toBe(300);
});

test("equals share equally, down to one request", () => {
  expect(
    fairLimit(
      Array.from({ length: 100 }, () => 225),
      2_304,
    ),
  ).toBe(23);
  expect(fairLimit([9, 9, 9], 2)).toBe(1);
});

test("however deep the queues are, nearly all of the memory is used and not more", () => {
  const depths = fc.array(fc.integer({ min: 1, max: 500 }), { minLength: 1, maxLength: 50 });
  fc.assert(
    fc.property(depths, fc.integer({ min: 50, max: 5_000 }), (wanted, capacity) => {
      const limit = fairLimit([...wanted], capacity);
      const used = wanted.reduce((sum, depth) => sum + Math.min(depth, limit), 0);
      expect(used).toBeLessThanOrEqual(capacity);
      if (limit !== Number.POSITIVE_INFINITY) expect(used).toBeGreaterThan(capacity - wanted.length);
    }),
  );
});
