/** Commands about the DHT itself: `dht serve|ping|lookup|peers`. */
import type { Command } from "commander";
import { addNetworkOptions, DEFAULT_PORT } from "../arguments/network-options.ts";
import { type Declare, declareGroup } from "./declare-command.ts";

export function declareDht(program: Command, command: Declare): void {
  const dht = declareGroup(program, "dht", "work with the DHT itself");
  addNetworkOptions(
    command(
      dht,
      "serve",
      "run a DHT node that others can bootstrap from",
      async () => (await import("../commands/dht-serve.ts")).runDhtServe,
    ),
    String(DEFAULT_PORT),
  ).option("--limits <when>", "off lifts the limits on queries, for benchmarks", "on");
  addNetworkOptions(
    command(
      dht,
      "ping <address>",
      "ask one node whether it is there",
      async () => (await import("../commands/dht-ping.ts")).runDhtPing,
    ),
    "a free one",
  ).option("-c, --count <n>", "how many times", "1");
  addNetworkOptions(
    command(
      dht,
      "lookup <hash>",
      "find the nodes closest to an id",
      async () => (await import("../commands/dht-lookup.ts")).runDhtLookup,
    ),
    "a free one",
  ).option("--trace", "show every node that was asked");
  addNetworkOptions(
    command(
      dht,
      "peers <hash>",
      "find the peers of a torrent",
      async () => (await import("../commands/dht-peers.ts")).runDhtPeers,
    ),
    "a free one",
  );
}
