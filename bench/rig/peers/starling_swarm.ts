// N Starling DHT nodes in one process: node --import ../../../scripts/typescript.mjs starling_swarm.ts N PREFIX(127.77) [port]
// Addresses as dht_swarm.mjs gives them; ids go to /dev/shm/rig_ids. Says ready when all have joined and their tables
// have had time to fill. Keeps running until stdin ends.
import { writeFileSync } from "node:fs";
import { toHex } from "../../../src/core/bytes.ts";
import { endpoint } from "../../../src/core/endpoint.ts";
import { openDht } from "../../../src/dht/index.ts";
import { createNodePlatform } from "../../../src/platform/index.ts";

const [count = "500", prefix = "127.77", portText = "6881"] = process.argv.slice(2);
const port = Number(portText);
const hostOf = (i: number): string => `${prefix}.${Math.floor(i / 200)}.${1 + (i % 200)}`;
/** Own lookups come 30 and 120 s after joining: by then neighbours know each other. */
const SETTLING_MS = 45_000;

const platform = await createNodePlatform({ isLoopbackOnly: true });
const nodes: ReturnType<typeof openDht>[] = [];
for (let i = 0; i < Number(count); i++) {
  const udp = await platform.network.openUdp({ host: hostOf(i), port });
  const dht = openDht({
    clock: platform.clock,
    random: platform.random,
    sockets: { v4: udp.udp4 },
    config: {
      addressProfile: "loopback",
      limits: "off",
      bootstrapEndpoints: i === 0 ? [] : [endpoint(hostOf(0), port)],
    },
  });
  nodes.push(dht);
  if (i > 0) await dht.joined(AbortSignal.timeout(30_000));
}
await new Promise((resolve) => setTimeout(resolve, SETTLING_MS));
writeFileSync("/dev/shm/rig_ids", nodes.map((dht) => toHex(dht.node.nodeIdOf(4) as Uint8Array)).join("\n"));
console.log(JSON.stringify({ ev: "ready", n: nodes.length }));
process.stdin.on("end", () => process.exit(0));
process.stdin.resume();
