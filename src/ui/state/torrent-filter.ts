/** Which torrents are listed under which tab. */
import type { TorrentSnapshot } from "../../session/session-view.ts";

export const FILTERS = ["all", "down", "seed", "stuck", "done"] as const;
export type FilterId = (typeof FILTERS)[number];

export const FILTER_LABELS: Readonly<Record<FilterId, string>> = {
  all: "All",
  down: "Down",
  seed: "Seed",
  stuck: "Stuck",
  done: "Done",
};

/** Something is wrong and it will not come right by itself soon. */
export function isStuck(torrent: TorrentSnapshot): boolean {
  return torrent.phase === "failed" || torrent.diagnosis.severity === "problem";
}

/** Wants data: looking for metadata, checking or downloading. */
export function isIncoming({ phase }: TorrentSnapshot): boolean {
  return phase === "resolving" || phase === "checking" || phase === "downloading";
}

export function matchesFilter(torrent: TorrentSnapshot, filter: FilterId): boolean {
  switch (filter) {
    case "all":
      return true;
    case "down":
      return isIncoming(torrent);
    case "seed":
      return torrent.phase === "seeding";
    case "stuck":
      return isStuck(torrent);
    case "done":
      return torrent.finishedAtUnixMs !== null;
  }
}

/** Number of torrents under each tab. */
export function countByFilter(torrents: readonly TorrentSnapshot[]): Readonly<Record<FilterId, number>> {
  const counts: Record<FilterId, number> = { all: 0, down: 0, seed: 0, stuck: 0, done: 0 };
  for (const torrent of torrents) {
    for (const filter of FILTERS) if (matchesFilter(torrent, filter)) counts[filter]++;
  }
  return counts;
}
