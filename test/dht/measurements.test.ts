import { describe, expect, test } from "vitest";
import { compareDistance } from "../../src/core/distance.ts";
import { SizeEstimate } from "../../src/dht/size-estimate.ts";
import { StallTimes } from "../../src/dht/stall-times.ts";
import { TrafficMeter } from "../../src/dht/traffic-meter.ts";
import { SeededRandom } from "../../src/sim/index.ts";

describe("the time after which a query stalls", { timeout: 60_000 }, () => {
  test("is a second before anything is known", () => {
    const times = new StallTimes();
    expect(times.stallAfterMs).toBe(1_000);
    expect(times.medianMs).toBeUndefined();
  });

  test("is a little more than nearly all answers took", () => {
    const times = new StallTimes();
    for (let i = 0; i < 200; i++) times.add(10 + ((i * 37) % 300));
    expect(times.stallAfterMs).toBeGreaterThanOrEqual(310);
    expect(times.stallAfterMs).toBeLessThanOrEqual(400);
    expect(times.medianMs).toBeGreaterThan(120);
    expect(times.medianMs).toBeLessThan(200);
  });

  test("is never under 200 ms nor over a second", () => {
    const [near, far] = [new StallTimes(), new StallTimes()];
    for (let i = 0; i < 50; i++) {
      near.add(0);
      far.add(14_000);
    }
    expect([near.stallAfterMs, far.stallAfterMs]).toEqual([200, 1_000]);
  });

  test("follows a network that became slower", () => {
    const times = new StallTimes();
    for (let i = 0; i < 1_000; i++) times.add(20);
    const beforeMs = times.stallAfterMs;
    for (let i = 0; i < 600; i++) times.add(600);
    expect(times.stallAfterMs).toBeGreaterThan(beforeMs);
    expect(times.stallAfterMs).toBeGreaterThanOrEqual(600);
  });
});

describe("the estimate of the network's size", { timeout: 60_000 }, () => {
  test("is within a quarter after two dozen lookups", () => {
    for (const size of [50, 1_000, 10_000]) {
      const random = new SeededRandom(`size ${size}`);
      const ids = Array.from({ length: size }, () => random.bytes(20));
      const estimate = new SizeEstimate();
      for (let i = 0; i < 24; i++) {
        const target = random.bytes(20);
        estimate.add(target, [...ids].sort((a, b) => compareDistance(target, a, b)).slice(0, 8));
      }
      expect((estimate.nodes ?? 0) / size).toBeGreaterThan(0.75);
      expect((estimate.nodes ?? 0) / size).toBeLessThan(1.25);
    }
  });

  test("does not exist before a lookup has found somebody", () => {
    const estimate = new SizeEstimate();
    estimate.add(new Uint8Array(20), []);
    estimate.add(new Uint8Array(20), [new Uint8Array(20)]);
    expect(estimate.nodes).toBeUndefined();
  });
});

describe("the traffic meter", { timeout: 60_000 }, () => {
  test("gives the answered share of the last hundred queries", () => {
    const meter = new TrafficMeter(0);
    expect(meter.answeredRatio()).toBeNull();
    for (let i = 0; i < 300; i++) meter.noteOutcome(false);
    for (let i = 0; i < 75; i++) meter.noteOutcome(true);
    expect(meter.answeredRatio()).toBe(0.75);
  });

  test("averages over the last seconds, not since the start", () => {
    const meter = new TrafficMeter(0);
    for (let nowMs = 0; nowMs <= 60_000; nowMs += 1_000) {
      if (nowMs < 30_000) meter.totals.queriesIn += 100;
      else meter.totals.queriesIn += 10;
      const { queriesInPerSecond } = meter.rates(nowMs);
      if (nowMs > 15_000 && nowMs < 30_000) expect(queriesInPerSecond).toBeCloseTo(100, -1);
      if (nowMs > 45_000) expect(queriesInPerSecond).toBeCloseTo(10, 0);
    }
  });
});
