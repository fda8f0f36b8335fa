import { describe, expect, test } from "vitest";
import { infoHashFrom } from "../../src/core/ids.ts";
import type { AnnounceResult } from "../../src/dht/index.ts";
import { DhtWorld, type WorldNode } from "./dht-world.ts";

const MINUTE_MS = 60_000;

function aNetwork(seed: string, options: { readonly lossRatio?: number } = {}): DhtWorld {
  const dht = new DhtWorld({ seed, ...options });
  const first = dht.add();
  dht.addMany(19, [first.endpoint], 100);
  dht.world.runFor(MINUTE_MS);
  return dht;
}

/** Starts an announce and writes down when its rounds end. */
function rounds(dht: DhtWorld, by: WorldNode, label = "a") {
  const results: (AnnounceResult & { readonly atMs: number })[] = [];
  const handle = by.node.announce(infoHashFrom(dht.infoHash(label)), {
    port: 5_000,
    onEnd: (result) => void results.push({ ...result, atMs: dht.world.nowMs }),
  });
  return { results, handle };
}

const storedPeers = (dht: DhtWorld) =>
  dht.nodes.reduce((sum, node) => sum + (node.node.view().v4?.storedPeers ?? 0), 0);

describe("an announce", { timeout: 60_000 }, () => {
  test("is repeated every quarter of an hour, a tenth earlier or later", () => {
    const dht = aNetwork("interval");
    const { results } = rounds(dht, dht.nodes[4] as WorldNode);
    dht.world.runFor(3 * 60 * MINUTE_MS);
    const gaps = results.slice(1).map((it, i) => it.atMs - (results[i]?.atMs ?? 0));
    expect(gaps.length).toBeGreaterThanOrEqual(10);
    for (const gapMs of gaps) {
      expect(gapMs).toBeGreaterThan(13.4 * MINUTE_MS);
      expect(gapMs).toBeLessThan(16.6 * MINUTE_MS);
    }
    expect(new Set(gaps.map((it) => Math.round(it / 1_000))).size).toBeGreaterThan(5);
  });

  test("is stored on eight nodes, also where packets get lost", () => {
    const dht = aNetwork("lossy", { lossRatio: 0.15 });
    const { results } = rounds(dht, dht.nodes[4] as WorldNode);
    dht.world.runFor(MINUTE_MS);
    expect(storedPeers(dht)).toBe(8);
    expect(results[0]?.storedOn).toBeGreaterThanOrEqual(6);
  });

  test("ends when it is stopped: others forget it within 45 minutes", () => {
    const dht = aNetwork("stop");
    const { results, handle } = rounds(dht, dht.nodes[4] as WorldNode);
    dht.world.runFor(MINUTE_MS);
    expect(storedPeers(dht)).toBe(8);
    handle.stop();
    handle.stop();
    handle.refresh();
    dht.world.runFor(47 * MINUTE_MS);
    expect(results).toHaveLength(1);
    expect(storedPeers(dht)).toBe(0);
    expect(dht.nodes[4]?.node.view().announcedHashes).toBe(0);
  });

  test("is repeated at once when asked, but not while it runs", () => {
    const dht = aNetwork("refresh");
    const { results, handle } = rounds(dht, dht.nodes[4] as WorldNode);
    handle.refresh();
    dht.world.runFor(MINUTE_MS);
    expect(results).toHaveLength(1);
    handle.refresh();
    dht.world.runFor(MINUTE_MS);
    expect(results).toHaveLength(2);
  });

  test("that reached nobody is repeated as soon as there is somebody", () => {
    const dht = new DhtWorld({ seed: "alone" });
    const alone = dht.add();
    const { results } = rounds(dht, alone);
    dht.world.runFor(10 * MINUTE_MS);
    expect(results.length).toBeGreaterThan(3);
    expect(results.at(-1)?.lookup.outcome).toBe("no-contacts");
    dht.add({ bootstrap: [alone.endpoint] });
    dht.world.runFor(20_000);
    expect(results.at(-1)?.storedOn).toBe(1);
  });

  test("of a hundred hashes at once reaches every one of them in a network of three", () => {
    const dht = new DhtWorld({ seed: "hundred" });
    const first = dht.add();
    dht.addMany(2, [first.endpoint], 100);
    dht.world.runFor(10_000);
    const all = Array.from({ length: 100 }, (_, i) => rounds(dht, first, `hash ${i}`));
    dht.world.runFor(5 * MINUTE_MS);
    expect(all.filter(({ results }) => results[0]?.storedOn === 2)).toHaveLength(100);
    expect(first.node.view().v4?.goodContacts).toBe(2);
  });
});
