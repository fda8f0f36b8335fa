import { describe, expect, test } from "vitest";
import { formatEndpoint } from "../../src/core/endpoint.ts";
import { infoHashFrom } from "../../src/core/ids.ts";
import { decodeState } from "../../src/dht/dht-state.ts";
import { DhtWorld, type WorldNode } from "./dht-world.ts";

const host6 = (i: number) => `2001:${(0x400 + i).toString(16)}::${i + 1}`;

function peersOf(dht: DhtWorld, by: WorldNode, label: string): string[] {
  const peers: string[] = [];
  let isDone = false;
  by.node.lookupPeers(infoHashFrom(dht.infoHash(label)), {
    onPeers: (found) => void peers.push(...found.map(formatEndpoint)),
    onEnd: () => {
      isDone = true;
    },
  });
  dht.world.runUntilTrue(() => isDone, 90_000);
  return peers.sort();
}

/** `count` nodes of both families: five know both addresses of the first, the others only its IPv4 address. */
function aDualNetwork(seed: string, count: number): DhtWorld {
  const dht = new DhtWorld({ seed });
  const first = dht.add({ host: dht.newHost(), host6: host6(0) });
  for (let i = 1; i < count; i++) {
    const known = [first.endpoint, ...(i <= 5 && first.endpoint6 !== undefined ? [first.endpoint6] : [])];
    dht.add({ host: dht.newHost(), host6: host6(i), bootstrap: known });
    dht.world.runFor(100);
  }
  dht.world.runFor(60_000);
  return dht;
}

describe("an IPv6-only network, BEP 32", () => {
  test("joins, announces and finds", () => {
    const dht = new DhtWorld({ seed: "six" });
    const first = dht.add({ host6: host6(0) });
    for (let i = 1; i < 30; i++) {
      dht.add({ host6: host6(i), bootstrap: [first.endpoint] });
      dht.world.runFor(100);
    }
    dht.world.runFor(60_000);
    const view = first.node.view();
    expect(view.state).toBe("joined");
    expect(view.v4).toBeNull();
    expect(view.v6?.goodContacts).toBeGreaterThan(8);
    const announcer = dht.nodes[7] as WorldNode;
    announcer.node.announce(infoHashFrom(dht.infoHash("a")), { port: 5_000 });
    dht.world.runFor(10_000);
    expect(peersOf(dht, dht.nodes[20] as WorldNode, "a")).toEqual([`[${host6(7)}]:5000`]);
  });
});

describe("a network of two families, BEP 32", () => {
  const dht = aDualNetwork("dual", 30);

  test("fills the IPv6 tables of those that were given only an IPv4 address", () => {
    for (const node of dht.nodes) {
      expect(node.node.view().v4?.goodContacts).toBeGreaterThan(8);
      expect(node.node.view().v6?.goodContacts).toBeGreaterThan(8);
    }
  });

  test("announces in both, and each family hears only of its own peers", () => {
    const announcer = dht.nodes[3] as WorldNode;
    announcer.node.announce(infoHashFrom(dht.infoHash("a")), { port: 5_000 });
    dht.world.runFor(20_000);
    const both = [`${announcer.endpoint.host}:5000`, `[${host6(3)}]:5000`].sort();
    expect(peersOf(dht, dht.nodes[25] as WorldNode, "a")).toEqual(both);
    const onlyFour = dht.add({ bootstrap: [(dht.nodes[0] as WorldNode).endpoint] });
    expect(peersOf(dht, onlyFour, "a")).toEqual([`${announcer.endpoint.host}:5000`]);
  });
});

describe("a read-only node, BEP 43", () => {
  const dht = new DhtWorld({ seed: "read-only" });
  const first = dht.add();
  dht.addMany(20, [first.endpoint], 100);
  const reader = dht.add({ readOnly: true, bootstrap: [first.endpoint] });
  dht.world.runFor(20 * 60_000);

  test("is in nobody's table or reserve", () => {
    for (const node of dht.nodes) {
      const state = decodeState(node.node.exportState());
      const known = state.ok ? state.value[4].contacts.map((it) => it.endpoint.host) : [];
      expect(known).not.toContain(reader.endpoint.host);
      if (node !== reader) expect(known.length).toBeGreaterThan(10);
    }
    expect(reader.node.view().totals.repliesOut).toBe(0);
  });

  test("joins, finds and announces all the same", () => {
    expect(reader.node.view().v4?.goodContacts).toBeGreaterThan(10);
    reader.node.announce(infoHashFrom(dht.infoHash("a")), { port: 5_000 });
    dht.world.runFor(10_000);
    expect(peersOf(dht, dht.nodes[5] as WorldNode, "a")).toEqual([`${reader.endpoint.host}:5000`]);
  });
});

describe("a node's own id, BEP 42", () => {
  test("comes to fit the address that others report, in `public`", () => {
    const dht = new DhtWorld({ seed: "fit" });
    const first = dht.add();
    dht.addMany(10, [first.endpoint], 100);
    dht.world.runFor(60_000);
    for (const node of dht.nodes) {
      const view = node.node.view();
      expect(view.v4?.externalHost).toBe(node.endpoint.host);
      expect(view.v4?.idFitsAddress).toBe(true);
      expect(node.events.filter((event) => event.kind === "node-id-changed")).toHaveLength(1);
    }
  });

  test("stays as it is when it was given, and where addresses are not global", () => {
    const given = new Uint8Array(20).fill(7);
    const inPublic = new DhtWorld({ seed: "given" });
    const first = inPublic.add({ nodeId: given as never });
    inPublic.addMany(8, [first.endpoint], 100);
    inPublic.world.runFor(30_000);
    expect(first.node.view().v4?.nodeId).toBe("07".repeat(20));
    expect(first.node.view().v4?.idFitsAddress).toBe(false);

    const local = new DhtWorld({ seed: "local", addressProfile: "loopback" });
    const bootstrap = local.add({ host: "127.0.0.1", port: 7_000 });
    for (let i = 1; i < 8; i++)
      local.add({ host: "127.0.0.1", port: 7_000 + i, bootstrap: [bootstrap.endpoint] });
    local.world.runFor(30_000);
    for (const node of local.nodes) {
      expect(node.events.map((event) => event.kind)).not.toContain("node-id-changed");
      expect(node.node.view().v4?.goodContacts).toBe(7);
    }
  });
});
