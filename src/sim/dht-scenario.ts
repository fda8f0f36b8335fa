/** What a simulated DHT is like: how many nodes, how they are connected, how they come and go, who lies. */
import type { DhtTuning } from "../dht/index.ts";
import type { NatKind } from "./nat.ts";

export interface DhtScenario {
  readonly seed: number | string;
  /** Nodes alive at a time. */
  readonly nodes: number;
  /** Virtual length of the run, at least `SHORTEST_MINUTES`. */
  readonly minutes: number;
  /** Round trips between two hosts lie between these. */
  readonly minRttMs: number;
  readonly maxRttMs: number;
  /** Share of datagrams that get lost, each way. */
  readonly lossRatio: number;
  /** Of the nodes alive, this share is replaced by newcomers in `perMs`; null for nobody. */
  readonly churn: { readonly ratio: number; readonly perMs: number } | null;
  /** Share of nodes that vanish without a word just before the lookups: their contacts know nothing of it. */
  readonly deadRatio: number;
  /** Share of nodes that name forged nodes nearest to whatever is sought. */
  readonly liarRatio: number;
  /** Shares of nodes behind translators; the others are reachable. */
  readonly nat: Readonly<Record<Exclude<NatKind, "none">, number>>;
  /** Share of nodes that ask and never answer (BEP 43). */
  readonly readOnlyRatio: number;
  /** Announced info-hashes; what is looked up is drawn from them. */
  readonly hashes: number;
  /** Lookups in all, by nodes drawn by chance. */
  readonly lookups: number;
  /** How the nodes differ from those that ship; all alike. */
  readonly tuning: Partial<DhtTuning>;
}

/** A network has to form before it can be measured. */
export const SHORTEST_MINUTES = 6;

/** A thousand nodes of the open internet, nobody dead and nobody lying. */
export const DEFAULT_SCENARIO: DhtScenario = {
  seed: 1,
  nodes: 1_000,
  minutes: 20,
  // libtorrent's simulations have the same range.
  minRttMs: 10,
  maxRttMs: 310,
  lossRatio: 0,
  churn: null,
  deadRatio: 0,
  liarRatio: 0,
  nat: { "full-cone": 0, "address-restricted": 0, "port-restricted": 0, symmetric: 0 },
  readOnlyRatio: 0,
  hashes: 100,
  lookups: 1_000,
  tuning: {},
};
