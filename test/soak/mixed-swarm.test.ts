/** Larger swarms of peers that no single way reaches, and clients that have one way alone; prints how each peer was reached. */
import { expect, test } from "vitest";
import { MixedSwarm, mixedPeers } from "../session/support/mixed-swarm.ts";

const PATIENCE_MS = 3_600_000;
/** Many times what all ways together need. */
const ALONE_MS = 900_000;

test.each([11, 12, 13])("thirty peers of all kinds are all reached, seed %i", async (seed) => {
  const swarm = await MixedSwarm.open(mixedPeers(30, seed), seed);
  const isDone = await swarm.net.runUntil(() => swarm.progressRatio === 1, PATIENCE_MS);
  const seconds = Math.round(swarm.net.world.nowMs / 1_000);
  console.log(`${swarm.report().join("\n")}\n${100 * swarm.progressRatio} % after ${seconds} s`);
  expect(swarm.report().filter((line) => line.endsWith("not reached"))).toEqual([]);
  expect(isDone).toBe(true);
});

test.each([
  ["TCP", { transport: "tcp" }],
  ["uTP", { transport: "utp" }],
  ["plaintext", { encryption: "off" }],
] as const)("over %s alone ten of them are not", async (_way, options) => {
  const swarm = await MixedSwarm.open(mixedPeers(10, 5), 5, options);
  await swarm.net.runFor(ALONE_MS);
  console.log(`${swarm.report().join("\n")}\n${100 * swarm.progressRatio} %`);
  expect(swarm.progressRatio).toBeGreaterThan(0);
  expect(swarm.progressRatio).toBeLessThan(1);
});
