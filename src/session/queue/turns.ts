/**
 * Which torrents have their turn: as many as the session may have active at once, in its order. A torrent that
 * stalls keeps running and does not count, so it never blocks those behind it (as libtorrent's
 * `dont_count_slow_torrents`); when it flows again it counts again, and the last in order waits.
 */

/** A torrent runs this long without payload before it counts as stalled; libtorrent's `auto_manage_startup`. */
export const STALLED_AFTER_MS = 60_000;

export interface Contender {
  /** `nothing`: it rests for a reason of its own, or is outside the queue. */
  readonly wants: "download" | "seed" | "nothing";
  readonly isStalled: boolean;
}

export interface TurnLimits {
  /** Null = all. */
  readonly maxActiveDownloads: number | null;
  readonly maxActiveSeeds: number | null;
}

/** One answer a contender, in their order: whether it has to wait. */
export function whoWaits(contenders: readonly Contender[], limits: TurnLimits): boolean[] {
  const left = {
    download: limits.maxActiveDownloads ?? Number.POSITIVE_INFINITY,
    seed: limits.maxActiveSeeds ?? Number.POSITIVE_INFINITY,
  };
  return contenders.map(({ wants, isStalled }) => {
    if (wants === "nothing" || isStalled) return false;
    if (left[wants] <= 0) return true;
    left[wants]--;
    return false;
  });
}
