/**
 * Lookups in a simulated network of the node that ships: messages, time, hops, and how often they end at the true
 * eight closest of the nodes that are alive.
 *
 *   node --import ./scripts/typescript.mjs bench/dht-lookups.ts [nodes=1000] [deadPercent=30] [lossPercent=0] [lookups=300] [seed=1]
 *
 * Round trips are 10 to 310 ms. All nodes join through the first, live ten virtual minutes, then `deadPercent` of them vanish without a
 * word, and lookups start at once: tables hold that share of dead contacts.
 */
import { fromHex, toHex } from "../src/core/bytes.ts";
import { compareDistance } from "../src/core/distance.ts";
import { infoHashFrom } from "../src/core/ids.ts";
import type { LookupResult } from "../src/dht/index.ts";
import { DhtWorld, type WorldNode } from "../test/dht/dht-world.ts";

const [size = 1_000, deadPercent = 30, lossPercent = 0, lookups = 300, seed = 1] = process.argv
  .slice(2)
  .map(Number);
const K = 8;

const startedAt = process.hrtime.bigint();
const dht = new DhtWorld({ seed, minRttMs: 10, maxRttMs: 310, lossRatio: lossPercent / 100 });
const first = dht.add();
dht.addMany(size - 1, [first.endpoint], 20);
dht.world.runFor(600_000);
const wallMs = Number(process.hrtime.bigint() - startedAt) / 1e6;
const virtualMinutes = dht.world.nowMs / 60_000;
const packetUs = (wallMs * 1_000) / dht.network.packetsSent;
console.log(
  `${size} nodes, ${virtualMinutes.toFixed(1)} virtual minutes in ${(wallMs / 1_000).toFixed(1)} s: ${dht.network.packetsSent} datagrams, ${packetUs.toFixed(1)} us each; heap ${Math.round(process.memoryUsage().heapUsed / 2 ** 20)} MiB`,
);
const bytesBefore = dht.network.bytesSent;
const restFromMs = dht.world.nowMs;
dht.world.runFor(600_000);
/** Every byte leaves one node and reaches another. */
const bytesPerDay =
  (2 * (dht.network.bytesSent - bytesBefore) * 86_400_000) / (dht.world.nowMs - restFromMs) / size;
const contacts = dht.nodes.map((node) => node.node.view().v4?.goodContacts ?? 0).sort((a, b) => a - b);
console.log(
  `an idle node, on average: ${(bytesPerDay / 1e6).toFixed(2)} MB a day in and out; contacts: median ${contacts[contacts.length >> 1]}, fewest ${contacts[0]}`,
);

const alive = dht.nodes.filter((node) => {
  if (node === first || dht.random.integer(100) >= deadPercent) return true;
  node.stop();
  return false;
});
const ids = alive.map((node) => fromHex(node.node.view().v4?.nodeId ?? "") as Uint8Array);

const results: LookupResult[] = [];
let exact = 0;
let found = 0;
for (let i = 0; i < lookups; i++) {
  const hash = infoHashFrom(dht.infoHash(`lookup ${i}`));
  const announcer = alive[dht.random.integer(alive.length)] as WorldNode;
  const seeker = alive[dht.random.integer(alive.length)] as WorldNode;
  let isStored = false;
  const handle = announcer.node.announce(hash, { port: 5_000, onEnd: () => (isStored = true) });
  dht.world.runUntilTrue(() => isStored, 120_000);
  handle.stop();
  let result: LookupResult | undefined;
  let peers = 0;
  seeker.node.lookupPeers(hash, {
    onPeers: (list) => {
      peers += list.length;
    },
    onEnd: (it) => {
      result = it;
    },
  });
  dht.world.runUntilTrue(() => result !== undefined, 120_000);
  if (result === undefined) throw new Error("a lookup never ended");
  results.push(result);
  if (peers > 0 || seeker === announcer) found++;
  const own = fromHex(seeker.node.view().v4?.nodeId ?? "") as Uint8Array;
  const expected = ids
    .filter((id) => toHex(id) !== toHex(own))
    .sort((a, b) => compareDistance(hash, a, b))
    .slice(0, K)
    .map(toHex);
  if (result.closest.map((it) => toHex(it.id)).join() === expected.join()) exact++;
}

function quantiles(values: readonly number[]): string {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (ratio: number): string =>
    (sorted[Math.min(sorted.length - 1, Math.floor(ratio * sorted.length))] ?? 0).toFixed(0);
  return `p50 ${at(0.5)}, p90 ${at(0.9)}, p99 ${at(0.99)}`;
}

console.log(`${lookups} lookups, ${deadPercent} % dead, ${lossPercent} % loss`);
console.log(`  found what was announced   ${found} of ${lookups}`);
console.log(`  ended at the true closest  ${exact} of ${lookups}`);
console.log(`  queries sent               ${quantiles(results.map((it) => it.asked))}`);
console.log(`  answered                   ${quantiles(results.map((it) => it.answered))}`);
console.log(`  hops                       ${quantiles(results.map((it) => it.hops))}`);
console.log(`  first peers, ms            ${quantiles(results.flatMap((it) => it.firstPeersMs ?? []))}`);
console.log(`  whole lookup, ms           ${quantiles(results.map((it) => it.elapsedMs))}`);
