import { describe, expect, test } from "vitest";
import { toHex } from "../../src/core/bytes.ts";
import { endpoint, formatEndpoint } from "../../src/core/endpoint.ts";
import { infoHashFrom, type NodeId, nodeIdFrom } from "../../src/core/ids.ts";
import { type CrawlParts, type CrawlResult, type NamedNode, startCrawl } from "../../src/dht/index.ts";
import { DhtWorld } from "./dht-world.ts";

describe("a crawl, BEP 51,", () => {
  test("waits for no dead node longer than two seconds", () => {
    const dht = new DhtWorld({ seed: 153 });
    const first = dht.add();
    const nodes = [first, ...dht.addMany(79, [first.endpoint], 100)];
    const crawler = dht.add({ bootstrap: [first.endpoint], readOnly: true });
    dht.world.runFor(60_000);
    for (const node of nodes.slice(40)) node.stop();
    let result: CrawlResult | undefined;
    startCrawl(
      { node: crawler.node, clock: dht.world.clock, random: dht.world.random.fork("crawl") },
      { from: crawler.node.contactsOf(4), maxNodes: 1_000, onEnd: (it) => (result = it) },
    );
    expect(dht.world.runUntilTrue(() => result !== undefined, 60_000)).toBe(true);
    const { outcome, asked, answered, elapsedMs } = result as unknown as CrawlResult;
    expect(outcome).toBe("complete");
    expect(asked - answered).toBeGreaterThan(20);
    expect(elapsedMs).toBeLessThan(5_000);
  });

  test("asks each of 150 nodes once and finds 95 % of their hashes within a minute", {
    timeout: 60_000,
  }, () => {
    const dht = new DhtWorld({ seed: 151 });
    const first = dht.add();
    const nodes = [first, ...dht.addMany(149, [first.endpoint], 100)];
    dht.world.runFor(60_000);
    const hashes = Array.from({ length: 100 }, (_, i) => infoHashFrom(dht.infoHash(`torrent ${i}`)));
    hashes.forEach((hash, i) => void nodes[i]?.node.announce(hash, { port: 5_000 }));
    dht.world.runFor(60_000);
    const crawler = dht.add({
      bootstrap: [first.endpoint],
      readOnly: true,
      limits: "on",
      tuning: { newFlowsPerMinute: 0 },
    });
    dht.world.runFor(5_000);
    const asked: string[] = [];
    const node: CrawlParts["node"] = {
      sampleInfohashes: (to, target, onResult) => {
        asked.push(formatEndpoint(to));
        crawler.node.sampleInfohashes(to, target, onResult);
      },
    };
    const found: string[] = [];
    let result: CrawlResult | undefined;
    startCrawl(
      { node, clock: dht.world.clock, random: dht.world.random.fork("crawl") },
      {
        from: crawler.node.contactsOf(4),
        maxNodes: 1_000,
        onHashes: (fresh) => found.push(...fresh.map(toHex)),
        onEnd: (it) => (result = it),
      },
    );
    expect(dht.world.runUntilTrue(() => result !== undefined, 60_000)).toBe(true);
    expect(new Set(asked).size).toBe(asked.length);
    expect(asked.length).toBeGreaterThanOrEqual(0.95 * nodes.length);
    expect(result).toMatchObject({ outcome: "complete", asked: asked.length, hashes: found.length });
    expect(found.filter((hash) => hashes.map(toHex).includes(hash)).length).toBeGreaterThanOrEqual(95);
  });

  /** A node that names ten nodes nobody has heard of, each time. */
  function aLiar(dht: DhtWorld): { readonly parts: CrawlParts; readonly from: readonly NamedNode[] } {
    const { clock } = dht.world;
    let names = 0;
    const invent = (): NamedNode => ({
      id: nodeIdFrom(dht.random.bytes(20)),
      endpoint: endpoint(`30.${names >> 16}.${(names >> 8) & 255}.${names++ & 255}`, 6_881),
    });
    const answer = () => ({
      ok: true as const,
      id: nodeIdFrom(dht.random.bytes(20)) satisfies NodeId,
      samples: undefined,
      total: 0,
      intervalSeconds: 0,
      nodes: Array.from({ length: 10 }, invent),
    });
    const node: CrawlParts["node"] = {
      sampleInfohashes: (_to, _target, onResult) => void clock.setTimer(100, () => onResult(answer())),
    };
    return { parts: { node, clock, random: dht.random.fork("crawl") }, from: [invent()] };
  }

  test("ends at its bound where liars name ever more nodes, and when it is cancelled", () => {
    const dht = new DhtWorld({ seed: 152 });
    const { parts, from } = aLiar(dht);
    const results: CrawlResult[] = [];
    startCrawl(parts, { from, maxNodes: 500, onEnd: (it) => results.push(it) });
    dht.world.runFor(60_000);
    expect(results).toMatchObject([{ outcome: "limit", asked: 500, answered: 500, sampled: 0, hashes: 0 }]);
    startCrawl(parts, { from, maxNodes: 1_000_000, onEnd: (it) => results.push(it) }).cancel();
    dht.world.runFor(60_000);
    expect(results.slice(1)).toMatchObject([{ outcome: "cancelled" }]);
  });
});
