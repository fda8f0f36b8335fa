/** The moments that matter of a torrent, as time since it was added to this session. Each happens once. */
import type { TorrentSnapshot } from "../session-view.ts";

export type Milestone = keyof TorrentSnapshot["milestones"];

export class Milestones {
  readonly #addedAtMs: number;
  readonly #reached: { -readonly [Name in Milestone]: number | null } = {
    firstPeerMs: null,
    metadataMs: null,
    firstPieceMs: null,
    doneMs: null,
  };

  constructor(addedAtMs: number) {
    this.#addedAtMs = addedAtMs;
  }

  /** Answers the time since adding when this is the first time, else undefined. */
  reach(milestone: Milestone, nowMs: number): number | undefined {
    if (this.#reached[milestone] !== null) return undefined;
    const sinceAddedMs = Math.round(nowMs - this.#addedAtMs);
    this.#reached[milestone] = sinceAddedMs;
    return sinceAddedMs;
  }

  view(): TorrentSnapshot["milestones"] {
    return { ...this.#reached };
  }
}
