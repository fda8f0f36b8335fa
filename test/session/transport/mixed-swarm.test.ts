/**
 * Peers that no single way reaches, and a client that has them all. Each has pieces that nobody else gives, so one peer of each kind shows that no
 * single transport would do; larger swarms, and clients with one transport alone, run as a soak.
 */
import { expect, test } from "vitest";
import { MixedSwarm, mixedPeers } from "../support/mixed-swarm.ts";

const SEED = 5;
const PEERS = mixedPeers(10, SEED);
const PATIENCE_MS = 900_000;

test("a torrent spread over peers behind translators, over uTP and behind encryption is completed", async () => {
  const swarm = await MixedSwarm.open(PEERS, SEED);
  const isDone = await swarm.net.runUntil(() => swarm.progressRatio === 1, PATIENCE_MS);
  const report = swarm.report();
  expect(report.filter((line) => line.endsWith("not reached"))).toEqual([]);
  expect(isDone).toBe(true);
  expect(report.join("\n")).toMatch(/port-restricted translator, utp only\): uTP, /);
  expect(report.join("\n")).toMatch(/symmetric translator.*\): uTP, through a punched hole, /);
  expect(report.join("\n")).toMatch(/tcp only.*\): TCP, /);
});
