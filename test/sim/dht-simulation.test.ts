import { describe, expect, test } from "vitest";
import {
  DEFAULT_SCENARIO,
  DHT_BASELINES,
  type DhtScenario,
  reportLines,
  simulateDht,
} from "../../src/sim/index.ts";

const run = (changes: Partial<DhtScenario>) =>
  simulateDht({ ...DEFAULT_SCENARIO, nodes: 100, minutes: 6, lookups: 60, ...changes });

describe("a simulated DHT", () => {
  const everything = {
    seed: "twice",
    nodes: 40,
    lookups: 20,
    lossRatio: 0.05,
    deadRatio: 0.2,
    liarRatio: 0.1,
    churn: { ratio: 0.2, perMs: 600_000 },
    nat: { "full-cone": 0.1, "address-restricted": 0, "port-restricted": 0.1, symmetric: 0.1 },
  };

  test("gives the same report for the same seed, byte for byte, and another for another", {
    timeout: 30_000,
  }, () => {
    const first = JSON.stringify(run(everything));
    expect(JSON.stringify(run(everything))).toBe(first);
    expect(JSON.stringify(run({ ...everything, seed: "once" }))).not.toBe(first);
  });

  test("of nodes that stay ends every lookup at the true closest, with the peers", () => {
    const { lookups, joinedAtEnd } = run({ seed: "static" });
    expect(joinedAtEnd).toBe(100);
    expect(lookups).toMatchObject({ started: 60, ended: 60, foundPeers: 60 });
    expect(lookups.endedAtClosestRatio).toBeGreaterThanOrEqual(0.97);
  });

  test("tells how an idle node does when it is watched for long enough", () => {
    const report = run({ seed: "idle", nodes: 30, lookups: 10, minutes: 40 });
    expect(report.idle?.megabytesPerDay.p50).toBeGreaterThan(0.1);
    expect(report.idle?.contacts.p50).toBeGreaterThan(8);
    expect(reportLines(report).join("\n")).toContain("MB a day");
  });

  test("has read-only nodes that keep their slow pace although newcomers wait for a place", {
    timeout: 60_000,
  }, () => {
    const idle = { seed: "read-only", lookups: 10, hashes: 2, minutes: 34, readOnlyRatio: 0.5 };
    expect(run(idle).idle?.readOnlyMegabytesPerDay.p99).toBeLessThan(2.5);
  });
});

/** Small versions of the scenarios of `bench/dht.mjs`, with the goals that a hundred nodes can show. */
describe("lookups among a hundred nodes", { timeout: 60_000 }, () => {
  test("reach the closest nodes for thirty queries where 15 % of the datagrams get lost each way", () => {
    const { lookups } = run({ seed: "loss", lossRatio: 0.15 });
    expect(lookups.closestFoundRatio).toBeGreaterThanOrEqual(0.95);
    expect(lookups.queriesSent.mean).toBeLessThanOrEqual(30);
  });

  test("reach the closest nodes although one node in five names forged ones", () => {
    const { lookups } = run({ seed: "liars", liarRatio: 0.2 });
    expect(lookups.closestFoundRatio).toBeGreaterThanOrEqual(0.95);
    expect(lookups.queriesSent.p99).toBeLessThanOrEqual(100);
  });

  test("end at the closest nodes although one node in five is replaced within half an hour", () => {
    const { lookups } = run({ seed: "churn", churn: { ratio: 0.2, perMs: 30 * 60_000 }, minutes: 9 });
    expect(lookups.closestFoundRatio).toBeGreaterThanOrEqual(0.97);
    expect(lookups.foundPeers).toBe(lookups.ended);
  });

  test("end within three seconds where every second contact is dead", () => {
    const { lookups } = run({ seed: "dead", deadRatio: 0.5 });
    expect(lookups.foundPeers).toBe(lookups.ended);
    expect(lookups.wholeLookupMs.p99).toBeLessThan(3_000);
  });

  test("take less time than with the parameters of libtorrent and bittorrent-dht", () => {
    const medianOf = (tuning: DhtScenario["tuning"]) =>
      run({ seed: "beside", deadRatio: 0.3, tuning }).lookups.wholeLookupMs.p50 ?? 0;
    const ours = medianOf({});
    expect(ours).toBeLessThan(medianOf(DHT_BASELINES["libtorrent"] ?? {}));
    expect(ours).toBeLessThan(medianOf(DHT_BASELINES["bittorrent-dht"] ?? {}));
  });
});
