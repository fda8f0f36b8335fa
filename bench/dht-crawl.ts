/**
 * A crawl of a simulated DHT by samples (BEP 51): how many of the announced info-hashes it finds, how soon, asking each node once.
 *
 *   node --import ./scripts/typescript.mjs bench/dht-crawl.ts [nodes=10000] [hashes=5000] [seed=1]
 *
 * Virtual time: the same figures on every machine for the same arguments.
 */
import { toHex } from "../src/core/bytes.ts";
import { infoHashFrom } from "../src/core/ids.ts";
import { type CrawlResult, startCrawl } from "../src/dht/index.ts";
import { DhtPopulation } from "../src/sim/dht-population.ts";
import { DatagramNetwork, DEFAULT_SCENARIO, UniformLinks, World } from "../src/sim/index.ts";

const [nodes = 10_000, hashes = 5_000, seed = 1] = process.argv.slice(2).map(Number);
const GROWTH_MS = 120_000;
const SETTLING_MS = 60_000;
const ANNOUNCING_MS = 60_000;
const LONGEST_CRAWL_MS = 600_000;

const startedAt = performance.now();
const scenario = { ...DEFAULT_SCENARIO, nodes, seed, tuning: { newFlowsPerMinute: 0 } };
const world = new World(seed);
const network = new DatagramNetwork(world, new UniformLinks(world.random.fork("links"), scenario));
const population = new DhtPopulation(scenario, world, network);
population.grow(GROWTH_MS);
world.runFor(GROWTH_MS + SETTLING_MS);
const random = world.random.fork("crawl");
const announced = new Set<string>();
for (let i = 0; i < hashes; i++) {
  const infoHash = infoHashFrom(random.bytes(20));
  announced.add(toHex(infoHash));
  world.after((i * ANNOUNCING_MS) / hashes, () => {
    population.anybody(random).node.announce(infoHash, { port: 6_881 });
  });
}
world.runFor(2 * ANNOUNCING_MS);

const startMs = world.nowMs;
let found = 0;
let reachedMs: number | undefined;
let result: CrawlResult | undefined;
const { node } = population.anybody(random);
startCrawl(
  { node, clock: world.clock, random },
  {
    from: node.contactsOf(4),
    maxNodes: 4 * nodes,
    onHashes: (fresh) => {
      for (const hash of fresh) if (announced.has(toHex(hash))) found++;
      if (found >= 0.95 * hashes) reachedMs ??= world.nowMs - startMs;
    },
    onEnd: (end) => {
      result = end;
    },
  },
);
world.runUntilTrue(() => result !== undefined, LONGEST_CRAWL_MS);
console.log({
  nodes,
  hashes,
  found,
  share: found / hashes,
  secondsTo95Percent: reachedMs === undefined ? null : reachedMs / 1_000,
  ...result,
  wallSeconds: Math.round((performance.now() - startedAt) / 1_000),
});
