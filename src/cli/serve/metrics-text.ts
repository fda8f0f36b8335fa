/** The figures of a node in the text format of Prometheus, as node_exporter's textfile collector takes them. */
import type { DhtFamilyView, DhtView } from "../../dht/index.ts";
import type { SealingCounters } from "../../sealing/index.ts";

interface Metric {
  readonly name: string;
  readonly kind: "counter" | "gauge";
  readonly help: string;
  readonly samples: readonly Sample[];
}

interface Sample {
  readonly labels?: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface ServeFigures {
  readonly view: DhtView;
  /** Of a sealed network. */
  readonly refused: SealingCounters | undefined;
  readonly residentBytes: number;
  readonly startedAtUnixMs: number;
}

/** Metrics whose figure is not known are left out. */
export function metricsText(figures: ServeFigures): string {
  return [...trafficMetrics(figures.view), ...stateMetrics(figures)].map(textOf).join("");
}

function trafficMetrics({ totals }: DhtView): readonly Metric[] {
  const counter = (name: string, help: string, samples: readonly Sample[]): Metric => ({
    name: `starling_dht_${name}_total`,
    kind: "counter",
    help,
    samples,
  });
  const bothWays = (received: number, sent: number): readonly Sample[] => [
    { labels: { direction: "in" }, value: received },
    { labels: { direction: "out" }, value: sent },
  ];
  return [
    counter("queries", "Queries of others and of ours.", bothWays(totals.queriesIn, totals.queriesOut)),
    counter("replies", "Answers to our queries and of ours.", bothWays(totals.repliesIn, totals.repliesOut)),
    counter("errors", "Errors that came and that were sent.", bothWays(totals.errorsIn, totals.errorsOut)),
    counter("bytes", "Payload of datagrams.", bothWays(totals.bytesIn, totals.bytesOut)),
    counter("timeouts", "Queries of ours that nobody answered.", [{ value: totals.timeouts }]),
    counter("dropped", "Datagrams that had no effect, by reason.", [
      { labels: { reason: "malformed" }, value: totals.malformedIn },
      { labels: { reason: "unmatched" }, value: totals.unmatchedIn },
      { labels: { reason: "limited" }, value: totals.limitedIn },
      { labels: { reason: "foreign" }, value: totals.foreignIn },
    ]),
  ];
}

function stateMetrics({ view, refused, residentBytes, startedAtUnixMs }: ServeFigures): readonly Metric[] {
  const gauge = (name: string, help: string, samples: readonly Sample[]): Metric => ({
    name: `starling_${name}`,
    kind: "gauge",
    help,
    samples,
  });
  const perFamily = (value: (family: DhtFamilyView) => number | null): readonly Sample[] =>
    ([4, 6] as const).flatMap((number) => {
      const family = number === 4 ? view.v4 : view.v6;
      const known = family === null ? null : value(family);
      return known === null ? [] : [{ labels: { family: `ipv${number}` }, value: known }];
    });
  const sealing: readonly Metric[] =
    refused === undefined
      ? []
      : [
          {
            name: "starling_sealed_refused_total",
            kind: "counter",
            help: "Datagrams that were not taken, by reason.",
            samples: Object.entries(refused).map(([reason, value]) => ({ labels: { reason }, value })),
          },
        ];
  return [
    gauge("dht_joined", "1 while the node has its place in the network.", [
      { value: view.state === "joined" ? 1 : 0 },
    ]),
    gauge(
      "dht_good_contacts",
      "Contacts that answer.",
      perFamily((family) => family.goodContacts),
    ),
    gauge(
      "dht_stored_peers",
      "Peers stored for others.",
      perFamily((family) => family.storedPeers),
    ),
    gauge(
      "dht_stored_hashes",
      "Info-hashes that peers are stored for.",
      perFamily((family) => family.storedHashes),
    ),
    gauge(
      "dht_introducible_nodes",
      "Nodes that newcomers are handed on to.",
      perFamily((family) => family.introductions?.ready ?? null),
    ),
    gauge(
      "dht_waiting_askers",
      "Nodes that asked to be let in, until they are asked themselves.",
      perFamily((family) => family.introductions?.waiting ?? null),
    ),
    gauge(
      "dht_estimated_nodes",
      "Nodes in the network.",
      perFamily((family) => family.estimatedNodes),
    ),
    ...sealing,
    gauge("resident_memory_bytes", "Memory of the process.", [{ value: residentBytes }]),
    gauge("start_time_seconds", "Start of the process, since 1970.", [{ value: startedAtUnixMs / 1_000 }]),
  ];
}

function textOf({ name, kind, help, samples }: Metric): string {
  if (samples.length === 0) return "";
  const lines = samples.map(({ labels, value }) => {
    const pairs = Object.entries(labels ?? {}).map(([label, text]) => `${label}="${text}"`);
    return `${name}${pairs.length === 0 ? "" : `{${pairs.join(",")}}`} ${value}\n`;
  });
  return `# HELP ${name} ${help}\n# TYPE ${name} ${kind}\n${lines.join("")}`;
}
