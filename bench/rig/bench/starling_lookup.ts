// Lookups of the Starling node for the hashes in /dev/shm/rig_hashes (announced by dht_lookup.mjs) in the same swarm, beside
// the true eight closest of /dev/shm/rig_ids:  node --import ../../../scripts/typescript.mjs starling_lookup.ts
import { readFileSync } from "node:fs";
import { fromHex, toHex } from "../../../src/core/bytes.ts";
import { compareDistance } from "../../../src/core/distance.ts";
import { endpoint } from "../../../src/core/endpoint.ts";
import { infoHashFromHex } from "../../../src/core/ids.ts";
import { type LookupResult, openDht } from "../../../src/dht/index.ts";
import { createNodePlatform } from "../../../src/platform/index.ts";

const K = 8;
const linesOf = (file: string): string[] => readFileSync(file, "utf8").trim().split("\n");
const hashes = linesOf("/dev/shm/rig_hashes").flatMap((hex) => infoHashFromHex(hex) ?? []);
const ids = linesOf("/dev/shm/rig_ids").map((hex) => fromHex(hex) as Uint8Array);

const inSwarm = new Set(ids.map(toHex));

const platform = await createNodePlatform({ isLoopbackOnly: true });
const udp = await platform.network.openUdp({ host: "127.79.2.1", port: 6881 });
const dht = openDht({
  clock: platform.clock,
  random: platform.random,
  sockets: { v4: udp.udp4 },
  config: { addressProfile: "loopback", bootstrapEndpoints: [endpoint("127.77.0.1", 6881)] },
});
const startedAt = performance.now();
await dht.joined(AbortSignal.timeout(30_000));
const joinMs = performance.now() - startedAt;
// Let the table fill, as libtorrent's and the npm package's had time to.
await new Promise((resolve) => setTimeout(resolve, 5_000));
console.log(
  JSON.stringify({
    t: "starling bootstrap of one node",
    ms: Math.round(joinMs),
    nodes: dht.view().v4?.goodContacts,
  }),
);

const results: LookupResult[] = [];
let exact = 0;
let success = 0;
for (const hash of hashes) {
  let peers = 0;
  const result = await new Promise<LookupResult>((resolve) => {
    dht.node.lookupPeers(hash, { onPeers: (found) => void (peers += found.length), onEnd: resolve });
  });
  results.push(result);
  if (peers > 0) success++;
  // Nodes that joined beside the swarm may stand among the closest: they are passed over.
  const found = result.closest.map((it) => toHex(it.id)).filter((id) => inSwarm.has(id));
  const expected = [...ids].sort((a, b) => compareDistance(hash, a, b)).map(toHex);
  if (result.closest.length === K && found.every((id, i) => id === expected[i])) exact++;
}

function quantile(values: readonly number[], ratio: number): number | undefined {
  const sorted = [...values].sort((a, b) => a - b);
  const value = sorted[Math.floor(sorted.length * ratio)];
  return value === undefined ? undefined : Math.round(value * 10) / 10;
}

console.log(
  JSON.stringify({
    t: "starling get_peers lookup",
    lookups: hashes.length,
    success,
    right_endings: exact,
    ms_to_first_peer_med: quantile(
      results.flatMap((it) => it.firstPeersMs ?? []),
      0.5,
    ),
    ms_full_med: quantile(
      results.map((it) => it.elapsedMs),
      0.5,
    ),
    ms_full_p95: quantile(
      results.map((it) => it.elapsedMs),
      0.95,
    ),
    msgs_med: quantile(
      results.map((it) => it.asked),
      0.5,
    ),
  }),
);
dht.close();
await udp.close();
await platform.close();
