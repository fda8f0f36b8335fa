/**
 * Health of a swarm as a number from 0 to 100: how sure a finish is with the peers of today, how well data flows,
 * and what stands in reserve. Limited by its weakest link: pieces that nobody has cap it, however many peers there are.
 *
 * Model: a peer that is here leaves at some rate, and missing piece i is safe while at least one of its holders stays
 * until it is fetched. The rate is not known but learnt: a Gamma prior, sharpened by the departures that were seen;
 * what is said is the mean over all rates that are still possible (`docs/health.md` shows how well that fares).
 * Availability of swarms as overlap in time: Menasché et al., CoNEXT 2009; seedless swarms that finish: Kaune et al. 2010.
 */
import { meanOverRates } from "./departure-rates.ts";

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
  /** Connected peers that have something and not everything. */
  readonly partialPeers: number;
  /** Mean download rate of the last minutes; undefined before there are enough of them. */
  readonly rateBytesPerSecond: number | undefined;
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

/** Prior of the departure rates: one departure in an hour for a seed, in twenty minutes for others (docs/health.md). */
const SEED_PRIOR_SECONDS = 3_600;
const PEER_PRIOR_SECONDS = 1_200;
/** Taken as the rate while none is known: early rates are zero and mean nothing. */
const ASSUMED_RATE_BYTES_PER_SECOND = 64 * 1_024;
/** A rate that is known to be lower is standing still, and the time needed is the longest. */
const LEAST_RATE_BYTES_PER_SECOND = 64;
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
  const rate = inputs.rateBytesPerSecond ?? ASSUMED_RATE_BYTES_PER_SECOND;
  const neededSeconds = Math.min(
    inputs.missingBytes / Math.max(rate, LEAST_RATE_BYTES_PER_SECOND),
    HORIZON_SECONDS,
  );
  const seedStays = meanOverRates(
    { departures: inputs.seedDepartures, seconds: inputs.seedSeconds + SEED_PRIOR_SECONDS },
    (leaveRate) => 1 - (1 - Math.exp(-leaveRate * neededSeconds)) ** inputs.seeds,
  );
  const peersSuffice = meanOverRates(
    { departures: inputs.peerDepartures, seconds: inputs.peerSeconds + PEER_PRIOR_SECONDS },
    (leaveRate) => peersSufficeProbability(inputs, leaveRate, neededSeconds),
  );
  return 1 - (1 - seedStays) * (1 - peersSuffice);
}

/**
 * Poisson bound that each missing piece keeps a holder until it is fetched. The rarest are fetched first, so each
 * class of copies waits for the rarer ones and for half of itself. Pieces with the same holders are lost together: what
 * counts is not the pieces but the sets of holders that they are spread over.
 */
function peersSufficeProbability(
  { rarity, partialPeers, missingPieces }: HealthInputs,
  leaveRate: number,
  neededSeconds: number,
): number {
  if (rarity.length === 0 || (rarity[0] ?? 0) > 0) return 0;
  let expectedLost = 0;
  let rarerPieces = 0;
  for (let copies = 1; copies < rarity.length; copies++) {
    const pieces = rarity[copies] as number;
    const waitSeconds = (neededSeconds * (rarerPieces + pieces / 2)) / missingPieces;
    const holderLeaves = 1 - Math.exp(-leaveRate * waitSeconds);
    expectedLost += distinctSets(pieces, partialPeers, copies) * holderLeaves ** copies;
    rarerPieces += pieces;
  }
  return Math.exp(-expectedLost);
}

/** How many different sets of `copies` holders `pieces` pieces have, if each set is as likely as any other. */
function distinctSets(pieces: number, peers: number, copies: number): number {
  let possible = 1;
  for (let i = 0; i < copies; i++) possible *= Math.max(1, peers - i) / (i + 1);
  possible = Math.max(1, possible);
  return possible * (1 - (1 - 1 / possible) ** pieces);
}
