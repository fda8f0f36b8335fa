/** How long a torrent has been complete and running, over all sessions. */

/** Time that an unclean end may cost: little beside goals of days, and few writes beside a thousand torrents. */
const SAVE_INTERVAL_MS = 600_000;

export class SeedingTime {
  #beforeMs: number;
  #sinceMs: number | undefined;
  #savedAtMs = 0;

  constructor(beforeMs: number) {
    this.#beforeMs = beforeMs;
  }

  start(nowMs: number): void {
    this.#sinceMs ??= nowMs;
    this.#savedAtMs = nowMs;
  }

  stop(nowMs: number): void {
    this.#beforeMs = this.totalMs(nowMs);
    this.#sinceMs = undefined;
  }

  totalMs(nowMs: number): number {
    return this.#beforeMs + (this.#sinceMs === undefined ? 0 : nowMs - this.#sinceMs);
  }

  /** True once each interval: whoever asks saves. */
  isWorthSaving(nowMs: number): boolean {
    if (nowMs - this.#savedAtMs < SAVE_INTERVAL_MS) return false;
    this.#savedAtMs = nowMs;
    return true;
  }
}
