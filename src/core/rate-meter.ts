/**
 * Bytes (or anything) per second over a sliding window, as a ring of counters that the caller's clock advances.
 * No timer, no allocation after construction; a meter that nobody feeds falls to zero by itself when it is read.
 */
import { NEVER_MS } from "./never-ms.ts";

/** Width of one counter. Eight to twenty of them make a window that neither jumps nor lags. */
const COUNTER_MS = 500;
/** A burst in the first instant is not a rate: a younger meter divides by this much. */
const MIN_SPAN_MS = 1_000;

export class RateMeter {
  readonly #counters: Float64Array;
  /** Index of the running counter, in units of COUNTER_MS since time 0; -1 before the first sample. */
  #slot = -1;
  #total = 0;
  #startedAtMs = NEVER_MS;

  /** `windowMs` is rounded up to a multiple of 500 ms, at least 1 s. */
  constructor(windowMs = 5_000) {
    this.#counters = new Float64Array(Math.max(2, Math.ceil(windowMs / COUNTER_MS)));
  }

  /** Everything ever counted. */
  get total(): number {
    return this.#total;
  }

  /** Counts `amount` at `nowMs`. Time that runs backwards counts into the running counter. */
  add(nowMs: number, amount: number): void {
    this.#advance(nowMs);
    const index = this.#slot % this.#counters.length;
    this.#counters[index] = (this.#counters[index] as number) + amount;
    this.#total += amount;
  }

  /** Average per second over the window, or over the meter's age while that is shorter. */
  perSecond(nowMs: number): number {
    if (this.#slot < 0) return 0;
    this.#advance(nowMs);
    const windowStartMs = (this.#slot - this.#counters.length + 1) * COUNTER_MS;
    const spanMs = nowMs - Math.max(windowStartMs, this.#startedAtMs);
    return (this.#sum() * 1_000) / Math.max(spanMs, MIN_SPAN_MS);
  }

  /** What was counted in the window that ends at `nowMs`. */
  inWindow(nowMs: number): number {
    if (this.#slot < 0) return 0;
    this.#advance(nowMs);
    return this.#sum();
  }

  #sum(): number {
    let sum = 0;
    for (let i = 0; i < this.#counters.length; i++) sum += this.#counters[i] as number;
    return sum;
  }

  #advance(nowMs: number): void {
    const slot = Math.floor(nowMs / COUNTER_MS);
    if (this.#slot < 0) {
      this.#startedAtMs = nowMs;
      this.#slot = slot;
    }
    if (slot - this.#slot >= this.#counters.length) {
      this.#counters.fill(0);
      this.#slot = slot;
    }
    while (this.#slot < slot) {
      this.#slot++;
      this.#counters[this.#slot % this.#counters.length] = 0;
    }
  }
}
