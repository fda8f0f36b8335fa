/**
 * The order of the list. Values change all the time; rows must not dance under the cursor: sorting is done at most
 * every two seconds and rests for three after the user moved. Torrents that come join at the end until the next
 * sorting; those that go leave at once. Ties keep the order in which torrents were added.
 */
import type { SessionSnapshot, TorrentSnapshot } from "../../session/session-view.ts";
import { type FilterId, isStuck, matchesFilter } from "./torrent-filter.ts";
import { parseQuery } from "./torrent-query.ts";

export const SORTS = ["added", "name", "done", "health", "speed", "size", "eta"] as const;
export type SortId = (typeof SORTS)[number];

export interface ListChoice {
  readonly filter: FilterId;
  readonly query: string;
  readonly sort: SortId;
  readonly isReversed: boolean;
}

/** Rows change places at most this often. */
const RESORT_INTERVAL_MS = 2000;
/** Rows rest this long after the cursor was moved. */
const FREEZE_AFTER_MOVE_MS = 3000;

export class ListOrder {
  #sortedIds: readonly string[] = [];
  #sortedAtMs = Number.NEGATIVE_INFINITY;
  #movedAtMs = Number.NEGATIVE_INFINITY;
  #key = "";
  #input: { snapshot: SessionSnapshot; key: string } | undefined;
  #visibleIds: readonly string[] = [];

  /** The user moved the cursor at `nowMs`. */
  moved(nowMs: number): void {
    this.#movedAtMs = nowMs;
  }

  /** Ids to list, in order; the same array as before when nothing changed. */
  update(snapshot: SessionSnapshot, choice: ListChoice, nowMs: number): readonly string[] {
    const key = JSON.stringify([choice.filter, choice.query, choice.sort, choice.isReversed]);
    const isSame = this.#input?.snapshot === snapshot && this.#input.key === key;
    if (isSame && !this.#mayResort(nowMs)) return this.#visibleIds;
    this.#input = { snapshot, key };
    const byId = new Map(snapshot.torrents.map((torrent) => [torrent.id, torrent]));
    if (key !== this.#key || this.#mayResort(nowMs)) {
      this.#key = key;
      this.#sortedAtMs = nowMs;
      this.#sortedIds = sortIds(snapshot.torrents, choice);
    } else {
      this.#sortedIds = joinNewcomers(this.#sortedIds, byId);
    }
    this.#visibleIds = reuse(this.#visibleIds, listed(this.#sortedIds, byId, choice));
    return this.#visibleIds;
  }

  #mayResort(nowMs: number): boolean {
    return nowMs - this.#sortedAtMs >= RESORT_INTERVAL_MS && nowMs - this.#movedAtMs >= FREEZE_AFTER_MOVE_MS;
  }
}

/** The ids under the tab that fit what is searched for; the better they fit the further up. */
function listed(
  ids: readonly string[],
  byId: ReadonlyMap<string, TorrentSnapshot>,
  choice: ListChoice,
): readonly string[] {
  const query = choice.query === "" ? undefined : parseQuery(choice.query);
  const scored: { id: string; score: number }[] = [];
  for (const id of ids) {
    const torrent = byId.get(id);
    if (torrent === undefined || !matchesFilter(torrent, choice.filter)) continue;
    const score = query === undefined ? 1 : query.score(torrent);
    if (score > 0) scored.push({ id, score });
  }
  if (query !== undefined) scored.sort((a, b) => b.score - a.score);
  return scored.map(({ id }) => id);
}

function joinNewcomers(
  ids: readonly string[],
  byId: ReadonlyMap<string, TorrentSnapshot>,
): readonly string[] {
  const known = new Set(ids);
  const newcomers = [...byId.keys()].filter((id) => !known.has(id));
  return newcomers.length === 0 ? ids : [...ids, ...newcomers];
}

function reuse(former: readonly string[], next: readonly string[]): readonly string[] {
  const isEqual = former.length === next.length && former.every((id, index) => id === next[index]);
  return isEqual ? former : next;
}

function sortIds(torrents: readonly TorrentSnapshot[], { sort, isReversed }: ListChoice): string[] {
  const direction = isReversed ? -1 : 1;
  const compare = COMPARE[sort];
  return [...torrents]
    .sort((a, b) => direction * compare(a, b) || byAdded(a, b))
    .map((torrent) => torrent.id);
}

const byAdded = (a: TorrentSnapshot, b: TorrentSnapshot): number =>
  a.addedAtUnixMs - b.addedAtUnixMs || (a.id < b.id ? -1 : 1);

const collator = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" });

/** What needs a look first: unknown health counts as fine, trouble before everything. */
const urgency = (torrent: TorrentSnapshot): number =>
  isStuck(torrent) ? (torrent.health ?? 0) - 1000 : (torrent.health ?? 101);

const COMPARE: Readonly<Record<SortId, (a: TorrentSnapshot, b: TorrentSnapshot) => number>> = {
  added: byAdded,
  name: (a, b) => collator.compare(a.name, b.name),
  done: (a, b) => a.progressRatio - b.progressRatio,
  health: (a, b) => urgency(a) - urgency(b),
  speed: (a, b) => b.downBytesPerSecond + b.upBytesPerSecond - (a.downBytesPerSecond + a.upBytesPerSecond),
  size: (a, b) => (b.totalBytes ?? -1) - (a.totalBytes ?? -1),
  eta: (a, b) => (a.etaSeconds ?? Number.MAX_VALUE) - (b.etaSeconds ?? Number.MAX_VALUE),
};
