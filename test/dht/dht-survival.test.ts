import { describe, expect, test } from "vitest";
import { infoHashFrom } from "../../src/core/ids.ts";
import type { LookupResult } from "../../src/dht/index.ts";
import { DhtWorld, type WorldNode } from "./dht-world.ts";

const goodContacts = (node: WorldNode) => node.node.view().v4?.goodContacts ?? 0;
const kinds = (node: WorldNode) => node.events.map((event) => event.kind);

/** A settled network of `size` nodes. */
function aNetwork(seed: string, size: number, options: { readonly lossRatio?: number } = {}): DhtWorld {
  const dht = new DhtWorld({ seed, minRttMs: 10, maxRttMs: 310, ...options });
  const first = dht.add();
  dht.addMany(size - 1, [first.endpoint], 100);
  dht.world.runFor(120_000);
  return dht;
}

function lookUp(dht: DhtWorld, by: WorldNode, label: string): { result: LookupResult; peers: number } {
  let result: LookupResult | undefined;
  let peers = 0;
  by.node.lookupPeers(infoHashFrom(dht.infoHash(label)), {
    onPeers: (found) => {
      peers += found.length;
    },
    onEnd: (it) => {
      result = it;
    },
  });
  dht.world.runUntilTrue(() => result !== undefined, 90_000);
  return { result: result as LookupResult, peers };
}

describe("with three of ten contacts dead", { timeout: 60_000 }, () => {
  const dht = aNetwork("dead", 150);
  const hash = infoHashFrom(dht.infoHash("a"));
  (dht.nodes[0] as WorldNode).node.announce(hash, { port: 5_000 });
  dht.world.runFor(10_000);
  const dying = dht.nodes.filter((_, i) => i % 10 >= 7);
  for (const node of dying) node.stop();
  const alive = dht.nodes.filter((it) => !dying.includes(it));

  test("lookups find what is stored and end within three seconds", () => {
    let found = 0;
    for (let i = 1; i <= 20; i++) {
      const { result, peers } = lookUp(dht, alive[5 * i] as WorldNode, "a");
      if (peers > 0) found++;
      expect(result.outcome).toBe("complete");
      expect(result.elapsedMs).toBeLessThan(3_000);
      expect(result.asked).toBeLessThanOrEqual(60);
    }
    expect(found).toBe(20);
  });

  test("a lookup does not wait for the last answers of nodes that fall silent once they have answered", () => {
    let result: LookupResult | undefined;
    (alive[7] as WorldNode).node.lookupPeers(hash, {
      onStep: ({ endpoint, outcome }) => {
        if (outcome === "answered") dht.network.silentHosts.add(endpoint.host);
      },
      onEnd: (it) => {
        result = it;
      },
    });
    dht.world.runUntilTrue(() => result !== undefined, 60_000);
    dht.network.silentHosts.clear();
    expect(result?.outcome).toBe("complete");
    expect(result?.elapsedMs).toBeLessThan(3_000);
  });

  test("tables forget the dead in time and hold the living", () => {
    dht.world.runFor(30 * 60_000);
    for (const node of alive.slice(0, 20)) {
      expect(node.node.view().v4?.badContacts).toBeLessThanOrEqual(2);
      expect(goodContacts(node)).toBeGreaterThan(16);
    }
  });

  test("the announce is renewed: it is still found after an hour", () => {
    dht.world.runFor(60 * 60_000);
    expect(lookUp(dht, alive[50] as WorldNode, "a").peers).toBe(1);
  });
});

describe("with one packet in seven lost", { timeout: 60_000 }, () => {
  const dht = aNetwork("lossy", 100, { lossRatio: 0.15 });

  test("announces are found, for at most thirty queries a lookup in the median", () => {
    const asked: number[] = [];
    for (let i = 0; i < 20; i++) {
      const hash = infoHashFrom(dht.infoHash(`hash ${i}`));
      (dht.nodes[i] as WorldNode).node.announce(hash, { port: 5_000 });
      dht.world.runFor(20_000);
      const { result, peers } = lookUp(dht, dht.nodes[99 - i] as WorldNode, `hash ${i}`);
      expect(peers).toBe(1);
      asked.push(result.asked);
    }
    expect(asked.sort((a, b) => a - b)[10]).toBeLessThanOrEqual(30);
  });
});

