/**
 * How often a viewer gets a snapshot: whenever there is one, unless snapshots would take more than their share of what
 * goes through its channel. Then they come less often and carry more each.
 */
import type { Clock } from "../../core/ports.ts";
import { TokenBucket } from "../../core/token-bucket.ts";
import { SNAPSHOT_BURST_MS, SNAPSHOT_BYTES_PER_SECOND } from "./channel-config.ts";

export class SnapshotPace {
  readonly #clock: Clock;
  readonly #bucket = new TokenBucket(SNAPSHOT_BYTES_PER_SECOND, { burstMs: SNAPSHOT_BURST_MS });
  #timer: Disposable | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Whether the next one may go now; if not, `later` is called when it may. */
  mayGo(later: () => void): boolean {
    if (this.#timer !== undefined) return false;
    const waitMs = this.#bucket.waitMs(this.#clock.nowMs());
    if (waitMs === 0) return true;
    this.#timer = this.#clock.setTimer(waitMs, () => {
      this.#timer = undefined;
      later();
    });
    return false;
  }

  /** One went that took this much. */
  sent(bytes: number): void {
    this.#bucket.charge(this.#clock.nowMs(), bytes);
  }

  close(): void {
    this.#timer?.[Symbol.dispose]();
    this.#timer = undefined;
  }
}
