/** Work on one torrent happens in the order in which it was asked for; different torrents do not wait for each other. */
import type { InfoHashHex } from "../../core/ids.ts";

export class InOrder {
  /** The last work that was asked for; there is none when it is done. */
  readonly #last = new Map<InfoHashHex, Promise<void>>();

  /** Runs `work` after everything else that was asked for of this torrent; at once when there is nothing. */
  async run<Result>(id: InfoHashHex, work: () => Promise<Result>): Promise<Result> {
    const run = this.#last.get(id)?.then(work) ?? work();
    const turn = run.then(
      () => {},
      () => {},
    );
    this.#last.set(id, turn);
    try {
      return await run;
    } finally {
      if (this.#last.get(id) === turn) this.#last.delete(id);
    }
  }
}
