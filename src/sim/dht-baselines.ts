/**
 * How other programs look up, as differences from our algorithms: they run in the same world as ours, on our codec
 * and our responder, so that goals can be ratios. Read from their sources in November 2026 (libtorrent 069017e, bittorrent-dht
 * 11.0.12 with k-rpc 5); what a program does beyond these parameters is not imitated.
 */
import type { DhtTuning } from "../dht/index.ts";

const NOT_OURS: Partial<DhtTuning> = {
  quarantine: false,
  resends: false,
  candidateSources: false,
  unreachableCache: false,
  crowdDoubt: false,
  looksBehind: false,
  announceCache: false,
  announceJitter: 0,
  newFlowsPerMinute: 0,
};

export const DHT_BASELINES: Readonly<Record<string, Partial<DhtTuning>>> = {
  /** `traversal_algorithm.cpp`, `routing_table.cpp`: five at the head, one second until a query stalls, wide buckets. */
  libtorrent: { ...NOT_OURS, alpha: 5, headOfList: true, stallMs: 1_000 },
  /** k-rpc: sixteen in flight, two seconds each, until the twenty closest known have been asked; buckets of twenty. */
  "bittorrent-dht": {
    ...NOT_OURS,
    farBucketWidths: new Array<number>(16).fill(20),
    prefixSlots: false,
    prefersNear: false,
    replacements: false,
    alpha: 16,
    headOfList: false,
    stallMs: 2_000,
    onePerParty: false,
    closestKnown: 20,
  },
};
