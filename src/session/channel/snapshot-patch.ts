/**
 * The difference between two snapshots, and its application. Snapshots share what did not change (`SnapshotStore`),
 * so "changed" is one comparison of identities a torrent, and what a viewer rebuilds keeps the identity of its
 * unchanged parts in turn.
 *
 * Law: `applyPatch(before, diffSnapshots(before, after))` equals `after`.
 */
import type { DhtSnapshot, LogLine, SessionSnapshot, TorrentSnapshot } from "../session-view.ts";

type SessionScalars = Omit<SessionSnapshot, "dht" | "torrents" | "log">;

export interface SnapshotPatch {
  readonly session: SessionScalars;
  /** Absent when it did not change. */
  readonly dht?: DhtSnapshot;
  /** Ids of all torrents in order; absent when the list is as it was. */
  readonly order?: readonly string[];
  /** The torrents that are new or changed. */
  readonly torrents: readonly TorrentSnapshot[];
  /** Lines that are new, and the sequence number of the oldest line to keep. */
  readonly log: readonly LogLine[];
  readonly logFromSequence: number;
}

/** What a viewer that holds `before` needs to hold `after`; everything when it holds nothing yet. */
export function diffSnapshots(before: SessionSnapshot | undefined, after: SessionSnapshot): SnapshotPatch {
  const { dht, torrents, log, ...session } = after;
  const lastSequence = before?.log.at(-1)?.sequence ?? -1;
  const known = new Set(before?.torrents);
  return {
    session,
    ...(before?.dht === dht ? {} : { dht }),
    ...(before !== undefined && isSameOrder(before.torrents, torrents)
      ? {}
      : { order: torrents.map((torrent) => torrent.id) }),
    torrents: torrents.filter((torrent) => !known.has(torrent)),
    log: log.filter((line) => line.sequence > lastSequence),
    logFromSequence: log[0]?.sequence ?? 0,
  };
}

/** The snapshot that `patch` leads to; undefined when the patch does not fit `before` (a bug of the other end). */
export function applyPatch(
  before: SessionSnapshot | undefined,
  patch: SnapshotPatch,
): SessionSnapshot | undefined {
  const dht = patch.dht ?? before?.dht;
  const torrents = patchedTorrents(before?.torrents ?? [], patch);
  if (dht === undefined || torrents === undefined) return undefined;
  return { ...patch.session, dht, torrents, log: patchedLog(before?.log ?? [], patch) };
}

function patchedTorrents(
  before: readonly TorrentSnapshot[],
  patch: SnapshotPatch,
): readonly TorrentSnapshot[] | undefined {
  if (patch.order === undefined && patch.torrents.length === 0) return before;
  const byId = new Map(before.map((torrent) => [torrent.id, torrent]));
  for (const torrent of patch.torrents) byId.set(torrent.id, torrent);
  const order = patch.order ?? before.map((torrent) => torrent.id);
  const torrents = order.map((id) => byId.get(id)).filter((torrent) => torrent !== undefined);
  return torrents.length === order.length ? torrents : undefined;
}

function patchedLog(before: readonly LogLine[], patch: SnapshotPatch): readonly LogLine[] {
  const isUnchanged =
    patch.log.length === 0 && (before.length === 0 || before[0]?.sequence === patch.logFromSequence);
  if (isUnchanged) return before;
  return [...before.filter((line) => line.sequence >= patch.logFromSequence), ...patch.log];
}

function isSameOrder(before: readonly TorrentSnapshot[], after: readonly TorrentSnapshot[]): boolean {
  return before.length === after.length && after.every((torrent, i) => torrent.id === before[i]?.id);
}
