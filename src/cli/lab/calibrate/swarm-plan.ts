/**
 * Swarms of many kinds, drawn from a seed: who is there, what each has and gives, when it comes and when it leaves for
 * good. Stays are exponential, as the health model takes them to be, but how restless a swarm is differs from swarm
 * to swarm by two orders of magnitude, and the model is not told.
 */
import type { SeededRandom } from "../../../sim/index.ts";

export type SwarmKind =
  | "seeds" // some seeds and some who download
  | "one-seed" // one seed; the others have little
  | "seedless" // nobody has everything; together they may
  | "crowd" // one seed, many who have nothing yet
  | "arrivals"; // as one-seed, and others come later

export const SWARM_KINDS: readonly SwarmKind[] = ["seeds", "one-seed", "seedless", "crowd", "arrivals"];

export interface PlannedPeer {
  readonly joinsAtMs: number;
  readonly leavesAtMs: number;
  /** Chance of each piece to be there at the start; 1 = a seed. */
  readonly haveRatio: number;
  readonly upBytesPerSecond: number;
}

export interface SwarmPlan {
  readonly kind: SwarmKind;
  readonly seed: string;
  readonly pieceCount: number;
  readonly pieceBytes: number;
  readonly peers: readonly PlannedPeer[];
  /** Of the client that is watched. */
  readonly upBytesPerSecond: number;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const PIECE_BYTES = 65_536;
/** 3 to 10 MiB: minutes to hours at the rates below. */
const PIECES = { min: 48, max: 160 } as const;
/** What peers can spare, scaled to the small torrents: they take as long as real ones over real lines. */
const UP_BYTES_PER_SECOND = { min: 2_048, max: 24_576 } as const;
/** Mean stay in a swarm: seeds from a quarter of an hour to a working day, others from five minutes to two hours. */
const SEED_STAY_MS = { min: 15 * MINUTE_MS, max: 8 * HOUR_MS } as const;
const PEER_STAY_MS = { min: 5 * MINUTE_MS, max: 2 * HOUR_MS } as const;
/** Mean pause between arrivals where others come later. */
const ARRIVAL_MS = { min: 2 * MINUTE_MS, max: 30 * MINUTE_MS } as const;
/** Who comes later than this changes nothing any more. */
const LAST_ARRIVAL_MS: number = 4 * HOUR_MS;

interface Range {
  readonly min: number;
  readonly max: number;
}

/** The swarm number `index` of a run; the same seed and index draw the same swarm always. */
export function planSwarm(random: SeededRandom, index: number): SwarmPlan {
  const draw = random.fork(`swarm ${index}`);
  const kind = SWARM_KINDS[index % SWARM_KINDS.length] as SwarmKind;
  return {
    kind,
    seed: draw.seed,
    pieceCount: between(draw, PIECES.min, PIECES.max),
    pieceBytes: PIECE_BYTES,
    peers: peersOf(kind, draw),
    upBytesPerSecond: logUniform(draw, UP_BYTES_PER_SECOND),
  };
}

function peersOf(kind: SwarmKind, draw: SeededRandom): readonly PlannedPeer[] {
  const seedStayMs = logUniform(draw, SEED_STAY_MS);
  const peerStayMs = logUniform(draw, PEER_STAY_MS);
  const seed = (): PlannedPeer => planPeer(draw, 1, seedStayMs, 0);
  const peer = (haveRatio: number, joinsAtMs = 0): PlannedPeer =>
    planPeer(draw, haveRatio, peerStayMs, joinsAtMs);
  switch (kind) {
    case "seeds":
      return [...times(between(draw, 2, 4), seed), ...times(between(draw, 0, 2), () => peer(draw.float()))];
    case "one-seed":
      return [seed(), ...times(between(draw, 0, 3), () => peer(0.8 * draw.float()))];
    case "seedless":
      return times(between(draw, 3, 7), () => peer(0.2 + 0.75 * draw.float()));
    case "crowd":
      return [seed(), ...times(between(draw, 3, 5), () => peer(0))];
    case "arrivals":
      return [seed(), ...arrivals(draw).map((atMs) => peer(draw.float() < 0.3 ? 1 : draw.float(), atMs))];
  }
}

function planPeer(draw: SeededRandom, haveRatio: number, meanStayMs: number, joinsAtMs: number): PlannedPeer {
  return {
    joinsAtMs,
    leavesAtMs: joinsAtMs + exponential(draw, meanStayMs),
    haveRatio,
    upBytesPerSecond: logUniform(draw, UP_BYTES_PER_SECOND),
  };
}

function arrivals(draw: SeededRandom): readonly number[] {
  const meanPauseMs = logUniform(draw, ARRIVAL_MS);
  const times: number[] = [];
  for (
    let atMs = exponential(draw, meanPauseMs);
    atMs < LAST_ARRIVAL_MS;
    atMs += exponential(draw, meanPauseMs)
  )
    times.push(atMs);
  return times.slice(0, MAX_ARRIVALS);
}

/** Bounds the cost of one swarm. */
const MAX_ARRIVALS = 6;

function times<Item>(count: number, make: () => Item): Item[] {
  return Array.from({ length: count }, make);
}

function between(draw: SeededRandom, min: number, max: number): number {
  return min + draw.integer(max - min + 1);
}

function logUniform(draw: SeededRandom, { min, max }: Range): number {
  return Math.round(min * (max / min) ** draw.float());
}

function exponential(draw: SeededRandom, mean: number): number {
  return -mean * Math.log(1 - draw.float());
}
