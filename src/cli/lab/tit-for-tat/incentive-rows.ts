/** One table of incentives: what came of each class of peers under one way of choking, over several seeds. */
import { type IncentiveOptions, PEER_CLASSES, simulateIncentives } from "../../../sim/index.ts";

export const LEECH_CHOKINGS: readonly IncentiveOptions["leechChoking"][] = [
  "tit-for-tat",
  "strict",
  "prop-share",
];

export interface IncentiveRow {
  readonly choking: IncentiveOptions["leechChoking"];
  readonly name: string;
  readonly upBytesPerSecond: number;
  readonly isFreeRider: boolean;
  readonly peers: number;
  readonly finished: number;
  /** From arrival to the last piece; who did not finish counts with an hour. */
  readonly meanMs: number;
  readonly medianMs: number;
  /** Payload given by one, in copies of the content. */
  readonly givenCopies: number;
}

export function incentiveRows(
  choking: IncentiveOptions["leechChoking"],
  firstSeed: number,
  seeds: number,
): readonly IncentiveRow[] {
  const runs = Array.from({ length: seeds }, (_, i) =>
    simulateIncentives({ seed: firstSeed + i, leechChoking: choking }),
  );
  return PEER_CLASSES.map(({ name, upBytesPerSecond, isFreeRider }, i) => {
    const outcomes = runs.flatMap((run) => run.slice(i, i + 1));
    const times = outcomes.flatMap((outcome) => outcome.completionMs).sort((a, b) => a - b);
    const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
    return {
      choking,
      name,
      upBytesPerSecond,
      isFreeRider,
      peers: sum(outcomes.map((outcome) => outcome.peers)),
      finished: sum(outcomes.map((outcome) => outcome.finished)),
      meanMs: Math.round(sum(times) / times.length),
      medianMs: Math.round(times[Math.floor(times.length / 2)] ?? 0),
      givenCopies: Math.round((100 * sum(outcomes.map((outcome) => outcome.givenCopies))) / seeds) / 100,
    };
  });
}
