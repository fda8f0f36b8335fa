/** Whom we met in a swarm that we watch: what counts is everybody who was there, not only who still is. */
import type { TorrentSnapshot } from "../../session/session-view.ts";

export class SwarmCensus {
  /** Largest share that each address said to have. */
  readonly #haveRatios = new Map<string, number>();
  #bestCopies = 0;

  look(torrent: Pick<TorrentSnapshot, "peers" | "copies">): void {
    for (const { address, haveRatio, state } of torrent.peers) {
      if (state !== "connected" || haveRatio === null) continue;
      this.#haveRatios.set(address, Math.max(haveRatio, this.#haveRatios.get(address) ?? 0));
    }
    this.#bestCopies = Math.max(this.#bestCopies, torrent.copies ?? 0);
  }

  get peers(): number {
    return this.#haveRatios.size;
  }

  get seeds(): number {
    return [...this.#haveRatios.values()].filter((ratio) => ratio === 1).length;
  }

  /** Whole copies among those met: each seed is one; the others together as many as were seen at one time. */
  get copies(): number {
    return Math.max(this.#bestCopies, this.seeds);
  }

  /** 0 to 1: the share of the pieces that somebody had. Below one copy, copies are just that. */
  get reachableRatio(): number {
    return Math.min(1, this.copies);
  }
}
