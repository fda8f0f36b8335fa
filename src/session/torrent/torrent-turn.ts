/** A torrent's place among those that want to run: what it wants of the queue, and whether it has its turn. */
import type { Clock } from "../../core/ports.ts";
import { type Contender, STALLED_AFTER_MS } from "../queue/turns.ts";
import { FlowWatch } from "./flow-watch.ts";
import type { TorrentLife } from "./torrent-life.ts";
import type { TorrentMetadata } from "./torrent-metadata.ts";
import type { TorrentRun } from "./torrent-run.ts";

export interface TorrentTurnOptions {
  readonly clock: Clock;
  readonly life: TorrentLife;
  readonly metadata: TorrentMetadata;
  readonly run: TorrentRun;
}

export class TorrentTurn {
  readonly #options: TorrentTurnOptions;
  readonly #flow = new FlowWatch();

  constructor(options: TorrentTurnOptions) {
    this.#options = options;
  }

  /** Has its turn, or waits for it. */
  setQueued(isQueued: boolean): void {
    const { clock, life } = this.#options;
    if (isQueued === life.wishes.isQueued) return;
    life.wishes.isQueued = isQueued;
    this.#flow.restart(clock.nowMs());
    life.changed();
  }

  contender(): Contender {
    const { clock, life, metadata } = this.#options;
    if (life.isResting || life.wishes.isMetadataOnly) return { wants: "nothing", isStalled: false };
    const isStalled = !life.wishes.isQueued && this.#flow.idleMs(clock.nowMs()) >= STALLED_AFTER_MS;
    return { wants: metadata.hasAllWanted ? "seed" : "download", isStalled };
  }

  /** Once a second, with the payload moved so far in the direction that counts: what does not flow stalls. */
  noteFlow(bytes: number): void {
    const { clock, metadata, run } = this.#options;
    const isFetchingMetadata = run.isStarted && metadata.content === undefined;
    if (run.isServing || isFetchingMetadata) this.#flow.note(bytes, clock.nowMs());
    else this.#flow.restart(clock.nowMs());
  }
}
