/**
 * Compares what was believed with what came of it. A belief is well calibrated when, of all the times that 80 % was
 * said, four of five came true; it is said of the time to go when the range held.
 */
import type { Belief, SwarmOutcome } from "./run-swarm.ts";
import { SWARM_KINDS, type SwarmKind } from "./swarm-plan.ts";

/** Beliefs that lie near each other, and how they fared. */
export interface CalibrationPoint {
  readonly fromConfidence: number;
  readonly toConfidence: number;
  readonly beliefs: number;
  /** Mean of what was said, 0 to 1; null where nothing was. */
  readonly said: number | null;
  /** Share that came true, with its 95 % interval (Wilson 1927). */
  readonly cameTrue: number | null;
  readonly low: number | null;
  readonly high: number | null;
}

export interface EtaCalibration {
  /** Ranges told by clients that finished. */
  readonly ranges: number;
  readonly held: number;
  /** Finished before the range began, or after it had ended. */
  readonly early: number;
  readonly late: number;
}

export interface KindResult {
  readonly kind: SwarmKind;
  readonly swarms: number;
  readonly finished: number;
  readonly stuck: number;
  /** Neither within the time that was given: left out of everything else. */
  readonly undecided: number;
  readonly beliefs: number;
  /** Mean squared difference of belief and outcome: 0 is a prophet, 0.25 says always fifty-fifty. */
  readonly brierScore: number | null;
  readonly meanConfidence: number | null;
  readonly cameTrue: number | null;
}

export interface Calibration {
  readonly seed: number;
  readonly swarms: number;
  /** Swarms to which nobody comes later: the model's own question, "do today's peers suffice?". */
  readonly closed: readonly CalibrationPoint[];
  /** Swarms to which others come: there the belief is a lower bound. */
  readonly open: readonly CalibrationPoint[];
  /** Beliefs from 75 to 85 %, over closed swarms. */
  readonly aboutEighty: CalibrationPoint;
  readonly brierScore: number | null;
  readonly eta: EtaCalibration;
  readonly kinds: readonly KindResult[];
}

/** Ten equal steps. */
const STEPS = 10;
/** Normal quantile of 95 %. */
const Z95 = 1.96;

interface JudgedBelief extends Belief {
  readonly isTrue: boolean;
}

export function calibrate(seed: number, outcomes: readonly SwarmOutcome[]): Calibration {
  const closed = outcomes.filter(({ kind }) => kind !== "arrivals").flatMap(judged);
  const open = outcomes.filter(({ kind }) => kind === "arrivals").flatMap(judged);
  return {
    seed,
    swarms: outcomes.length,
    closed: curve(closed),
    open: curve(open),
    aboutEighty: pointOf(closed, 0.75, 0.85),
    brierScore: brierScore(closed),
    eta: etaCalibration(outcomes),
    kinds: SWARM_KINDS.map((kind) => kindResult(kind, outcomes)),
  };
}

/** Beliefs of a swarm whose end is known. */
function judged(outcome: SwarmOutcome): readonly JudgedBelief[] {
  if (outcome.finishedAtSeconds === null && !outcome.isStuck) return [];
  return outcome.beliefs.map((belief) => ({ ...belief, isTrue: outcome.finishedAtSeconds !== null }));
}

function curve(beliefs: readonly JudgedBelief[]): readonly CalibrationPoint[] {
  return Array.from({ length: STEPS }, (_, step) => pointOf(beliefs, step / STEPS, (step + 1) / STEPS));
}

/** From `from`, and below `to`; the last step takes in 1 itself. */
function pointOf(beliefs: readonly JudgedBelief[], from: number, to: number): CalibrationPoint {
  const some = beliefs.filter(({ confidence }) => confidence >= from && (confidence < to || to === 1));
  const trueOnes = some.filter(({ isTrue }) => isTrue).length;
  const [low, high] = wilson(trueOnes, some.length);
  return {
    fromConfidence: from,
    toConfidence: to,
    beliefs: some.length,
    said: mean(some.map(({ confidence }) => confidence)),
    cameTrue: some.length === 0 ? null : rounded(trueOnes / some.length),
    low,
    high,
  };
}

function wilson(successes: number, trials: number): readonly [number | null, number | null] {
  if (trials === 0) return [null, null];
  const share = successes / trials;
  const centre = share + Z95 ** 2 / (2 * trials);
  const spread = Z95 * Math.sqrt((share * (1 - share)) / trials + Z95 ** 2 / (4 * trials ** 2));
  const scale = 1 + Z95 ** 2 / trials;
  return [rounded((centre - spread) / scale), rounded((centre + spread) / scale)];
}

function etaCalibration(outcomes: readonly SwarmOutcome[]): EtaCalibration {
  let [held, early, late] = [0, 0, 0];
  for (const { finishedAtSeconds, beliefs } of outcomes) {
    if (finishedAtSeconds === null) continue;
    for (const { atSeconds, etaRange } of beliefs) {
      if (etaRange === null) continue;
      if (finishedAtSeconds < atSeconds + etaRange.lowSeconds) early++;
      else if (finishedAtSeconds > atSeconds + etaRange.highSeconds) late++;
      else held++;
    }
  }
  return { ranges: held + early + late, held, early, late };
}

function kindResult(kind: SwarmKind, outcomes: readonly SwarmOutcome[]): KindResult {
  const ours = outcomes.filter((outcome) => outcome.kind === kind);
  const beliefs = ours.flatMap(judged);
  const finished = ours.filter(({ finishedAtSeconds }) => finishedAtSeconds !== null).length;
  const stuck = ours.filter(({ isStuck }) => isStuck).length;
  return {
    kind,
    swarms: ours.length,
    finished,
    stuck,
    undecided: ours.length - finished - stuck,
    beliefs: beliefs.length,
    brierScore: brierScore(beliefs),
    meanConfidence: mean(beliefs.map(({ confidence }) => confidence)),
    cameTrue: mean(beliefs.map(({ isTrue }) => (isTrue ? 1 : 0))),
  };
}

function brierScore(beliefs: readonly JudgedBelief[]): number | null {
  return mean(beliefs.map(({ confidence, isTrue }) => (confidence - (isTrue ? 1 : 0)) ** 2));
}

function mean(values: readonly number[]): number | null {
  return values.length === 0 ? null : rounded(values.reduce((sum, value) => sum + value, 0) / values.length);
}

/** Thousandths: more digits than the intervals justify, few enough to read. */
function rounded(value: number): number {
  return Math.round(value * 1_000) / 1_000;
}
