/**
 * The difference between two snapshots, and its application. Snapshots share what did not change (`SnapshotStore`), so
 * what is looked into is only what did; and what a viewer rebuilds keeps the identity of its unchanged parts in turn.
 *
 * Law: `applyPatch(before, diffSnapshots(before, after))` equals `after`.
 */
import type { LogLine, SessionSnapshot, TorrentSnapshot } from "../session-view.ts";
import { applyDelta, type Delta, deltaOf } from "./delta.ts";

/** One stretch of the list of torrents, replaced: enough for an addition, a removal, or a torrent that moved. */
interface OrderChange {
  readonly at: number;
  readonly removed: number;
  readonly ids: readonly string[];
}

export interface SnapshotPatch {
  /** Everything but torrents and log; absent when nothing of it changed. */
  readonly session?: Delta;
  /** Absent when the list is as it was. */
  readonly order?: OrderChange;
  /** Torrents that are new or changed, by their place in the list. */
  readonly torrents: readonly (readonly [number, Delta])[];
  /** Lines that are new, and the sequence number of the oldest line to keep. */
  readonly log: readonly LogLine[];
  readonly logFromSequence: number;
}

/** What a viewer that holds `before` needs to hold `after`; everything when it holds nothing yet. */
export function diffSnapshots(before: SessionSnapshot | undefined, after: SessionSnapshot): SnapshotPatch {
  const lastSequence = before?.log.at(-1)?.sequence ?? -1;
  const session = deltaOf(withoutLists(before), withoutLists(after));
  const order = orderChange(before?.torrents ?? [], after.torrents);
  return {
    ...(session === undefined ? {} : { session }),
    ...(order === undefined ? {} : { order }),
    torrents: torrentDeltas(before?.torrents ?? [], after.torrents, order !== undefined),
    log: after.log.filter((line) => line.sequence > lastSequence),
    logFromSequence: after.log[0]?.sequence ?? 0,
  };
}

/** The snapshot that `patch` leads to; undefined when the patch does not fit `before` (a bug of the other end). */
export function applyPatch(
  before: SessionSnapshot | undefined,
  patch: SnapshotPatch,
): SessionSnapshot | undefined {
  const held = withoutLists(before);
  const session = patch.session === undefined ? held : applyDelta(held, patch.session);
  const torrents = patchedTorrents(before?.torrents ?? [], patch);
  if (session === undefined || torrents === undefined) return undefined;
  const scalars = session as Omit<SessionSnapshot, "torrents" | "log">;
  return { ...scalars, torrents, log: patchedLog(before?.log ?? [], patch) };
}

function withoutLists(
  snapshot: SessionSnapshot | undefined,
): Omit<SessionSnapshot, "torrents" | "log"> | undefined {
  if (snapshot === undefined) return undefined;
  const { torrents: _torrents, log: _log, ...session } = snapshot;
  return session;
}

function orderChange(
  before: readonly TorrentSnapshot[],
  after: readonly TorrentSnapshot[],
): OrderChange | undefined {
  const shorter = Math.min(before.length, after.length);
  let at = 0;
  while (at < shorter && before[at]?.id === after[at]?.id) at++;
  if (at === before.length && at === after.length) return undefined;
  let same = 0;
  while (same < shorter - at && before.at(-1 - same)?.id === after.at(-1 - same)?.id) same++;
  const ids = after.slice(at, after.length - same).map((torrent) => torrent.id);
  return { at, removed: before.length - same - at, ids };
}

function torrentDeltas(
  before: readonly TorrentSnapshot[],
  after: readonly TorrentSnapshot[],
  hasMoved: boolean,
): (readonly [number, Delta])[] {
  const byId = hasMoved ? new Map(before.map((torrent) => [torrent.id, torrent])) : undefined;
  const deltas: (readonly [number, Delta])[] = [];
  after.forEach((torrent, index) => {
    const delta = deltaOf(byId === undefined ? before[index] : byId.get(torrent.id), torrent);
    if (delta !== undefined) deltas.push([index, delta]);
  });
  return deltas;
}

function patchedTorrents(
  before: readonly TorrentSnapshot[],
  patch: SnapshotPatch,
): readonly TorrentSnapshot[] | undefined {
  if (patch.order === undefined && patch.torrents.length === 0) return before;
  const torrents: (TorrentSnapshot | undefined)[] =
    patch.order === undefined ? [...before] : reordered(before, patch.order);
  for (const [index, delta] of patch.torrents) {
    torrents[index] = applyDelta(torrents[index], delta) as TorrentSnapshot | undefined;
  }
  return torrents.includes(undefined) ? undefined : (torrents as TorrentSnapshot[]);
}

/** The torrents in their new places; undefined where one is new. */
function reordered(before: readonly TorrentSnapshot[], order: OrderChange): (TorrentSnapshot | undefined)[] {
  const byId = new Map(before.map((torrent) => [torrent.id, torrent]));
  const stretch = order.ids.map((id) => byId.get(id));
  return [...before.slice(0, order.at), ...stretch, ...before.slice(order.at + order.removed)];
}

function patchedLog(before: readonly LogLine[], patch: SnapshotPatch): readonly LogLine[] {
  const isUnchanged =
    patch.log.length === 0 && (before.length === 0 || before[0]?.sequence === patch.logFromSequence);
  if (isUnchanged) return before;
  return [...before.filter((line) => line.sequence >= patch.logFromSequence), ...patch.log];
}
