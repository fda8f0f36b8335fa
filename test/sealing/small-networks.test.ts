/** Sealed networks of every size that people begin with, many nodes behind one address, and all of them started anew at once. */
import { expect, test } from "vitest";
import { type Endpoint, endpoint } from "../../src/core/endpoint.ts";
import { infoHashFrom } from "../../src/core/ids.ts";
import { DatagramNetwork, UniformLinks, World } from "../../src/sim/index.ts";
import { type Member, memberAt } from "./support.ts";

const HASH = infoHashFrom(new Uint8Array(20).fill(7));

class SmallNetwork {
  readonly world: World;
  readonly net: DatagramNetwork;
  readonly hosts: readonly Endpoint[];
  members: readonly Member[] = [];

  constructor(hosts: readonly Endpoint[]) {
    this.world = new World(`small ${hosts.length}`);
    const links = new UniformLinks(this.world.random.fork("links"), { minRttMs: 10, maxRttMs: 60 });
    this.net = new DatagramNetwork(this.world, links);
    this.hosts = hosts;
  }

  /** All at once; the first one or two are bootstrap nodes that know each other. */
  start(saved: readonly Uint8Array[] = []): void {
    const bootstrap = this.hosts.slice(0, 2);
    this.members = this.hosts.map((at, i) => memberAt(this.net, this.world, at, bootstrap, saved[i]));
    this.world.runFor(30_000);
  }

  stop(): readonly Uint8Array[] {
    const saved = this.members.map(({ node }) => node.exportState());
    for (const { node, socket } of this.members) {
      node.close();
      socket.close();
    }
    return saved;
  }

  /** The last node announces; which of the nodes find it. */
  whoFinds(): readonly boolean[] {
    const announcer = this.members.at(-1) as Member;
    announcer.node.announce(HASH, { port: 4_242 });
    this.world.runFor(30_000);
    return this.members.map(({ node }) => {
      let isFound = false;
      node.lookupPeers(HASH, {
        onPeers: (peers) => {
          isFound ||= peers.some(({ port }) => port === 4_242);
        },
      });
      this.world.runFor(20_000);
      return isFound;
    });
  }
}

const onHostsOfTheirOwn = (count: number): readonly Endpoint[] =>
  Array.from({ length: count }, (_, i) => endpoint(`10.0.1.${i + 1}`, 6_881));
const behindOneAddress = (count: number): readonly Endpoint[] =>
  Array.from({ length: count }, (_, i) => endpoint("10.0.1.1", 7_000 + i));

test.each([
  ["2 nodes", onHostsOfTheirOwn(2)],
  ["3 nodes", onHostsOfTheirOwn(3)],
  ["9 nodes", onHostsOfTheirOwn(9)],
  ["30 nodes behind one address", behindOneAddress(30)],
])("%s: each finds what one of them announces", (_name, hosts) => {
  const network = new SmallNetwork(hosts);
  network.start();
  const others = network.whoFinds().slice(0, -1);
  expect(others).toEqual(others.map(() => true));
});

test("1 node: alone it works, and answers the next one that comes", () => {
  const network = new SmallNetwork(onHostsOfTheirOwn(1));
  network.start();
  const second = memberAt(network.net, network.world, endpoint("10.0.1.2", 6_881), network.hosts);
  network.world.runFor(10_000);
  expect(second.node.view().state).toBe("joined");
});

test("30 nodes that are all started anew at once find each other again, without a storm", () => {
  const network = new SmallNetwork(onHostsOfTheirOwn(30));
  network.start();
  const packetsOfStart = network.net.packetsSent;
  const saved = network.stop();
  network.start(saved);
  expect(network.members.map(({ node }) => node.view().state)).toEqual(network.members.map(() => "joined"));
  expect(network.net.packetsSent - packetsOfStart).toBeLessThan(2 * packetsOfStart);
  const others = network.whoFinds().slice(0, -1);
  expect(others).toEqual(others.map(() => true));
});
