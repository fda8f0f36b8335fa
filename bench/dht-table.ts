/**
 * What the routing table of a node costs: heap of a full one, by the difference that many of them make after a
 * collection, and microseconds of a search in it.
 *
 *   node --expose-gc --import ./scripts/typescript.mjs bench/dht-table.ts [tables=200]
 */
import { endpoint } from "../src/core/endpoint.ts";
import { nodeIdFrom } from "../src/core/ids.ts";
import { ClosestContacts } from "../src/dht/closest-contacts.ts";
import { SHIPPING } from "../src/dht/dht-tuning.ts";
import { RoutingTable } from "../src/dht/routing-table.ts";
import { SeededRandom } from "../src/sim/index.ts";

const tables = Number(process.argv[2] ?? 200);
/** Nodes that each table hears from: enough to fill it as a network of millions would. */
const NODES_PER_DEPTH = 400;
const DEEPEST = 20;
const random = new SeededRandom("table");

function heapBytes(): number {
  globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** An id that shares `bits` leading bits with `own`. */
function idAt(own: Uint8Array, bits: number): Uint8Array {
  const id = random.bytes(20);
  for (let bit = 0; bit < bits; bit++) setBit(id, bit, getBit(own, bit));
  setBit(id, bits, !getBit(own, bits));
  return id;
}

const getBit = (id: Uint8Array, bit: number): boolean =>
  ((id[bit >> 3] as number) & (0x80 >> (bit & 7))) !== 0;

function setBit(id: Uint8Array, bit: number, isSet: boolean): void {
  const mask = 0x80 >> (bit & 7);
  id[bit >> 3] = isSet ? (id[bit >> 3] as number) | mask : (id[bit >> 3] as number) & ~mask;
}

function aFullTable(): RoutingTable {
  const localNodeId = nodeIdFrom(random.bytes(20));
  const table = new RoutingTable({
    localNodeId,
    family: 4,
    addressProfile: "public",
    k: 8,
    tuning: SHIPPING,
  });
  for (let depth = 0; depth < DEEPEST; depth++) {
    for (let i = 0; i < NODES_PER_DEPTH; i++) {
      const host = `${20 + random.integer(80)}.${random.integer(256)}.${random.integer(256)}.${1 + random.integer(254)}`;
      table.answered(nodeIdFrom(idAt(localNodeId, depth)), endpoint(host, 6_881), 1_000, random.integer(300));
    }
  }
  return table;
}

aFullTable();
const before = heapBytes();
const kept = Array.from({ length: tables }, aFullTable);
const bytes = (heapBytes() - before) / tables;
const contacts = kept.reduce((sum, table) => sum + table.size, 0) / tables;
const waiting = kept.reduce((sum, table) => sum + [...table.reserves()].length, 0) / tables;
console.log(
  `a full table: ${contacts.toFixed(0)} contacts and ${waiting.toFixed(0)} in reserve, ${(bytes / 1000).toFixed(1)} kB, ${Math.round(bytes / (contacts + waiting))} bytes each`,
);

const found = new ClosestContacts();
const targets = Array.from({ length: 1_000 }, () => random.bytes(20));
const startedAt = process.hrtime.bigint();
const ROUNDS = 200;
for (let round = 0; round < ROUNDS; round++) {
  for (const target of targets) {
    found.begin(target, 0, 8, 0);
    (kept[round % tables] as RoutingTable).closest(found, target, 0);
  }
}
const searchUs = Number(process.hrtime.bigint() - startedAt) / 1e3 / (ROUNDS * targets.length);
console.log(`closest(8): ${searchUs.toFixed(2)} us`);
