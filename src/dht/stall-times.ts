/**
 * When to stop waiting for an answer before starting another query: from the round-trip times measured lately
 * (mldht's histogram; libtorrent waits a fixed second). A query that stalls is still listened to until it expires.
 */

/** Width of a bin, and bins up to the longest wait. */
const BIN_MS = 20;
const BINS = 50;
/** Waits lie between these: sooner than 200 ms a busy machine would count as dead; libtorrent's short timeout is 1 s. */
const SHORTEST_MS = 200;
const LONGEST_STALL_MS = BIN_MS * BINS;
/** Answers before we trust the measurement. */
const ENOUGH_SAMPLES = 10;
/** Samples after which all weights are halved, so that the histogram follows the network. */
const HALVING_SAMPLES = 256;
/** Share of answers that must come in time, and the slack beyond. */
const IN_TIME_RATIO = 0.95;
const SLACK_MS = 50;

export class StallTimes {
  readonly #fixedMs: number;
  #bins: Uint16Array | undefined;
  #samples = 0;
  #stallAfterMs = LONGEST_STALL_MS;
  #medianMs: number | undefined;

  /** `fixedMs` replaces what is measured, unless it is 0. */
  constructor(fixedMs = 0) {
    this.#fixedMs = fixedMs;
  }

  /** Milliseconds after which a query counts as stalled. */
  get stallAfterMs(): number {
    return this.#fixedMs > 0 ? this.#fixedMs : this.#stallAfterMs;
  }

  get medianMs(): number | undefined {
    return this.#medianMs;
  }

  add(rttMs: number): void {
    this.#bins ??= new Uint16Array(BINS);
    const index = Math.min(BINS - 1, Math.max(0, Math.floor(rttMs / BIN_MS)));
    this.#bins[index] = (this.#bins[index] as number) + 1;
    this.#samples++;
    if (this.#samples >= HALVING_SAMPLES) this.#halve(this.#bins);
    if (this.#samples >= ENOUGH_SAMPLES) {
      this.#medianMs = this.#quantile(this.#bins, 0.5);
      const inTimeMs = this.#quantile(this.#bins, IN_TIME_RATIO) + SLACK_MS;
      this.#stallAfterMs = Math.min(LONGEST_STALL_MS, Math.max(SHORTEST_MS, inTimeMs));
    }
  }

  #halve(bins: Uint16Array): void {
    this.#samples = 0;
    for (let i = 0; i < BINS; i++) {
      const half = (bins[i] as number) >> 1;
      bins[i] = half;
      this.#samples += half;
    }
  }

  /** Upper edge of the bin that the quantile falls into. */
  #quantile(bins: Uint16Array, ratio: number): number {
    let remaining = this.#samples * ratio;
    for (let i = 0; i < BINS; i++) {
      remaining -= bins[i] as number;
      if (remaining <= 0) return (i + 1) * BIN_MS;
    }
    return LONGEST_STALL_MS;
  }
}
