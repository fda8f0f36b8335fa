/**
 * What two kinds of pacing are worth: announces that are repeated a little earlier or later, among nodes that all
 * began at once; and the bound on new addresses a minute, for a node that begins many lookups at once.
 *
 *   node --import ./scripts/typescript.mjs bench/dht-pacing.ts [announcing=300] [crowd=2000] [seed=1]
 *
 * Virtual time: the same figures on every machine for the same arguments.
 */
import { endpoint } from "../src/core/endpoint.ts";
import { infoHashFrom } from "../src/core/ids.ts";
import type { DatagramSocket } from "../src/core/ports.ts";
import { DhtNode, type DhtTuning, SHIPPING } from "../src/dht/index.ts";
import { DhtPopulation } from "../src/sim/dht-population.ts";
import { DatagramNetwork, DEFAULT_SCENARIO, UniformLinks, World } from "../src/sim/index.ts";

const [announcing = 300, crowd = 2_000, seed = 1] = process.argv.slice(2).map(Number);
const MINUTE_MS = 60_000;
const GROWTH_MS = MINUTE_MS;
const SETTLING_MS = 10 * MINUTE_MS;
/** As `announcer.ts` repeats them. */
const ANNOUNCE_INTERVAL_MS = 15 * MINUTE_MS;
const ROUNDS = 4;
const LOOKUPS = 200;

interface Network {
  readonly world: World;
  readonly datagrams: DatagramNetwork;
  readonly population: DhtPopulation;
}

function settled(nodes: number, tuning: Partial<DhtTuning>): Network {
  const scenario = { ...DEFAULT_SCENARIO, nodes, seed, tuning };
  const world = new World(seed);
  const datagrams = new DatagramNetwork(world, new UniformLinks(world.random.fork("links"), scenario));
  const population = new DhtPopulation(scenario, world, datagrams);
  population.grow(GROWTH_MS);
  world.runFor(GROWTH_MS + SETTLING_MS);
  return { world, datagrams, population };
}

/** Datagrams in the busiest second of each round of announces that all began in the same second. */
function busiestSeconds(announceJitter: number): number[] {
  const { world, datagrams, population } = settled(announcing, { announceJitter });
  const random = world.random.fork("hashes");
  for (const { node } of population.alive) node.announce(infoHashFrom(random.bytes(20)), { port: 6_881 });
  return Array.from({ length: ROUNDS }, () => {
    let busiest = 0;
    for (let second = 0; second < ANNOUNCE_INTERVAL_MS / 1_000; second++) {
      const before = datagrams.packetsSent;
      world.runFor(1_000);
      busiest = Math.max(busiest, datagrams.packetsSent - before);
    }
    return busiest;
  });
}

/** A node that counts the addresses it sends to. */
class CountingSocket implements DatagramSocket {
  readonly local;
  readonly hosts = new Set<string>();
  onDatagram: DatagramSocket["onDatagram"] = () => {};
  onUnreachable: DatagramSocket["onUnreachable"] = () => {};
  readonly #socket: DatagramSocket;

  constructor(socket: DatagramSocket) {
    this.#socket = socket;
    this.local = socket.local;
    socket.onDatagram = (payload, from) => this.onDatagram(payload, from);
  }

  send(payload: Uint8Array, to: Parameters<DatagramSocket["send"]>[1]): void {
    this.hosts.add(to.host);
    this.#socket.send(payload, to);
  }

  close(): void {
    this.#socket.close();
  }
}

/** A newcomer that begins so many lookups at once: addresses asked in its busiest minute, and when the last one ended. */
function burst(newFlowsPerMinute: number): { readonly busiestMinute: number; readonly lastEndedMs: number } {
  const { world, datagrams, population } = settled(crowd, {});
  const socket = new CountingSocket(datagrams.bind(endpoint("150.0.0.1", 6_881)));
  const random = world.random.fork("newcomer");
  const known = population.alive.slice(0, 3).map((it) => it.endpoint);
  const node: DhtNode = new DhtNode({
    clock: world.clock,
    random,
    config: { addressProfile: "public", tuning: { newFlowsPerMinute } },
    sockets: { v4: socket },
    onEvent: ({ kind }) => {
      if (kind === "bootstrap-needed") world.after(0, () => node.bootstrap(known));
    },
  });
  socket.onDatagram = (payload, from) => node.handleDatagram(payload, from);
  node.start();
  const startedMs = world.nowMs;
  let running = LOOKUPS;
  for (let i = 0; i < LOOKUPS; i++)
    node.lookupPeers(infoHashFrom(random.bytes(20)), { onEnd: () => running-- });
  let busiestMinute = 0;
  let lastEndedMs = 0;
  for (let minute = 0; running > 0 && minute < 10; minute++) {
    socket.hosts.clear();
    for (let tick = 0; tick < 60; tick++) {
      world.runFor(1_000);
      if (running > 0) lastEndedMs = world.nowMs - startedMs;
    }
    busiestMinute = Math.max(busiestMinute, socket.hosts.size);
  }
  return { busiestMinute, lastEndedMs };
}

for (const announceJitter of [SHIPPING.announceJitter, 0])
  console.log(
    `announceJitter=${announceJitter}: datagrams in the busiest second of each round: ${busiestSeconds(announceJitter)}`,
  );
for (const newFlowsPerMinute of [SHIPPING.newFlowsPerMinute, 0]) {
  const { busiestMinute, lastEndedMs } = burst(newFlowsPerMinute);
  console.log(
    `newFlowsPerMinute=${newFlowsPerMinute}: ${busiestMinute} addresses in the busiest minute, ${LOOKUPS} lookups ended within ${lastEndedMs / 1_000} s`,
  );
}