describe("a node that starts again with its saved table", { timeout: 60_000 }, () => {
  test("finds peers within a second, without any bootstrap node, D10, DH15", () => {
    const dht = aNetwork("restart", 80);
    const hash = infoHashFrom(dht.infoHash("a"));
    (dht.nodes[3] as WorldNode).node.announce(hash, { port: 5_000 });
    dht.world.runFor(5_000);
    const node = dht.nodes[40] as WorldNode;
    const before = node.node.view().v4?.nodeId;
    const saved = node.node.exportState();
    node.stop();
    dht.world.runFor(10 * 60_000);
    const again = dht.add({ host: node.endpoint.host, saved });
    const startedAtMs = dht.world.nowMs;
    const { result } = lookUp(dht, again, "a");
    expect(result.firstPeersMs).toBeLessThan(1_000);
    expect(again.node.view().v4?.nodeId).toBe(before);
    dht.world.runUntilTrue(() => goodContacts(again) >= 20, 30_000);
    expect(dht.world.nowMs - startedAtMs).toBeLessThan(5_000);
    expect(kinds(again)).not.toContain("bootstrap-needed");
  });

  test("asks for bootstrap nodes when none of the saved contacts answers", () => {
    const dht = aNetwork("all gone", 20);
    const saved = (dht.nodes[4] as WorldNode).node.exportState();
    for (const node of dht.nodes) node.stop();
    const fresh = dht.add();
    const again = dht.add({ saved, bootstrap: [fresh.endpoint] });
    dht.world.runFor(6_000);
    expect(kinds(again)).toEqual(
      expect.arrayContaining(["bootstrap-needed", "bootstrap-answered", "joined"]),
    );
    expect(goodContacts(again)).toBe(1);
  });

  test("keeps its contacts although it starts and stops without a network", () => {
    const dht = aNetwork("offline", 40);
    const node = dht.nodes[10] as WorldNode;
    const saved = node.node.exportState();
    node.stop();
    dht.network.silentHosts.add(node.endpoint.host);
    const offline = dht.add({ host: node.endpoint.host, saved });
    dht.world.runFor(30 * 60_000);
    const savedAgain = offline.node.exportState();
    offline.stop();
    dht.network.silentHosts.clear();
    const online = dht.add({ host: node.endpoint.host, saved: savedAgain });
    dht.world.runFor(3_000);
    expect(online.node.view().state).toBe("joined");
    expect(goodContacts(online)).toBeGreaterThan(10);
  });

  test("takes the saved contacts and an id of its own where several nodes share what was saved", () => {
    const dht = aNetwork("shared", 30);
    const before = dht.nodes[4] as WorldNode;
    const saved = before.node.exportState();
    const twin = dht.add({ saved, hasFreshId: true });
    dht.world.runFor(5_000);
    expect(twin.node.view().state).toBe("joined");
    expect(twin.node.view().nodeId).not.toBe(before.node.view().nodeId);
  });

  test("is warned, not stopped, when what was saved cannot be read", () => {
    const dht = new DhtWorld({ seed: "torn" });
    const node = dht.add({ saved: new Uint8Array([1, 2, 3]) });
    dht.world.runFor(10);
    expect(node.events).toContainEqual(
      expect.objectContaining({ kind: "warning", code: "dht-state-unreadable" }),
    );
  });
});

describe("a node that knows one bootstrap node and nobody else", { timeout: 60_000 }, () => {
  test("has fifty good contacts within five seconds", () => {
    const dht = aNetwork("cold", 200);
    const newcomer = dht.add({ bootstrap: [(dht.nodes[0] as WorldNode).endpoint] });
    dht.world.runFor(5_000);
    expect(goodContacts(newcomer)).toBeGreaterThanOrEqual(50);
  });
});

