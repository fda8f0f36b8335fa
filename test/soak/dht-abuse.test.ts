/** Abuse of the DHT at full size (threats, section 3.2); small ones by the same names run in `npm test`. */
import { describe, expect, test } from "vitest";
import { DEFAULT_SCENARIO, simulateDht } from "../../src/sim/index.ts";
import { PARTITION, partitionedLookups } from "../dht/partitioned-network.ts";
import { shareThatFinds } from "../dht/sybil-crowd.ts";

const MINUTE_MS = 60_000;

describe("a thousand nodes and a crowd around each of ten info-hashes, DH08", () => {
  const NETWORK = { seed: "crowd", honest: 1_000, hashes: 10, lookupsPerHash: 20 };

  test.each([
    { attackers: 20, subnets: 1, least: 0.95 },
    { attackers: 20, subnets: 4, least: 0.95 },
    { attackers: 100, subnets: 32, least: 0.8 },
    { attackers: 200, subnets: 32, least: 0.8 },
    { attackers: 20, subnets: 20, fitsAddresses: true, least: 0.8 },
  ])("$attackers attackers in $subnets networks, ids that fit: $fitsAddresses", ({ least, ...crowd }) => {
    const found = shareThatFinds({ ...NETWORK, ...crowd });
    const without = shareThatFinds({ ...NETWORK, ...crowd, crowdDoubt: false });
    console.log(`${JSON.stringify(crowd)}: ${found} find the peer, ${without} without the defence`);
    expect(found).toBeGreaterThanOrEqual(least);
  });
});

test("half of a thousand nodes replaced every 30 minutes for a day, DH14", () => {
  const report = simulateDht({
    ...DEFAULT_SCENARIO,
    minutes: 24 * 60,
    churn: { ratio: 0.5, perMs: 30 * MINUTE_MS },
  });
  const { foundPeers, started } = report.lookups;
  console.log(`${foundPeers} of ${started} lookups, ${report.idle?.deadContactsRatio} of contacts are dead`);
  expect(foundPeers / started).toBeGreaterThanOrEqual(0.99);
  expect(report.idle?.deadContactsRatio ?? 1).toBeLessThanOrEqual(0.1);
});

test.each([1, 5, 15, 30, 60])(
  "a network of 200 that fell apart for 30 minutes, %i minutes after it has healed, DH18",
  (minutes) => {
    const { found, sought } = partitionedLookups({
      ...PARTITION,
      nodes: 200,
      healedForMs: minutes * MINUTE_MS,
    });
    console.log(`${minutes} minutes: ${found} of ${sought}`);
    if (minutes >= 15) expect(found).toBe(sought);
  },
);
