/** One table of incentives: what came of each class of peers under one way of choking, over several seeds. */
import {
  type ClassOutcome,
  GIVING_WAYS,
  type GivenBytes,
  type IncentiveOptions,
  PEER_CLASSES,
  type PeerClass,
  simulateIncentives,
} from "../../../sim/index.ts";
import { quantileMs } from "../report/quantile.ts";

export const LEECH_CHOKINGS: readonly IncentiveOptions["leechChoking"][] = [
  "tit-for-tat",
  "strict",
  "prop-share",
];

export interface IncentiveRow {
  readonly choking: IncentiveOptions["leechChoking"];
  readonly name: string;
  readonly upBytesPerSecond: number;
  readonly conduct: PeerClass["conduct"];
  readonly peers: number;
  readonly finished: number;
  /** From arrival to the last piece; who did not finish counts with an hour. */
  readonly meanMs: number;
  readonly medianMs: number;
  /** Of the peers of all seeds: a quarter took less than the first, a quarter more than the second. */
  readonly quartersMs: readonly [number, number];
  /** The mean of each seed. */
  readonly seedMeansMs: readonly number[];
  /** Payload given by one, in copies of the content. */
  readonly givenCopies: number;
  /** How it came by its payload; shares of what was seen, 0 to 1. */
  readonly takenShares: GivenBytes;
}

export function incentiveRows(
  choking: IncentiveOptions["leechChoking"],
  firstSeed: number,
  seeds: number,
): readonly IncentiveRow[] {
  const runs = Array.from({ length: seeds }, (_, i) =>
    simulateIncentives({ seed: firstSeed + i, leechChoking: choking }),
  );
  return PEER_CLASSES.map(({ name, upBytesPerSecond, conduct }, i) => {
    const outcomes = runs.flatMap((run) => run.slice(i, i + 1));
    const times = outcomes.flatMap((outcome) => outcome.completionMs).sort((a, b) => a - b);
    const quantile = (share: number): number => quantileMs(times, share) ?? 0;
    return {
      choking,
      name,
      upBytesPerSecond,
      conduct,
      peers: sum(outcomes.map((outcome) => outcome.peers)),
      finished: sum(outcomes.map((outcome) => outcome.finished)),
      meanMs: mean(times),
      medianMs: quantile(0.5),
      quartersMs: [quantile(0.25), quantile(0.75)],
      seedMeansMs: outcomes.map((outcome) => mean(outcome.completionMs)),
      givenCopies: Math.round((100 * sum(outcomes.map((outcome) => outcome.givenCopies))) / seeds) / 100,
      takenShares: takenShares(outcomes),
    };
  });
}

function takenShares(outcomes: readonly ClassOutcome[]): GivenBytes {
  const taken = outcomes.flatMap((outcome) => outcome.taken);
  const bytes = GIVING_WAYS.map((way) => [way, sum(taken.map((given) => given[way]))] as const);
  const all = Math.max(1, sum(bytes.map(([, some]) => some)));
  return Object.fromEntries(
    bytes.map(([way, some]) => [way, Math.round((1_000 * some) / all) / 1_000]),
  ) as GivenBytes;
}

function mean(values: readonly number[]): number {
  return Math.round(sum(values) / values.length);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
