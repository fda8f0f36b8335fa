/**
 * How a bootstrap node lets newcomers in, in virtual time, beside an ordinary node in its place:
 *
 *   node --import ./scripts/typescript.mjs bench/bootstrap-node.ts [MEMBERS] [NEWCOMERS]
 *
 * A network of MEMBERS that has been there for 20 minutes; NEWCOMERS come within a minute and know nobody else. Prints how long they
 * take to find their place, how many members they are first sent to, and the packets of the minute after a restart of the node.
 */
import { type Endpoint, endpoint } from "../src/core/endpoint.ts";
import { DhtNode } from "../src/dht/index.ts";
import { DatagramNetwork, UniformLinks, World } from "../src/sim/index.ts";

const [members = 1_000, newcomers = 300] = process.argv.slice(2).map(Number);
const MINUTE_MS = 60_000;
const DOOR = endpoint("20.0.0.1", 6881);

interface Running {
  readonly node: DhtNode;
  joinedMs: number | undefined;
  stop(): void;
}

class Lab {
  readonly world = new World(1);
  readonly network = new DatagramNetwork(
    this.world,
    new UniformLinks(this.world.random.fork("links"), { minRttMs: 10, maxRttMs: 310 }),
  );
  #hosts = 0;

  add(at: Endpoint, introduces: boolean, saved?: Uint8Array): Running {
    const socket = this.network.bind(at);
    const startedMs = this.world.nowMs;
    const node = new DhtNode({
      clock: this.world.clock,
      random: this.world.random.fork(`${at.host} ${startedMs}`),
      config: { addressProfile: "public", introduces, limits: "off" },
      sockets: { v4: socket },
      saved,
      onEvent: (event) => {
        if (event.kind === "joined") running.joinedMs ??= this.world.nowMs - startedMs;
        if (event.kind === "bootstrap-needed") this.world.after(0, () => node.bootstrap([DOOR]));
      },
    });
    const stop = (): void => {
      node.close();
      socket.close();
    };
    const running: Running = { node, joinedMs: undefined, stop };
    socket.onDatagram = (payload, from) => node.handleDatagram(payload, from);
    node.start();
    return running;
  }

  newHost(): Endpoint {
    const index = this.#hosts++;
    return endpoint(`${30 + (index >> 16)}.${(index >> 8) & 255}.${index & 255}.1`, 6881);
  }

  addMany(count: number, withinMs: number): Running[] {
    return Array.from({ length: count }, () => {
      const added = this.add(this.newHost(), false);
      this.world.runFor(withinMs / count);
      return added;
    });
  }

  packetsOf(durationMs: number): number {
    const before = this.network.packetsSent;
    this.world.runFor(durationMs);
    return this.network.packetsSent - before;
  }
}

for (const introduces of [false, true]) {
  const lab = new Lab();
  const door = lab.add(DOOR, introduces);
  const there = lab.addMany(members, 5 * MINUTE_MS);
  lab.world.runFor(20 * MINUTE_MS);
  const queriesBefore = there.map(({ node }) => node.view().totals.queriesIn);
  lab.world.runFor(MINUTE_MS);
  const queriesAfter = there.map(({ node }) => node.view().totals.queriesIn);
  const ready = door.node.view().v4?.introductions?.ready ?? 0;
  const came = lab.addMany(newcomers, MINUTE_MS);
  const byNewcomers = there
    .map(({ node }, i) => node.view().totals.queriesIn - 2 * (queriesAfter[i] ?? 0) + (queriesBefore[i] ?? 0))
    .sort((a, b) => b - a);
  lab.world.runFor(MINUTE_MS);
  const times = came.flatMap(({ joinedMs }) => joinedMs ?? []).sort((a, b) => a - b);
  const at = (share: number): number => Math.round(times[Math.floor(share * (times.length - 1))] ?? 0);
  lab.world.runFor(20 * MINUTE_MS);
  const before = lab.packetsOf(MINUTE_MS);
  const saved = door.node.exportState();
  door.stop();
  lab.world.runFor(MINUTE_MS);
  lab.add(DOOR, introduces, saved);
  const restart = lab.packetsOf(MINUTE_MS);
  console.log(introduces ? "bootstrap node" : "ordinary node ");
  console.log(`  joined ${times.length} of ${newcomers}: p50 ${at(0.5)} ms, p99 ${at(0.99)}, last ${at(1)}`);
  const sum = byNewcomers.reduce((a, b) => a + b, 0);
  const tenth = byNewcomers.slice(0, members / 10).reduce((a, b) => a + b, 0);
  console.log(
    `  the busiest member was asked ${byNewcomers[0]} times in that minute, the busiest tenth ${Math.round((100 * tenth) / sum)} % of all; ${ready} nodes to hand out`,
  );
  console.log(`  packets of the minute before its restart ${before}, after it ${restart}`);
}
