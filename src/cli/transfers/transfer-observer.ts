/**
 * Turns a stream of snapshots into the facts that `get`, `share` and `seed` report: each once, when it becomes
 * true. Pure: time comes with the snapshot.
 */
import type { Diagnosis, SessionSnapshot, TorrentSnapshot } from "../../session/session-view.ts";

export type TransferEvent =
  | { readonly type: "added"; readonly torrent: TorrentSnapshot }
  | { readonly type: "dht-joined"; readonly nodes: number }
  | { readonly type: "metadata"; readonly torrent: TorrentSnapshot }
  | { readonly type: "progress"; readonly torrent: TorrentSnapshot }
  | { readonly type: "diagnosis"; readonly torrent: TorrentSnapshot; readonly diagnosis: Diagnosis }
  | { readonly type: "complete"; readonly torrent: TorrentSnapshot }
  | { readonly type: "finished"; readonly torrent: TorrentSnapshot }
  | { readonly type: "failed"; readonly torrent: TorrentSnapshot };

/** True when everything that is wanted is here and verified. */
export function isComplete(torrent: TorrentSnapshot): boolean {
  return torrent.phase === "seeding" || torrent.phase === "finished";
}

interface Seen {
  hasMetadata: boolean;
  isComplete: boolean;
  isFinished: boolean;
  isFailed: boolean;
  diagnosisCode: string;
}

export class TransferObserver {
  readonly #ids: readonly string[];
  readonly #seen = new Map<string, Seen>();
  #hasJoinedDht = false;

  constructor(ids: readonly string[]) {
    this.#ids = ids;
  }

  /** Events since the last snapshot, in the order in which they belong in a log. */
  observe(snapshot: SessionSnapshot): TransferEvent[] {
    const events: TransferEvent[] = [];
    for (const torrent of this.#ours(snapshot)) {
      if (!this.#seen.has(torrent.id)) events.push({ type: "added", torrent });
    }
    if (!this.#hasJoinedDht && snapshot.dht.state === "joined") {
      this.#hasJoinedDht = true;
      events.push({ type: "dht-joined", nodes: snapshot.dht.goodNodes + snapshot.dht.goodNodes6 });
    }
    for (const torrent of this.#ours(snapshot)) events.push(...this.#observeTorrent(torrent));
    return events;
  }

  #ours(snapshot: SessionSnapshot): readonly TorrentSnapshot[] {
    return snapshot.torrents.filter((torrent) => this.#ids.includes(torrent.id));
  }

  #observeTorrent(torrent: TorrentSnapshot): TransferEvent[] {
    const seen = this.#seen.get(torrent.id) ?? {
      hasMetadata: false,
      isComplete: false,
      isFinished: false,
      isFailed: false,
      diagnosisCode: "",
    };
    this.#seen.set(torrent.id, seen);
    const events: TransferEvent[] = [];
    if (!seen.hasMetadata && torrent.totalBytes !== null) {
      seen.hasMetadata = true;
      events.push({ type: "metadata", torrent });
    }
    events.push({ type: "progress", torrent });
    if (torrent.diagnosis.code !== seen.diagnosisCode) {
      seen.diagnosisCode = torrent.diagnosis.code;
      events.push({ type: "diagnosis", torrent, diagnosis: torrent.diagnosis });
    }
    if (!seen.isComplete && isComplete(torrent)) {
      seen.isComplete = true;
      events.push({ type: "complete", torrent });
    }
    if (!seen.isFinished && torrent.phase === "finished") {
      seen.isFinished = true;
      events.push({ type: "finished", torrent });
    }
    if (!seen.isFailed && torrent.phase === "failed") {
      seen.isFailed = true;
      events.push({ type: "failed", torrent });
    }
    return events;
  }
}
