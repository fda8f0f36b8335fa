/**
 * When the state of a torrent is saved (threats R2): at the latest 10 s after the first unsaved change, and whenever
 * 64 MiB of verified data are unsaved. What a crash can cost is bounded by whichever comes first. A save makes data
 * durable before the bits that claim it, so its owner calls `begin` when it takes the bits, and `failed` when the
 * disk refused.
 *
 *   clean --stored/changed--> dirty --begin--> clean (saving) --failed--> dirty
 */
import { CHECKPOINT_BYTES, CHECKPOINT_INTERVAL_MS } from "./storage-config.ts";

export interface CheckpointLimits {
  readonly intervalMs: number;
  readonly unsavedBytes: number;
}

export class CheckpointPolicy {
  readonly #limits: CheckpointLimits;
  /** When the oldest unsaved change happened; `undefined` while there is none. */
  #dirtySinceMs: number | undefined;
  #unsavedBytes = 0;

  constructor(
    limits: CheckpointLimits = { intervalMs: CHECKPOINT_INTERVAL_MS, unsavedBytes: CHECKPOINT_BYTES },
  ) {
    this.#limits = limits;
  }

  /** A piece was verified and written. */
  stored(lengthBytes: number, nowMs: number): void {
    this.#unsavedBytes += lengthBytes;
    this.changed(nowMs);
  }

  /** Something else that resume data holds has changed: priorities, pause, totals. */
  changed(nowMs: number): void {
    this.#dirtySinceMs ??= nowMs;
  }

  /** When the next save is due; `undefined` while nothing is unsaved. May lie in the past. */
  get dueAtMs(): number | undefined {
    if (this.#dirtySinceMs === undefined) return undefined;
    const isFull = this.#unsavedBytes >= this.#limits.unsavedBytes;
    return isFull ? this.#dirtySinceMs : this.#dirtySinceMs + this.#limits.intervalMs;
  }

  isDue(nowMs: number): boolean {
    return this.dueAtMs !== undefined && this.dueAtMs <= nowMs;
  }

  /** A save begins with the state of this moment. */
  begin(): void {
    this.#dirtySinceMs = undefined;
    this.#unsavedBytes = 0;
  }

  /** The save that began last did not succeed: everything is unsaved, and tried again after one interval. */
  failed(nowMs: number): void {
    this.#dirtySinceMs = nowMs;
    this.#unsavedBytes = 0;
  }
}
