/** Torrents that were removed a moment ago, so that a removal can be taken back. Their files are where they were. */
import { BoundedCache } from "../../core/bounded-cache.ts";
import type { TorrentSpec } from "./torrent-spec.ts";

/** Long enough to notice a slip, and no second list of torrents. */
const TAKEN_BACK_WITHIN_MS = 10 * 60_000;
const MAX_KEPT = 100;

export class RemovedTorrents {
  readonly #kept = new BoundedCache<string, { readonly spec: TorrentSpec; readonly atMs: number }>(MAX_KEPT);

  keep(id: string, spec: TorrentSpec, nowMs: number): void {
    this.#kept.set(id, { spec, atMs: nowMs });
  }

  /** The torrent as it was, once; undefined when it is too late. */
  take(id: string, nowMs: number): TorrentSpec | undefined {
    const kept = this.#kept.get(id);
    this.#kept.delete(id);
    return kept !== undefined && nowMs - kept.atMs <= TAKEN_BACK_WITHIN_MS ? kept.spec : undefined;
  }
}
