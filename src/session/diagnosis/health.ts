/**
 * Health of a swarm as a number from 0 to 100: how sure a finish is with the peers of today, how well data flows,
 * and what stands in reserve. Limited by its weakest link: pieces that nobody has cap it, however many peers there are.
 *
 * Model: a peer that is here leaves at some rate (a Gamma prior keeps two minutes of observation from talking
 * nonsense); missing piece i is safe while at least one of its holders stays until it is fetched. Availability of
 * swarms as overlap in time: Menasché et al., CoNEXT 2009; seedless swarms that finish: Kaune et al. 2010.
 */

export interface HealthInputs {
  /** Wanted pieces that are not here. */
  readonly missingPieces: number;
  readonly missingBytes: number;
  /** Connected peers that have everything. */
  readonly seeds: number;
  /** `[k]` = missing pieces that exactly k connected non-seeds have; the last entry also counts those with more. */
  readonly rarity: readonly number[];
  /** Peers that let us download and delivered within the last minute. */
  readonly givingPeers: number;
  /** Known peers that may be dialled. */
  readonly reservePeers: number;
  /** Distinct new peers in the last ten minutes. */
  readonly newPeers: number;
  /** 20th percentile of the download rate of the last minutes, bytes per second. */
  readonly lowRateBytesPerSecond: number;
  /** Observed departures and the time peers were seen, for seeds and others. */
  readonly seedDepartures: number;
  readonly seedSeconds: number;
  readonly peerDepartures: number;
  readonly peerSeconds: number;
}

export interface Health {
  /** 0 to 100, whole. */
  readonly score: number;
  /** 0 to 1: the missing pieces can all be fetched before their holders leave. */
  readonly finishConfidence: number;
  /** 0 to 1: share of the missing pieces that a connected peer has. */
  readonly coverage: number;
}

/** Prior of the departure rates: one departure in two hours for a seed, in half an hour for others. */
const SEED_PRIOR_SECONDS = 7_200;
const PEER_PRIOR_SECONDS = 1_800;
/** Below this rate time needed is guessed as if at this rate: early rates are zero and mean nothing. */
const ASSUMED_RATE_BYTES_PER_SECOND = 64 * 1_024;
/** Nobody can tell about more than a day ahead. */
const HORIZON_SECONDS = 86_400;
/** The classical number of regular unchoke slots: four givers are a full flow. */
const FULL_FLOW_PEERS = 4;
const FULL_RESERVE_PEERS = 10;
/** With pieces that nobody has, health stays poor: below the 40 where FAIR begins. */
const INCOMPLETE_CAP = 39;

/** Weights of confidence, flow and reserve. */
const WEIGHTS = { confidence: 0.6, flow: 0.25, reserve: 0.15 } as const;

/** Health while something is missing. A torrent that lacks nothing needs no score. */
export function healthOf(inputs: HealthInputs): Health {
  const coverage = coverageOf(inputs);
  const finishConfidence = confidenceOf(inputs);
  const flow = Math.min(1, inputs.givingPeers / FULL_FLOW_PEERS);
  const reserve = Math.min(1, (inputs.reservePeers + inputs.newPeers) / FULL_RESERVE_PEERS);
  const full =
    100 * (WEIGHTS.confidence * finishConfidence + WEIGHTS.flow * flow + WEIGHTS.reserve * reserve);
  const capped = coverage < 1 ? Math.min(full, INCOMPLETE_CAP * coverage) : full;
  return { score: Math.round(capped), finishConfidence, coverage };
}

/** While the file list is fetched: half for having somebody to ask, half for what is here, of 60 at most. */
export function metadataHealth(connectedPeers: number, metadataRatio: number): number {
  return Math.round(60 * (0.5 * (connectedPeers > 0 ? 1 : 0) + 0.5 * metadataRatio));
}

function coverageOf({ seeds, missingPieces, rarity }: HealthInputs): number {
  if (seeds > 0 || missingPieces === 0) return 1;
  return 1 - (rarity[0] ?? missingPieces) / missingPieces;
}

function confidenceOf(inputs: HealthInputs): number {
  const rate = Math.max(inputs.lowRateBytesPerSecond, ASSUMED_RATE_BYTES_PER_SECOND);
  const neededSeconds = Math.min(inputs.missingBytes / rate, HORIZON_SECONDS);
  const seedLeaves = (inputs.seedDepartures + 1) / (inputs.seedSeconds + SEED_PRIOR_SECONDS);
  const peerLeaves = (inputs.peerDepartures + 1) / (inputs.peerSeconds + PEER_PRIOR_SECONDS);
  const seedStays = 1 - (1 - Math.exp(-seedLeaves * neededSeconds)) ** inputs.seeds;
  const peersSuffice = peersSufficeProbability(inputs.rarity, peerLeaves, neededSeconds);
  return 1 - (1 - seedStays) * (1 - peersSuffice);
}

/** Poisson bound that each missing piece keeps a holder for half of the time needed, its mean waiting time. */
function peersSufficeProbability(
  rarity: readonly number[],
  leaveRate: number,
  neededSeconds: number,
): number {
  if (rarity.length === 0 || (rarity[0] ?? 0) > 0) return 0;
  const holderLeaves = 1 - Math.exp((-leaveRate * neededSeconds) / 2);
  let expectedLost = 0;
  for (let copies = 1; copies < rarity.length; copies++) {
    expectedLost += (rarity[copies] as number) * holderLeaves ** copies;
  }
  return Math.exp(-expectedLost);
}
