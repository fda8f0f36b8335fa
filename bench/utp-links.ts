/**
 * What uTP carries over troubled links, beside a TCP (Reno) on the same link, in the simulator: figures of virtual
 * time, the same on every machine.
 *
 *   node --import ./scripts/typescript.mjs bench/utp-links.ts [seconds=60]
 */
import { endpoint } from "../src/core/endpoint.ts";
import type { TroubledLinksOptions } from "../src/sim/index.ts";
import { RenoFlow } from "../test/utp/support/reno-flow.ts";
import { ALICE, BOB, transfer, type UtpWorld, utpWorld } from "../test/utp/support/utp-world.ts";

const ENDLESS = 2 ** 40;
const SECONDS = Number(process.argv[2] ?? 60);
const KIB = 1024;

const LINKS: Readonly<Record<string, TroubledLinksOptions>> = {
  "50 ms, 1 % lost, 10 MB/s": {
    oneWayMs: 25,
    lossRatio: 0.01,
    upBytesPerSecond: 10_000_000,
    bufferBytes: 1_000_000,
  },
  "50 ms, nothing lost, 10 MB/s": { oneWayMs: 25, upBytesPerSecond: 10_000_000, bufferBytes: 1_000_000 },
  "40 ms, 0.5 MB/s, a buffer of 2 s": { oneWayMs: 20, upBytesPerSecond: 500_000, bufferBytes: 1_000_000 },
};

interface Figures {
  readonly kibPerSecond: number;
  readonly medianQueueMs: number;
}

function tcpBeside({ world, network }: UtpWorld): RenoFlow {
  const bind = (host: string) => network.bind(endpoint(host, 50_000));
  return new RenoFlow(world, bind(ALICE.host), bind(BOB.host));
}

function measure(world: UtpWorld, deliveredBytes: () => number): Figures {
  const queues: number[] = [];
  for (let i = 0; i < 10 * SECONDS; i++) {
    world.world.runFor(100);
    queues.push(world.links.queueMs(ALICE.host));
  }
  queues.sort((a, b) => a - b);
  return {
    kibPerSecond: Math.round(deliveredBytes() / SECONDS / KIB),
    medianQueueMs: Math.round(queues[queues.length >> 1] ?? 0),
  };
}

console.log(`${SECONDS} virtual seconds each`);
console.log("| link | uTP KiB/s | waits ms | TCP KiB/s | waits ms | uTP beside TCP KiB/s | TCP then KiB/s |");
console.log("|---|---|---|---|---|---|---|");
for (const [name, options] of Object.entries(LINKS)) {
  const utpAlone = utpWorld(name, options);
  const { receiver } = transfer(utpAlone, ENDLESS);
  const utp = measure(utpAlone, () => receiver.receivedBytes);

  const tcpAlone = utpWorld(name, options);
  const flow = tcpBeside(tcpAlone);
  flow.start();
  const tcp = measure(tcpAlone, () => flow.deliveredBytes);

  const shared = utpWorld(name, options);
  const beside = transfer(shared, ENDLESS).receiver;
  const rival = tcpBeside(shared);
  rival.start();
  const both = measure(shared, () => beside.receivedBytes);
  const rivalKib = Math.round(rival.deliveredBytes / SECONDS / KIB);

  console.log(
    `| ${name} | ${utp.kibPerSecond} | ${utp.medianQueueMs} | ${tcp.kibPerSecond} | ${tcp.medianQueueMs} | ${both.kibPerSecond} | ${rivalKib} |`,
  );
}
