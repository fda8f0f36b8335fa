/** Commands about the DHT itself: `dht serve|ping|lookup|peers|scrape|get|put|crawl|stats|table|bootstrap|simulate`. */
import type { Command } from "commander";
import {
  addLocalDiscoveryOption,
  addNetworkOptions,
  collect,
  DEFAULT_PORT,
} from "../arguments/network-options.ts";
import { type Declare, declareGroup } from "./declare-command.ts";

/** Of a client that only asks: nobody has to find it. */
const ANY_PORT = "a free one";

const TRACE_OPTION = ["--trace", "show every node that was asked"] as const;
const SEARCH_TIMEOUT_OPTION = [
  "--timeout <duration>",
  "end the search after this time with what was found",
] as const;

/** Commands that join with a node of their own and show what it found. */
const JOINING = [
  [
    "stats",
    "join, and show what a node then knows of the network",
    async () => (await import("../commands/dht-stats.ts")).runDhtStats,
  ],
  [
    "table",
    "join, and show the routing table bucket by bucket",
    async () => (await import("../commands/dht-table.ts")).runDhtTable,
  ],
  [
    "bootstrap",
    "join, and show which bootstrap nodes answer",
    async () => (await import("../commands/dht-bootstrap.ts")).runDhtBootstrap,
  ],
] as const;

export function declareDht(program: Command, command: Declare): void {
  const dht = declareGroup(program, "dht", "work with the DHT itself");
  const asking = (name: string, description: string, load: Parameters<Declare>[3]): Command =>
    addNetworkOptions(command(dht, name, description, load), ANY_PORT);
  const serve = command(
    dht,
    "serve",
    "run a DHT node that others can bootstrap from",
    async () => (await import("../commands/dht-serve.ts")).runDhtServe,
  );
  addLocalDiscoveryOption(addNetworkOptions(serve, DEFAULT_PORT))
    .option("--answer-rate <rate>", "what answers may cost a second; off for no limit", "1M")
    .option(
      "--metrics <file>",
      "keep the node's figures in this file, as Prometheus' node_exporter reads them",
    )
    .option("--metrics-port <n>", "serve the same at http://127.0.0.1:N/metrics, and /health")
    .option("--health <socket>", "answer GET /health and /metrics on this Unix socket")
    .option("--print-unit", "print a systemd unit that serves with these options")
    .option("--limits <when>", "off lifts the limits on queries, for benchmarks", "on");
  asking(
    "ping <address>",
    "ask one node whether it is there",
    async () => (await import("../commands/dht-ping.ts")).runDhtPing,
  ).option("-c, --count <n>", "how many times", "1");
  asking(
    "lookup <hash>",
    "find the nodes closest to an id",
    async () => (await import("../commands/dht-lookup.ts")).runDhtLookup,
  )
    .option(...TRACE_OPTION)
    .option(...SEARCH_TIMEOUT_OPTION);
  asking(
    "peers <hash>",
    "find the peers of a torrent",
    async () => (await import("../commands/dht-peers.ts")).runDhtPeers,
  ).option(...SEARCH_TIMEOUT_OPTION);
  asking(
    "scrape <hash>",
    "estimate how many seeds and other peers a torrent has",
    async () => (await import("../commands/dht-scrape.ts")).runDhtScrape,
  )
    .option(...TRACE_OPTION)
    .option(...SEARCH_TIMEOUT_OPTION);
  asking(
    "get <item>",
    "get an item by its hash, its owner's key, or a link with the key",
    async () => (await import("../commands/dht-get.ts")).runDhtGet,
  )
    .option("--salt <text>", "which of the items of a key")
    .option(...SEARCH_TIMEOUT_OPTION);
  asking(
    "put <value>",
    "store a text for two hours, under its hash or signed with a key",
    async () => (await import("../commands/dht-put.ts")).runDhtPut,
  )
    .option("--key <file>", "sign it, so that it can change; the key is made if the file is not there")
    .option("--salt <text>", "which of the items of the key")
    .option("--seq <n>", "number of this version (default: one more than what is found)")
    .option("--cas <n>", "only where this number is stored now, or none")
    .option("--torrent", "the value is a magnet link or hash that a link to the key shall lead to")
    .option("--every <duration>", "put it again so often until stopped")
    .option("--timeout <duration>", "end the search after this time");
  asking(
    "crawl",
    "list the info-hashes that nodes store, asking each node once; of a private network its nodes and the torrents' names too",
    async () => (await import("../commands/dht-crawl.ts")).runDhtCrawl,
  )
    .option("--nodes <n>", "nodes asked at most", "10000")
    .option("--timeout <duration>", "end the crawl after this time with what was found");
  for (const [name, description, load] of JOINING) {
    asking(name, description, load).option(
      "--timeout <duration>",
      "longest time that joining may take",
      "15s",
    );
  }
  command(
    dht,
    "simulate",
    "run thousands of nodes in virtual time and report how their lookups do",
    async () => (await import("../commands/dht-simulate.ts")).runDhtSimulate,
  )
    .option("--nodes <n>", "nodes alive at a time", "1000")
    .option("--minutes <n>", "virtual minutes", "20")
    .option("--lookups <n>", "lookups in all (default: one a node)")
    .option("--hashes <n>", "announced hashes that are looked up (default: a tenth of the lookups)")
    .option("--rtt <min-max>", "round trips between two hosts, milliseconds", "10-310")
    .option("--loss <share>", "datagrams that get lost each way, like 15%", "0%")
    .option("--churn <share/time>", "nodes replaced in a time, like 20%/30m")
    .option("--dead <share>", "nodes that vanish just before the lookups, like 30%", "0%")
    .option("--liars <share>", "nodes that name forged nodes, like 20%", "0%")
    .option("--read-only <share>", "nodes that ask and never answer (BEP 43)", "0%")
    .option(
      "--nat <kind=share>",
      "nodes behind full-cone, address-restricted, port-restricted or symmetric routers, repeatable",
      collect,
      [],
    )
    .option("--seed <text>", "the same seed gives the same run", "1")
    .option("--like <program>", "look up as libtorrent or bittorrent-dht do")
    .option("--set <name=value>", "change an algorithm, like alpha=3; repeatable", collect, []);
}
