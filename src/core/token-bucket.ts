/**
 * Token bucket with debt: work is charged after it happened (bytes that the kernel already gave us), and the next
 * piece of work waits until the debt is paid, so the long-run rate is exact whatever the size of a charge.
 * No timer: the caller's clock fills it.
 */

/** Tokens that may be saved up, as time at the full rate. Short, so that a pause is not followed by a flood. */
const DEFAULT_BURST_MS = 250;

export class TokenBucket {
  readonly #burstMs: number;
  #ratePerSecond: number | null;
  #tokens = 0;
  #filledAtMs: number | undefined;

  /** `ratePerSecond` of null means no limit. A fresh bucket is full. */
  constructor(ratePerSecond: number | null, options: { readonly burstMs?: number } = {}) {
    assertRate(ratePerSecond);
    this.#burstMs = options.burstMs ?? DEFAULT_BURST_MS;
    this.#ratePerSecond = ratePerSecond;
    this.#tokens = this.#capacity();
  }

  get ratePerSecond(): number | null {
    return this.#ratePerSecond;
  }

  /** Changes the rate from `nowMs` on. Savings are cut to the new burst, debt is kept as the same waiting time. */
  setRate(ratePerSecond: number | null, nowMs: number): void {
    assertRate(ratePerSecond);
    this.#fill(nowMs);
    const former = this.#ratePerSecond;
    this.#ratePerSecond = ratePerSecond;
    if (ratePerSecond === null || former === null || former === 0) this.#tokens = this.#capacity();
    else this.#tokens = Math.min(this.#capacity(), (this.#tokens * ratePerSecond) / former);
  }

  /** Whole tokens that may be used now: 0 while in debt, Infinity without a limit. */
  available(nowMs: number): number {
    if (this.#ratePerSecond === null) return Number.POSITIVE_INFINITY;
    this.#fill(nowMs);
    return Math.max(0, Math.floor(this.#tokens));
  }

  /** Charges `amount`, into debt if need be. */
  charge(nowMs: number, amount: number): void {
    if (this.#ratePerSecond === null) return;
    this.#fill(nowMs);
    this.#tokens -= amount;
  }

  /** Charges `amount` if that much is there, and answers whether it was. */
  tryTake(nowMs: number, amount: number): boolean {
    if (this.available(nowMs) < amount) return false;
    this.charge(nowMs, amount);
    return true;
  }

  /**
   * Milliseconds until `available` answers at least `amount` (cut to what the bucket can hold); 0 when it does now,
   * Infinity at rate 0.
   */
  waitMs(nowMs: number, amount = 1): number {
    if (this.#ratePerSecond === null) return 0;
    this.#fill(nowMs);
    const missing = Math.min(amount, Math.floor(this.#capacity())) - this.#tokens;
    return missing <= 0 ? 0 : Math.ceil((missing * 1_000) / this.#ratePerSecond);
  }

  #capacity(): number {
    if (this.#ratePerSecond === null) return 0;
    return Math.max(1, (this.#ratePerSecond * this.#burstMs) / 1_000);
  }

  #fill(nowMs: number): void {
    const elapsedMs = nowMs - (this.#filledAtMs ?? nowMs);
    this.#filledAtMs = nowMs;
    if (this.#ratePerSecond === null || elapsedMs <= 0) return;
    this.#tokens = Math.min(this.#capacity(), this.#tokens + (elapsedMs * this.#ratePerSecond) / 1_000);
  }
}

function assertRate(ratePerSecond: number | null): void {
  if (ratePerSecond !== null && !(ratePerSecond >= 0 && Number.isFinite(ratePerSecond))) {
    throw new RangeError(`A rate is null or at least 0 per second, got ${ratePerSecond}`);
  }
}
