/** When a torrent has given enough. */

export interface SeedingGoal {
  /** Uploaded over wanted bytes; 0 = as soon as it is complete. */
  readonly ratio: number | undefined;
  /** Time as a complete torrent; 0 = as soon as it is complete. */
  readonly forMs: number | undefined;
}

/** Gives until it is told otherwise. */
export const NO_GOAL: SeedingGoal = Object.freeze({ ratio: undefined, forMs: undefined });

/** True when either part of the goal is met. A torrent without a goal gives until it is told otherwise. */
export function isGoalMet(
  goal: SeedingGoal,
  given: { readonly uploadedBytes: number; readonly wantedBytes: number; readonly seedingMs: number },
): boolean {
  const isRatioMet = goal.ratio !== undefined && given.uploadedBytes >= goal.ratio * given.wantedBytes;
  const isTimeMet = goal.forMs !== undefined && given.seedingMs >= goal.forMs;
  return isRatioMet || isTimeMet;
}
