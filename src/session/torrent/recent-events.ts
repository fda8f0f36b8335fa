/** How many of something happened lately, and what was said of the last ones. Bounded. */

/** dashboard list, E5: damage of the last ten minutes counts. */
const WINDOW_MS = 600_000;
const MAX_KEPT = 1_000;

export class RecentEvents {
  #events: { readonly atMs: number; readonly label: string }[] = [];

  add(nowMs: number, label = ""): void {
    this.#events.push({ atMs: nowMs, label });
    if (this.#events.length > MAX_KEPT) this.#events.shift();
  }

  /** Events of the last ten minutes. */
  count(nowMs: number): number {
    this.#events = this.#events.filter((event) => nowMs - event.atMs < WINDOW_MS);
    return this.#events.length;
  }

  /** Distinct labels of the last ten minutes, newest last, at most `limit`. */
  labels(nowMs: number, limit: number): readonly string[] {
    this.count(nowMs);
    return [...new Set(this.#events.map((event) => event.label))].slice(-limit);
  }
}
