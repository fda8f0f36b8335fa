/** Gives torrents their turn or has them wait, whenever something changed that the queue depends on. */
import type { Clock } from "../../core/ports.ts";
import type { Torrent } from "../torrent/torrent.ts";
import { type TurnLimits, whoWaits } from "./turns.ts";

export interface TurnGiverOptions {
  readonly clock: Clock;
  /** In the order of the queue. */
  readonly torrents: () => readonly Torrent[];
  readonly limits: () => TurnLimits;
  /** The session closes: nothing changes any more. */
  readonly isClosing: () => boolean;
}

export class TurnGiver {
  readonly #options: TurnGiverOptions;
  #isDue = false;
  /** There were limits the last time, so that somebody may wait. */
  #isLimited = false;

  constructor(options: TurnGiverOptions) {
    this.#options = options;
  }

  /** Something changed that may give another torrent its turn: looked at once, after all that happens now. */
  plan(): void {
    const { clock, isClosing } = this.#options;
    if (this.#isDue || isClosing()) return;
    this.#isDue = true;
    clock.setTimer(0, () => {
      this.#isDue = false;
      this.give();
    });
  }

  give(): void {
    if (this.#options.isClosing()) return;
    const limits = this.#options.limits();
    const isLimited = limits.maxActiveDownloads !== null || limits.maxActiveSeeds !== null;
    // Asked once a second: without limits a thousand torrents have nothing to be asked.
    if (!isLimited && !this.#isLimited) return;
    this.#isLimited = isLimited;
    const torrents = this.#options.torrents();
    const waits = whoWaits(
      torrents.map((torrent) => torrent.turn.contender()),
      limits,
    );
    for (const [i, torrent] of torrents.entries()) torrent.turn.setQueued(waits[i] === true);
  }
}
