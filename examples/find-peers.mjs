/**
 * Finds the peers of a torrent with the DHT alone, no session and no wire:
 *   npm run build && node examples/find-peers.mjs INFO_HASH BOOTSTRAP_HOST:PORT
 */
import { createNodePlatform } from "starling";
import { openDht } from "starling/dht";

const [hash, bootstrap] = process.argv.slice(2);
const [host, port] = bootstrap.split(":");

const platform = await createNodePlatform();
const udp = await platform.network.openUdp({ port: 0 });
const dht = openDht({
  clock: platform.clock,
  random: platform.random,
  sockets: { v4: udp.udp4, v6: udp.udp6 },
  config: { addressProfile: host.startsWith("127.") ? "loopback" : "public", readOnly: true },
  resolveBootstrap: () => platform.network.resolve(host, Number(port)),
});
const signal = AbortSignal.timeout(30_000);
for await (const peer of dht.lookup(Buffer.from(hash, "hex"), { signal }))
  console.log(`${peer.host}:${peer.port}`);
dht.close();
await udp.close();
await platform.close();
