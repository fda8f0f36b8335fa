/** Networks that change: half of the nodes replaced every half an hour, and two halves that lose sight of each other. */
import { describe, expect, test } from "vitest";
import { DEFAULT_SCENARIO, simulateDht } from "../../src/sim/index.ts";
import { PARTITION, partitionedLookups } from "./partitioned-network.ts";

const MINUTE_MS = 60_000;

test("half of the nodes replaced every 30 minutes: lookups find, tables forget the dead, DH14", () => {
  const report = simulateDht({
    ...DEFAULT_SCENARIO,
    nodes: 50,
    minutes: 36,
    churn: { ratio: 0.5, perMs: 30 * MINUTE_MS },
    hashes: 10,
    lookups: 50,
  });
  expect(report.lookups.foundPeers / report.lookups.started).toBeGreaterThanOrEqual(0.99);
  // Small tables have nobody in reserve to put in the place of the dead: 10 % is what a thousand nodes are held to.
  expect(report.idle?.deadContactsRatio ?? 1).toBeLessThanOrEqual(0.2);
});

describe("two halves of a network that could not reach each other for 30 minutes, DH18,", () => {
  test("find each other's announces within 15 minutes after it has healed", () => {
    const { found, sought } = partitionedLookups({ ...PARTITION, nodes: 40, healedForMs: 15 * MINUTE_MS });
    expect(found).toBe(sought);
  });
});
