import { describe, expect, test } from "vitest";
import { fromHex, toHex } from "../../src/core/bytes.ts";
import { compareDistance } from "../../src/core/distance.ts";
import { endpoint, formatEndpoint } from "../../src/core/endpoint.ts";
import { type InfoHash, infoHashFrom } from "../../src/core/ids.ts";
import type { AnnounceResult, LookupResult } from "../../src/dht/index.ts";
import { DhtWorld, type WorldNode } from "./dht-world.ts";

/** Announces and answers how the first round ended. */
function announce(dht: DhtWorld, by: WorldNode, hash: InfoHash, port = 5_000): AnnounceResult {
  let result: AnnounceResult | undefined;
  by.node.announce(hash, { port, onEnd: (it) => (result ??= it) });
  if (!dht.world.runUntilTrue(() => result !== undefined, 90_000))
    throw new Error("the announce never ended");
  return result as AnnounceResult;
}

interface Found {
  readonly result: LookupResult;
  readonly peers: string[];
}

function lookUp(dht: DhtWorld, by: WorldNode, hash: InfoHash): Found {
  const peers: string[] = [];
  let result: LookupResult | undefined;
  by.node.lookupPeers(hash, {
    onPeers: (found) => void peers.push(...found.map(formatEndpoint)),
    onEnd: (it) => {
      result = it;
    },
  });
  if (!dht.world.runUntilTrue(() => result !== undefined, 90_000)) throw new Error("the lookup never ended");
  return { result: result as LookupResult, peers };
}

const hashOf = (dht: DhtWorld, label: string) => infoHashFrom(dht.infoHash(label));
const peerOf = (node: WorldNode, port = 5_000) => `${node.endpoint.host}:${port}`;
const goodContacts = (node: WorldNode) => node.node.view().v4?.goodContacts ?? 0;

/** Hex ids of the k running nodes that are nearest to `target`. */
function trueClosest(nodes: readonly WorldNode[], target: Uint8Array, except: WorldNode): string[] {
  return nodes
    .filter((it) => it !== except)
    .map((it) => fromHex(it.node.view().v4?.nodeId ?? "") as Uint8Array)
    .sort((a, b) => compareDistance(target, a, b))
    .slice(0, 8)
    .map(toHex);
}

describe("a network of one node", { timeout: 60_000 }, () => {
  test("ends its lookups, with nothing found", () => {
    const dht = new DhtWorld({ seed: 1 });
    const only = dht.add();
    const { result, peers } = lookUp(dht, only, hashOf(dht, "a"));
    expect([result.outcome, result.asked, peers.length]).toEqual(["no-contacts", 0, 0]);
  });

  test("announces, and names itself to whoever asks", () => {
    const dht = new DhtWorld({ seed: 1 });
    const only = dht.add();
    const hash = hashOf(dht, "a");
    expect(announce(dht, only, hash).storedOn).toBe(0);
    const late = dht.add({ bootstrap: [only.endpoint] });
    expect(lookUp(dht, late, hash).peers).toEqual([peerOf(only)]);
  });

  test("that bootstraps from itself knows nobody, and does not mind", () => {
    const dht = new DhtWorld({ seed: 1 });
    const host = dht.newHost();
    const only = dht.add({ host, bootstrap: [endpoint(host, 6881)] });
    dht.world.runFor(60_000);
    expect(goodContacts(only)).toBe(0);
    expect(lookUp(dht, only, hashOf(dht, "a")).result.outcome).toBe("no-contacts");
  });
});

