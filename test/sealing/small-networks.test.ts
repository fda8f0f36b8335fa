/**
 * Private networks of every size that people begin with, many nodes behind one address, all of them started anew at once, and
 * two of them that come across each other.
 */
import { describe, expect, test } from "vitest";
import { type Endpoint, endpoint, formatEndpoint } from "../../src/core/endpoint.ts";
import { infoHashFrom } from "../../src/core/ids.ts";
import type { DhtNode } from "../../src/dht/index.ts";
import { NETWORK_MODES } from "../../src/session/index.ts";
import { DatagramNetwork, UniformLinks, World } from "../../src/sim/index.ts";
import { type NetworkNode, nodeIn, type TestNetwork } from "./support.ts";

const HASH = infoHashFrom(new Uint8Array(20).fill(7));
const OF_A = 4_242;
const OF_B = 2_424;

/** A machine for all networks of a test. */
function newWorld(seed: string): { readonly world: World; readonly net: DatagramNetwork } {
  const world = new World(seed);
  const links = new UniformLinks(world.random.fork("links"), { minRttMs: 10, maxRttMs: 60 });
  return { world, net: new DatagramNetwork(world, links) };
}

class SmallNetwork {
  readonly world: World;
  readonly net: DatagramNetwork;
  readonly network: TestNetwork;
  readonly hosts: readonly Endpoint[];
  members: readonly NetworkNode[] = [];

  constructor(network: TestNetwork, hosts: readonly Endpoint[], place = newWorld(`small ${hosts.length}`)) {
    this.world = place.world;
    this.net = place.net;
    this.network = network;
    this.hosts = hosts;
  }

  /** All at once; the first one or two are bootstrap nodes that know each other. */
  start(saved: readonly Uint8Array[] = []): void {
    this.members = this.hosts.map((at, i) => this.join(at, saved[i]));
    this.world.runFor(30_000);
  }

  join(at: Endpoint, saved?: Uint8Array): NetworkNode {
    return nodeIn(this.network, this.net, this.world, at, this.hosts.slice(0, 2), saved);
  }

  stop(): readonly Uint8Array[] {
    const saved = this.members.map(({ node }) => node.exportState());
    for (const { node, socket } of this.members) {
      node.close();
      socket.close();
    }
    return saved;
  }

  get states(): readonly string[] {
    return this.members.map(({ node }) => node.view().state);
  }

  /** The last node announces. */
  announce(port: number): void {
    this.members.at(-1)?.node.announce(HASH, { port });
    this.world.runFor(30_000);
  }

  /** Which ports the nodes but the announcing one find; some of them, where there are many. */
  found(): readonly (readonly number[])[] {
    const every = Math.ceil(this.members.length / 9);
    return this.members
      .slice(0, -1)
      .filter((_, i) => i % every === 0)
      .map(({ node }) => portsFoundBy(node, this.world));
  }

  /** Addresses that any node has as contacts. */
  contacts(): ReadonlySet<string> {
    return new Set(
      this.members.flatMap(({ node }) =>
        node.contactsOf(4).map((contact) => formatEndpoint(contact.endpoint)),
      ),
    );
  }
}

function portsFoundBy(node: DhtNode, world: World): readonly number[] {
  const ports = new Set<number>();
  node.lookupPeers(HASH, {
    onPeers: (peers) => {
      for (const { port } of peers) ports.add(port);
    },
  });
  world.runFor(20_000);
  return [...ports].sort();
}

const onHostsOfTheirOwn = (count: number): readonly Endpoint[] =>
  Array.from({ length: count }, (_, i) => endpoint(`10.0.1.${i + 1}`, 6_881));
const behindOneAddress = (count: number, firstPort = 7_000): readonly Endpoint[] =>
  Array.from({ length: count }, (_, i) => endpoint("10.0.1.1", firstPort + i));

