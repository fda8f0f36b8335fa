import { expect, test } from "vitest";
import { toHex } from "../../src/core/bytes.ts";
import { infoHashFrom } from "../../src/core/ids.ts";
import { DhtWorld, type WorldNode } from "./dht-world.ts";

test("the view of a node tells of its lookups, their times, and what it learned of the network", {
  timeout: 60_000,
}, () => {
  const dht = new DhtWorld({ seed: "view", minRttMs: 20, maxRttMs: 60 });
  const first = dht.add();
  dht.addMany(40, [first.endpoint], 100);
  dht.world.runFor(60_000);
  const seeker = dht.nodes[20] as WorldNode;
  const hash = infoHashFrom(dht.infoHash("a"));
  first.node.announce(hash, { port: 5_000 });
  dht.world.runFor(5_000);
  let isDone = false;
  seeker.node.lookupPeers(hash, { onEnd: () => (isDone = true) });
  dht.world.runUntilTrue(() => typeof seeker.node.view().lookups[0]?.firstPeersMs === "number", 1_000);
  expect(seeker.node.view().lookups[0]).toMatchObject({ targetHex: toHex(hash), purpose: "get-peers" });
  dht.world.runUntilTrue(() => isDone, 10_000);
  const view = seeker.node.view();
  expect(view.endedLookups[0]).toMatchObject({
    targetHex: toHex(hash),
    purpose: "get-peers",
    outcome: "complete",
    endedAtMs: view.nowMs,
    peersFound: 1,
  });
  expect(view.lookupTimes.firstPeersMs?.p50).toBe(view.endedLookups[0]?.firstPeersMs);
  expect(view.lookupTimes.wholeLookupMs?.p99).toBeGreaterThan(0);
  expect(view.lossRatio).toBeLessThan(0.02);
  expect(view.stallAfterMs).toBeLessThan(300);
  for (const bucket of view.v4?.buckets ?? []) {
    expect(bucket.bad).toBe(0);
    if (bucket.contacts > 0) expect(bucket.medianRttMs).toBeGreaterThanOrEqual(20);
  }
});