describe("a node whose network goes away", { timeout: 60_000 }, () => {
  test("keeps its table, says that it is lost, and is back when the network is", () => {
    const dht = aNetwork("outage", 60);
    const node = dht.nodes[30] as WorldNode;
    const before = goodContacts(node);
    dht.network.silentHosts.add(node.endpoint.host);
    dht.world.runFor(20 * 60_000);
    expect(node.node.view().state).toBe("lost");
    dht.network.silentHosts.clear();
    dht.world.runFor(120_000);
    expect(node.node.view().state).toBe("joined");
    expect(goodContacts(node)).toBeGreaterThan(before / 2);
    expect(kinds(node).filter((kind) => kind === "joined" || kind === "lost")).toEqual([
      "joined",
      "lost",
      "joined",
    ]);
  });

  test("asks everybody anew at once when it is told that its network changed, PR11", () => {
    const dht = aNetwork("wake", 60);
    const node = dht.nodes[30] as WorldNode;
    const hash = infoHashFrom(dht.infoHash("a"));
    let rounds = 0;
    node.node.announce(hash, { port: 5_000, onEnd: () => rounds++ });
    dht.world.runFor(20_000);
    const repliesBefore = node.node.view().totals.repliesIn;
    node.node.networkChanged();
    dht.world.runFor(5_000);
    expect(node.node.view().totals.repliesIn - repliesBefore).toBeGreaterThan(goodContacts(node));
    dht.world.runFor(60_000);
    expect(rounds).toBe(2);
  });
});

describe("a node whose machine slept eight hours", { timeout: 60_000 }, () => {
  test("refreshes its table and announces again within a minute, PR11", () => {
    const dht = aNetwork("slept", 60);
    const node = dht.nodes[30] as WorldNode;
    const ends: number[] = [];
    node.node.announce(infoHashFrom(dht.infoHash("a")), {
      port: 5_000,
      onEnd: () => void ends.push(dht.world.nowMs),
    });
    dht.world.runFor(20_000);
    node.sleep(8 * 3_600_000);
    const wokeAtMs = dht.world.nowMs;
    dht.world.runFor(20_000);
    expect(goodContacts(node)).toBeGreaterThan(15);
    dht.world.runFor(60_000);
    expect(ends).toHaveLength(2);
    expect((ends[1] ?? 0) - wokeAtMs).toBeLessThan(70_000);
  });
});

describe("bootstrap nodes", { timeout: 60_000 }, () => {
  test("that do not answer are told of as silent, and tried again", () => {
    const dht = new DhtWorld({ seed: "silent" });
    const nobody = { host: "20.9.9.9", port: 6881, family: 4 } as const;
    const node = dht.add({ bootstrap: [nobody] });
    dht.world.runFor(10_000);
    expect(node.events).toContainEqual({ kind: "bootstrap-silent", endpoint: nobody });
    const late = dht.add({ host: nobody.host });
    dht.world.runFor(60_000);
    expect(node.events).toContainEqual(expect.objectContaining({ kind: "bootstrap-answered" }));
    expect(goodContacts(node)).toBe(1);
    expect(goodContacts(late)).toBe(1);
  });

  test("are asked for less and less often while there are none", () => {
    const dht = new DhtWorld({ seed: "none" });
    const node = dht.add();
    dht.world.runFor(60 * 60_000);
    const attempts = kinds(node).filter((kind) => kind === "bootstrap-needed").length;
    expect(attempts).toBeGreaterThan(10);
    expect(attempts).toBeLessThan(25);
  });
});

test("a closed node sends nothing and keeps no timer that does", { timeout: 60_000 }, () => {
  const dht = aNetwork("closed", 10);
  const node = dht.nodes[5] as WorldNode;
  node.node.announce(infoHashFrom(dht.infoHash("a")), { port: 5_000 });
  node.node.close();
  const sent = node.node.view().totals.bytesOut;
  dht.world.runFor(60 * 60_000);
  expect(node.node.view().totals.bytesOut).toBe(sent);
  expect(node.node.view().state).toBe("closed");
});
