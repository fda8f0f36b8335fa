/**
 * What is worth telling somebody who looks elsewhere: a torrent that got its last piece, and one that has run into a
 * problem. Each cause is told at most once in ten minutes; a swarm that flickers must not ring all day.
 */
import type { SessionSnapshot } from "../../session/session-view.ts";
import { Completions } from "./completions.ts";
import { isStuck } from "./torrent-filter.ts";

const REPEAT_AFTER_MS = 600_000;

export interface Alert {
  readonly kind: "complete" | "problem";
  readonly text: string;
}

export class Alerts {
  readonly #completions = new Completions();
  #stuckIds: ReadonlySet<string> | undefined;
  readonly #toldAtMs = new Map<string, number>();

  /** What happened since the former snapshot; what was wrong when the first one came is no news. */
  update(snapshot: SessionSnapshot, nowMs: number): readonly Alert[] {
    const complete = this.#completions.update(snapshot);
    const stuck = snapshot.torrents.filter(isStuck);
    const former = this.#stuckIds;
    this.#stuckIds = new Set(stuck.map(({ id }) => id));
    const alerts: Alert[] = complete.map((name) => ({ kind: "complete", text: `${name} is complete.` }));
    for (const [cause, atMs] of this.#toldAtMs) {
      if (nowMs - atMs >= REPEAT_AFTER_MS) this.#toldAtMs.delete(cause);
    }
    for (const { id, name, diagnosis } of stuck) {
      const cause = `${id} ${diagnosis.code}`;
      if (former === undefined || former.has(id) || this.#toldAtMs.has(cause)) continue;
      this.#toldAtMs.set(cause, nowMs);
      alerts.push({ kind: "problem", text: `${name}: ${diagnosis.sentence}` });
    }
    return alerts;
  }
}
