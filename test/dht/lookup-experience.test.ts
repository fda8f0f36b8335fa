import { describe, expect, test } from "vitest";
import { endpoint } from "../../src/core/endpoint.ts";
import { nodeIdFrom } from "../../src/core/ids.ts";
import { AnnounceCache } from "../../src/dht/announce-cache.ts";
import { LossEstimate } from "../../src/dht/loss-estimate.ts";
import { NewFlowBudget } from "../../src/dht/new-flow-budget.ts";
import { UnreachableCache } from "../../src/dht/unreachable-cache.ts";
import { SeededRandom } from "../../src/sim/index.ts";

const MINUTE_MS = 60_000;
const hostOf = (i: number) => endpoint(`20.0.${i >> 8}.${i & 255}`, 6881);

describe("the estimate of losses", () => {
  const triesAt = (lossRatio: number): number => {
    const random = new SeededRandom(`loss ${lossRatio}`);
    const loss = new LossEstimate();
    for (let i = 0; i < 1_000; i++) {
      let lost = 0;
      while (random.float() < lossRatio) lost++;
      loss.answeredAfter(lost);
    }
    expect(loss.ratio).toBeCloseTo(lossRatio, 1);
    return loss.worthwhileTries;
  };

  test("finds one query enough where nothing is lost, and several where much is", () => {
    expect([0, 0.05, 0.28, 0.5].map(triesAt)).toEqual([1, 2, 4, 5]);
  });

  test("expects a second query to be worth it until it knows better", () => {
    expect(new LossEstimate().worthwhileTries).toBe(2);
  });
});

describe("the cache of unreachable addresses", () => {
  test("remembers five minutes for each failure, and less after an answer", () => {
    const cache = new UnreachableCache();
    const address = hostOf(1);
    expect(cache.has(address, 0)).toBe(false);
    cache.failed(address, 0);
    cache.failed(address, 0);
    expect(cache.has(address, 9 * MINUTE_MS)).toBe(true);
    expect(cache.has(address, 10 * MINUTE_MS)).toBe(false);
    expect(cache.has(endpoint(address.host, 6882), 0)).toBe(false);
    cache.answered(address);
    expect(cache.has(address, 0)).toBe(true);
    cache.answered(address);
    expect(cache.has(address, 0)).toBe(false);
  });

  test("tells IPv6 addresses apart", () => {
    const cache = new UnreachableCache();
    cache.failed(endpoint("2a00::1", 1), 0);
    expect(cache.has(endpoint("2a00::1", 1), 1)).toBe(true);
    expect(cache.has(endpoint("2a00::2", 1), 1)).toBe(false);
  });
});

test("the cache of endings answers for half an hour, by target and family", () => {
  const cache = new AnnounceCache();
  const target = new Uint8Array(20).fill(7);
  const nodes = [{ id: nodeIdFrom(target), endpoint: hostOf(1) }];
  cache.endedAt(target, 4, nodes, 0);
  expect(cache.nodesNear(target, 4, 29 * MINUTE_MS)).toEqual(nodes);
  expect(cache.nodesNear(target, 4, 30 * MINUTE_MS)).toEqual([]);
  expect(cache.nodesNear(target, 6, 0)).toEqual([]);
  expect(cache.nodesNear(new Uint8Array(20), 4, 0)).toEqual([]);
});

describe("the budget of new flows", () => {
  test("lets a minute's worth of strangers through at once, then as many as time brings", () => {
    const budget = new NewFlowBudget(60);
    const admitted = (from: number, count: number, nowMs: number) =>
      Array.from({ length: count }, (_, i) => budget.admits(hostOf(from + i), nowMs)).filter(Boolean).length;
    expect(admitted(0, 100, 1_000)).toBe(60);
    expect(admitted(200, 100, 11_000)).toBe(10);
  });

  test("never stands in the way of those that were asked lately", () => {
    const budget = new NewFlowBudget(1);
    expect(budget.admits(hostOf(1), 1_000)).toBe(true);
    expect(budget.admits(hostOf(2), 1_000)).toBe(false);
    expect(budget.admits(hostOf(1), 61_500)).toBe(true);
  });
});