describe.each(NETWORK_MODES)("a %s network of", (mode) => {
  const network = { mode, label: 1 };

  test.each([
    ["2 nodes", onHostsOfTheirOwn(2)],
    ["3 nodes", onHostsOfTheirOwn(3)],
    ["9 nodes", onHostsOfTheirOwn(9)],
    ["30 nodes behind one address", behindOneAddress(30)],
  ])("%s: each finds what one of them announces", (_name, hosts) => {
    const small = new SmallNetwork(network, hosts);
    small.start();
    small.announce(OF_A);
    for (const ports of small.found()) expect(ports).toEqual([OF_A]);
  });

  test("1 node: alone it works, and answers the next one that comes", () => {
    const small = new SmallNetwork(network, onHostsOfTheirOwn(1));
    small.start();
    const second = small.join(endpoint("10.0.1.2", 6_881));
    small.world.runFor(10_000);
    expect(second.node.view().state).toBe("joined");
  });

  test("30 nodes that are all started anew at once find each other again, without a storm", () => {
    const small = new SmallNetwork(network, onHostsOfTheirOwn(30));
    small.start();
    const packetsOfStart = small.net.packetsSent;
    small.start(small.stop());
    expect(small.states).toEqual(small.hosts.map(() => "joined"));
    expect(small.net.packetsSent - packetsOfStart).toBeLessThan(2 * packetsOfStart);
    small.announce(OF_A);
    for (const ports of small.found()) expect(ports).toEqual([OF_A]);
  });
});

/** Two networks, A and B, whose nodes get to know addresses of each other. */
class Neighbours {
  readonly #place = newWorld("neighbours");
  readonly a: SmallNetwork;
  readonly b: SmallNetwork;

  constructor(a: TestNetwork, b: TestNetwork, hostsOfB: readonly Endpoint[]) {
    this.a = new SmallNetwork(a, behindOneAddress(9), this.#place);
    this.b = new SmallNetwork(b, hostsOfB, this.#place);
  }

  get world(): World {
    return this.#place.world;
  }

  /** Both announce; what each finds, and which contacts of A are nodes of B. */
  outcome(): {
    readonly inA: readonly number[];
    readonly inB: readonly number[];
    readonly strangers: number;
  } {
    this.a.announce(OF_A);
    this.b.announce(OF_B);
    // Time for maintenance to spread what one node may have learnt.
    this.world.runFor(20 * 60_000);
    const ofB = new Set(this.b.hosts.map(formatEndpoint));
    const ports = (network: SmallNetwork) => [...new Set(network.found().flat())].sort();
    return {
      inA: ports(this.a),
      inB: ports(this.b),
      strangers: [...this.a.contacts()].filter((address) => ofB.has(address)).length,
    };
  }
}

const APART = { inA: [OF_A], inB: [OF_B], strangers: 0 };

describe.each([
  ["open", { mode: "open", label: 2 }],
  ["sealed", { mode: "sealed", label: 2 }],
  ["sealed", { mode: "open", label: 1 }],
  ["open", { mode: "plain", label: 2 }],
] as const)("a network that is %s, and %o", (mode, b) => {
  const a = { mode, label: 1 };

  test("never merge on one machine with ports side by side, each the other's bootstrap node by mistake", () => {
    const both = new Neighbours(a, b, behindOneAddress(9, 7_009));
    both.a.start();
    both.b.start();
    for (const { node } of both.a.members) node.bootstrap(both.b.hosts.slice(0, 2));
    for (const { node } of both.b.members) node.bootstrap(both.a.hosts.slice(0, 2));
    both.world.runFor(30_000);
    expect(both.outcome()).toEqual(APART);
  });

  test("never merge when one takes over the ports of the other", () => {
    const both = new Neighbours(a, b, behindOneAddress(4));
    both.a.start();
    const [gone, stay] = [both.a.members.slice(0, 4), both.a.members.slice(4)];
    for (const { node, socket } of gone) {
      node.close();
      socket.close();
    }
    both.a.members = stay;
    both.b.start();
    expect(both.outcome()).toEqual(APART);
  });

  test("never merge by contacts that were saved in the other", () => {
    const both = new Neighbours(a, b, behindOneAddress(9, 7_009));
    both.b.start();
    const savedInB = both.b.members.map(({ node }) => node.exportState());
    both.a.start(savedInB);
    expect(both.a.states).toEqual(both.a.hosts.map(() => "joined"));
    expect(both.outcome()).toEqual(APART);
  });
});

test("two plain networks merge by one contact in common, which is what the other modes are for", () => {
  const both = new Neighbours(
    { mode: "plain", label: 1 },
    { mode: "plain", label: 2 },
    behindOneAddress(9, 7_009),
  );
  both.a.start();
  both.b.start();
  both.a.members[0]?.node.bootstrap(both.b.hosts.slice(0, 1));
  both.world.runFor(30_000);
  expect(both.outcome()).toMatchObject({ inA: [OF_B, OF_A], inB: [OF_B, OF_A] });
});
