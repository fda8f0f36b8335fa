/**
 * A rate limit: tokens are bytes, they flow in at the rate and are spent as bytes pass. Spending may run into debt
 * (a read cannot be split), which is paid before anything passes again, so that the average is exact.
 */

/** Seconds of the rate that may pile up unused: 2 % of ten seconds, and two late ticks. */
const MAX_SAVED_SECONDS = 0.2;

export class TokenBucket {
  #bytesPerSecond: number | undefined;
  #tokens = 0;
  #filledAtMs = 0;

  /** `undefined` = no limit. */
  get bytesPerSecond(): number | undefined {
    return this.#bytesPerSecond;
  }

  /** True while bytes may pass. */
  get isOpen(): boolean {
    return this.#bytesPerSecond === undefined || this.#tokens > 0;
  }

  /** Bytes that may pass now; Infinity without a limit, negative in debt. */
  get tokens(): number {
    return this.#bytesPerSecond === undefined ? Number.POSITIVE_INFINITY : this.#tokens;
  }

  /** `null` lifts the limit. Debt of the old rate is forgiven. */
  setRate(bytesPerSecond: number | null, nowMs: number): void {
    if (bytesPerSecond !== null && !(bytesPerSecond > 0)) {
      throw new RangeError(`A rate limit is positive or null, got ${bytesPerSecond}`);
    }
    this.#bytesPerSecond = bytesPerSecond ?? undefined;
    this.#tokens = 0;
    this.#filledAtMs = nowMs;
  }

  /** Adds what flowed in since the last call. */
  refill(nowMs: number): void {
    const rate = this.#bytesPerSecond;
    if (rate === undefined) return;
    const inflow = (rate * (nowMs - this.#filledAtMs)) / 1000;
    this.#tokens = Math.min(this.#tokens + inflow, rate * MAX_SAVED_SECONDS);
    this.#filledAtMs = nowMs;
  }

  spend(bytes: number): void {
    if (this.#bytesPerSecond !== undefined) this.#tokens -= bytes;
  }
}
