/** Download rate of the last ten minutes in five-second samples, for medians and percentiles that a burst does not move. */

const SAMPLE_MS = 5_000;
const WINDOW_MS = 600_000;
/** A percentile of fewer samples says nothing. */
const MIN_SAMPLES = 24;
/** Of the last five minutes. */
const RECENT_SAMPLES = 60;
const LOW_SHARE = 0.2;
/** Half a minute: the first seconds are slow because everybody begins slowly. */
const MIN_RANGE_SAMPLES = 6;

export class RateHistory {
  readonly #samples: number[] = [];
  #sumOfTicks = 0;
  #ticks = 0;
  #sampleStartMs: number | undefined;

  /** Takes the present rate; call it about once a second while the torrent downloads. */
  add(bytesPerSecond: number, nowMs: number): void {
    this.#sampleStartMs ??= nowMs;
    this.#sumOfTicks += bytesPerSecond;
    this.#ticks++;
    if (nowMs - this.#sampleStartMs < SAMPLE_MS) return;
    this.#samples.push(this.#sumOfTicks / this.#ticks);
    if (this.#samples.length > WINDOW_MS / SAMPLE_MS) this.#samples.shift();
    this.#sumOfTicks = 0;
    this.#ticks = 0;
    this.#sampleStartMs = nowMs;
  }

  /** Forgets everything, as after a pause. */
  clear(): void {
    this.#samples.length = 0;
    this.#sumOfTicks = 0;
    this.#ticks = 0;
    this.#sampleStartMs = undefined;
  }

  /** Median of the window; undefined before two minutes are known. */
  get medianBytesPerSecond(): number | undefined {
    return this.#samples.length < MIN_SAMPLES ? undefined : this.#percentile(this.#samples, 0.5);
  }

  /** 20th percentile of the last five minutes; 0 before anything is known. */
  get lowBytesPerSecond(): number {
    return this.#percentile(this.#samples.slice(-RECENT_SAMPLES), LOW_SHARE);
  }

  /** A poor and a good rate of the last five minutes; undefined before there are samples enough to tell them apart. */
  get range(): { readonly lowBytesPerSecond: number; readonly highBytesPerSecond: number } | undefined {
    const recent = this.#samples.slice(-RECENT_SAMPLES);
    if (recent.length < MIN_RANGE_SAMPLES) return undefined;
    return {
      lowBytesPerSecond: this.#percentile(recent, LOW_SHARE),
      highBytesPerSecond: this.#percentile(recent, 1 - LOW_SHARE),
    };
  }

  #percentile(samples: readonly number[], share: number): number {
    const sorted = [...samples].sort((a, b) => a - b);
    return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
  }
}
