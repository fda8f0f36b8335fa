/** Token buckets, by a clock that the test turns. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { TokenBucket } from "../../src/core/token-bucket.ts";

describe("a token bucket", () => {
  test("is full at first and holds a quarter of a second", () => {
    const bucket = new TokenBucket(1_000);

    expect(bucket.available(0)).toBe(250);
    expect(bucket.available(100_000)).toBe(250);
  });

  test("gives nothing while it is in debt, and says how long that lasts", () => {
    const bucket = new TokenBucket(1_000);
    bucket.charge(0, 1_250);

    expect(bucket.available(0)).toBe(0);
    expect(bucket.waitMs(0)).toBe(1_001);
    expect(bucket.available(1_000)).toBe(0);
    expect(bucket.available(1_001)).toBe(1);
    expect(bucket.waitMs(1_001)).toBe(0);
  });

  test("waits for no more than it can hold", () => {
    const bucket = new TokenBucket(1_000);
    bucket.charge(0, 250);

    expect(bucket.waitMs(0, 1_000_000)).toBe(250);
  });

  test("takes an amount whole or not at all", () => {
    const bucket = new TokenBucket(1_000);

    expect(bucket.tryTake(0, 251)).toBe(false);
    expect(bucket.tryTake(0, 250)).toBe(true);
    expect(bucket.tryTake(0, 1)).toBe(false);
  });

  test("without a limit always gives and never waits", () => {
    const bucket = new TokenBucket(null);
    bucket.charge(0, 1e12);

    expect(bucket.available(0)).toBe(Number.POSITIVE_INFINITY);
    expect(bucket.waitMs(0, 1e12)).toBe(0);
    expect(bucket.ratePerSecond).toBeNull();
  });

  test("at rate 0 gives its last token and then nothing ever", () => {
    const bucket = new TokenBucket(0);
    bucket.charge(0, 1);

    expect(bucket.available(1e9)).toBe(0);
    expect(bucket.waitMs(1e9)).toBe(Number.POSITIVE_INFINITY);
  });

  test("keeps a debt as the same waiting time when the rate changes", () => {
    const bucket = new TokenBucket(1_000);
    bucket.charge(0, 2_250);
    const waitMs = bucket.waitMs(0);

    bucket.setRate(10_000, 0);

    expect(bucket.waitMs(0)).toBeGreaterThan(0.95 * waitMs);
    expect(bucket.waitMs(0)).toBeLessThanOrEqual(waitMs);
  });

  test("forgets its debt when the limit is lifted", () => {
    const bucket = new TokenBucket(1_000);
    bucket.charge(0, 1e9);
    bucket.setRate(null, 0);
    bucket.setRate(1_000, 10);

    expect(bucket.available(10)).toBe(250);
  });

  test("refuses a rate that is none", () => {
    expect(() => new TokenBucket(-1)).toThrow(RangeError);
    expect(() => new TokenBucket(Number.NaN)).toThrow(RangeError);
    expect(() => new TokenBucket(Number.POSITIVE_INFINITY)).toThrow(RangeError);
  });

  test("lets through what its rate allows, whatever the sizes of the charges", () => {
    const charges = fc.array(fc.integer({ min: 1, max: 70_000 }), { minLength: 200, maxLength: 400 });
    fc.assert(
      fc.property(charges, fc.integer({ min: 20_000, max: 5_000_000 }), (sizes, rate) => {
        const bucket = new TokenBucket(rate);
        let nowMs = 0;
        let total = 0;
        for (const size of sizes) {
          nowMs += bucket.waitMs(nowMs);
          bucket.charge(nowMs, size);
          total += size;
        }
        nowMs += bucket.waitMs(nowMs);
        const allowed = rate * 0.25 + (rate * nowMs) / 1_000;

        expect(total).toBeLessThanOrEqual(allowed + 1);
        // A wait is rounded up to a whole millisecond.
        expect(total).toBeGreaterThanOrEqual(allowed - (rate / 1_000) * (sizes.length + 1) - rate * 0.25);
      }),
    );
  });

  test("is exact to five percent over ten seconds of reads of 64 KiB", () => {
    const rate = 1_000_000;
    const bucket = new TokenBucket(rate);
    let read = 0;
    for (let nowMs = 0; nowMs < 10_000; nowMs += 10) {
      while (bucket.available(nowMs) > 0) {
        bucket.charge(nowMs, 65_536);
        read += 65_536;
      }
    }

    expect(Math.abs(read - 10 * rate)).toBeLessThan(0.05 * 10 * rate);
  });
});
