/** A network that falls into two halves and heals (threats DH18). */
import { infoHashFrom } from "../../src/core/ids.ts";
import { DhtWorld, type WorldNode } from "./dht-world.ts";

const MINUTE_MS = 60_000;
const SEEKERS = 10;

export interface Partition {
  readonly seed: string;
  readonly nodes: number;
  readonly splitForMs: number;
  readonly healedForMs: number;
}

export const PARTITION = { seed: "partition", splitForMs: 30 * MINUTE_MS } as const;

/** How many of some seekers in one half find what a node of the other half announced while they were apart. */
export function partitionedLookups({ seed, nodes, splitForMs, healedForMs }: Partition): {
  readonly found: number;
  readonly sought: number;
} {
  const dht = new DhtWorld({ seed, minRttMs: 10, maxRttMs: 310 });
  const first = dht.add();
  dht.addMany(nodes - 1, [first.endpoint], 100);
  dht.world.runFor(10 * MINUTE_MS);
  const [there, here] = [0, 1].map((half) => dht.nodes.filter((_, i) => i % 2 === half));
  dht.island = new Set(there?.map((it) => it.endpoint.host));
  const hash = infoHashFrom(dht.infoHash("across"));
  dht.world.runFor(splitForMs / 2);
  there?.[1]?.node.announce(hash, { port: 5_000 });
  dht.world.runFor(splitForMs / 2);
  dht.island = new Set();
  dht.world.runFor(healedForMs);
  const seekers = here?.slice(0, SEEKERS) ?? [];
  return { found: seekers.filter((it) => finds(dht, it, hash)).length, sought: seekers.length };
}

function finds(dht: DhtWorld, seeker: WorldNode, hash: ReturnType<typeof infoHashFrom>): boolean {
  let peers: number | undefined;
  let found = 0;
  seeker.node.lookupPeers(hash, {
    onPeers: (more) => {
      found += more.length;
    },
    onEnd: () => {
      peers = found;
    },
  });
  dht.world.runUntilTrue(() => peers !== undefined, 61_000);
  return found > 0;
}