describe.each([2, 3])("a network of %i nodes", (size) => {
  test("knows all of its nodes", () => {
    const dht = new DhtWorld({ seed: size });
    const first = dht.add();
    dht.addMany(size - 1, [first.endpoint], 50);
    dht.world.runFor(5_000);
    expect(dht.nodes.map(goodContacts)).toEqual(dht.nodes.map(() => size - 1));
    expect(dht.nodes.map((it) => it.node.view().state)).toEqual(dht.nodes.map(() => "joined"));
  });

  test("finds from every node what any node announced", () => {
    const dht = new DhtWorld({ seed: size });
    const first = dht.add();
    dht.addMany(size - 1, [first.endpoint], 50);
    dht.world.runFor(5_000);
    dht.nodes.forEach((announcer, i) => {
      const hash = hashOf(dht, `hash ${i}`);
      expect(announce(dht, announcer, hash).storedOn).toBe(size - 1);
      for (const seeker of dht.nodes) {
        if (seeker !== announcer) expect(lookUp(dht, seeker, hash).peers).toContain(peerOf(announcer));
      }
    });
  });

  test("finds what was announced before anybody had joined", () => {
    const dht = new DhtWorld({ seed: size });
    const first = dht.add();
    const hash = hashOf(dht, "early");
    const others = Array.from({ length: size - 1 }, () => dht.add({ bootstrap: [first.endpoint] }));
    const announcer = others[0] as WorldNode;
    announcer.node.announce(hash, { port: 5_000 });
    dht.world.runFor(5_000);
    expect(lookUp(dht, first, hash).peers).toContain(peerOf(announcer));
  });
});

describe("a network of 200 nodes that knew one", { timeout: 60_000 }, () => {
  const dht = new DhtWorld({ seed: "two hundred", minRttMs: 10, maxRttMs: 310 });
  const first = dht.add();
  dht.addMany(199, [first.endpoint], 100);
  dht.world.runFor(180_000);

  test("has joined, every node knowing dozens", () => {
    expect(dht.nodes.filter((it) => it.node.view().state !== "joined")).toEqual([]);
    expect(Math.min(...dht.nodes.map(goodContacts))).toBeGreaterThan(20);
  });

  test("finds each announce from anywhere, in a second, and ends at the eight closest", () => {
    let exact = 0;
    for (let i = 0; i < 25; i++) {
      const announcer = dht.nodes[dht.random.integer(200)] as WorldNode;
      const seeker = dht.nodes[dht.random.integer(200)] as WorldNode;
      const hash = hashOf(dht, `hash ${i}`);
      // One more where an answer came so late that the next node was asked already.
      expect(announce(dht, announcer, hash).storedOn).toBeGreaterThanOrEqual(8);
      const { result, peers } = lookUp(dht, seeker, hash);
      if (seeker !== announcer) expect(peers).toEqual([peerOf(announcer)]);
      expect(result.elapsedMs).toBeLessThan(2_000);
      const found = result.closest.map((it) => toHex(it.id));
      if (found.join() === trueClosest(dht.nodes, hash, seeker).join()) exact++;
    }
    expect(exact).toBeGreaterThanOrEqual(24);
  });

  test("lets a newcomer find peers within a second of its start", () => {
    const hash = hashOf(dht, "for a newcomer");
    announce(dht, first, hash);
    const newcomer = dht.add({ bootstrap: [first.endpoint] });
    const startedAtMs = dht.world.nowMs;
    let firstPeersAtMs = 0;
    newcomer.node.lookupPeers(hash, { onPeers: () => (firstPeersAtMs ||= dht.world.nowMs) });
    dht.world.runUntilTrue(() => firstPeersAtMs > 0, 30_000);
    expect(firstPeersAtMs - startedAtMs).toBeLessThan(1_500);
  });

  test("gives a newcomer fifty good contacts within five seconds", () => {
    const newcomer = dht.add({ bootstrap: [first.endpoint] });
    dht.world.runFor(5_000);
    expect(goodContacts(newcomer)).toBeGreaterThanOrEqual(40);
  });
});

describe("a simulated network", { timeout: 60_000 }, () => {
  test("is the same again with the same seed, packet for packet", () => {
    const run = () => {
      const dht = new DhtWorld({ seed: "again", lossRatio: 0.1 });
      const first = dht.add();
      dht.addMany(30, [first.endpoint], 100);
      announce(dht, first, hashOf(dht, "a"));
      dht.world.runFor(60_000);
      const views = dht.nodes.map((it) => it.node.view());
      return JSON.stringify([dht.network.packetsSent, dht.network.bytesSent, dht.world.eventsRun, views]);
    };
    expect(run()).toBe(run());
  });
});
