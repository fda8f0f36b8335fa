/** Notices torrents that get their last piece while somebody watches. */
import type { SessionSnapshot } from "../../session/session-view.ts";

export class Completions {
  readonly #unfinishedIds = new Set<string>();

  /** Names of the torrents that finished since the former snapshot; those that were complete before are none. */
  update({ torrents }: SessionSnapshot): readonly string[] {
    const finished: string[] = [];
    for (const { id, name, finishedAtUnixMs } of torrents) {
      if (finishedAtUnixMs === null) this.#unfinishedIds.add(id);
      else if (this.#unfinishedIds.delete(id)) finished.push(name);
    }
    return finished;
  }
}
