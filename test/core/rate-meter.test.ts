/** Rates over a sliding window, by a clock that the test turns. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { RateMeter } from "../../src/core/rate-meter.ts";

describe("a rate meter", () => {
  test("reads zero before anything was counted", () => {
    const meter = new RateMeter();

    expect(meter.perSecond(1_000)).toBe(0);
    expect(meter.inWindow(1_000)).toBe(0);
    expect(meter.total).toBe(0);
  });

  test("shows a steady rate as it is", () => {
    const meter = new RateMeter(5_000);
    for (let nowMs = 7; nowMs < 20_000; nowMs += 100) meter.add(nowMs, 50);

    expect(meter.perSecond(20_000)).toBeGreaterThan(480);
    expect(meter.perSecond(20_000)).toBeLessThan(520);
    expect(meter.total).toBe(200 * 50);
  });

  test("does not take the burst of a first instant for a rate", () => {
    const meter = new RateMeter();
    meter.add(60_000, 16_384);

    expect(meter.perSecond(60_001)).toBe(16_384);
    expect(meter.perSecond(62_000)).toBe(8_192);
  });

  test("divides by its age while that is shorter than the window", () => {
    const meter = new RateMeter(10_000);
    for (let nowMs = 0; nowMs < 2_000; nowMs += 100) meter.add(nowMs, 100);

    expect(meter.perSecond(2_000)).toBe(1_000);
  });

  test("falls to zero when nothing arrives any more, however long nobody looked", () => {
    const meter = new RateMeter(5_000);
    meter.add(1_000, 10_000);

    expect(meter.perSecond(4_000)).toBeGreaterThan(0);
    expect(meter.perSecond(7_000)).toBe(0);
    expect(meter.perSecond(10_000_000)).toBe(0);
    expect(meter.total).toBe(10_000);
  });

  test("counts into the present when time runs backwards", () => {
    const meter = new RateMeter();
    meter.add(10_000, 1);
    meter.add(9_000, 1);

    expect(meter.inWindow(10_000)).toBe(2);
  });

  test("holds in its window what was counted there, within the width of one counter", () => {
    const samples = fc.array(fc.tuple(fc.nat(3_000), fc.nat(1_000)), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(samples, fc.nat(20_000), (steps, restMs) => {
        const meter = new RateMeter(4_000);
        const counted: [number, number][] = [];
        let nowMs = 0;
        for (const [stepMs, amount] of steps) {
          nowMs += stepMs;
          meter.add(nowMs, amount);
          counted.push([nowMs, amount]);
        }
        nowMs += restMs;
        const since = (windowMs: number) =>
          counted.reduce((sum, [atMs, amount]) => (atMs > nowMs - windowMs ? sum + amount : sum), 0);

        expect(meter.inWindow(nowMs)).toBeGreaterThanOrEqual(since(3_500));
        expect(meter.inWindow(nowMs)).toBeLessThanOrEqual(since(4_000));
      }),
    );
  });
});
