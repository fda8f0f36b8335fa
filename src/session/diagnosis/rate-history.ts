/** Download rate of the last ten minutes in five-second samples, for medians and percentiles that a burst does not move. */

const SAMPLE_MS = 5_000;
const WINDOW_MS = 600_000;
/** A percentile of fewer samples says nothing. */
const MIN_SAMPLES = 24;
/** Of the last five minutes. */
const RECENT_SAMPLES = 60;
const LOW_SHARE = 0.2;
/** Half a minute: the first seconds are slow because everybody begins slowly. */
const MIN_RECENT_SAMPLES = 6;

interface Figures {
  readonly median: number | undefined;
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

export class RateHistory {
  readonly #samples: number[] = [];
  #known: Figures | undefined;
  #sumOfTicks = 0;
  #ticks = 0;
  #sampleStartMs: number | undefined;

  /** Takes the present rate; call it about once a second while the torrent downloads. */
  add(bytesPerSecond: number, nowMs: number): void {
    this.#sampleStartMs ??= nowMs;
    this.#sumOfTicks += bytesPerSecond;
    this.#ticks++;
    if (nowMs - this.#sampleStartMs < SAMPLE_MS) return;
    this.#known = undefined;
    this.#samples.push(this.#sumOfTicks / this.#ticks);
    if (this.#samples.length > WINDOW_MS / SAMPLE_MS) this.#samples.shift();
    this.#sumOfTicks = 0;
    this.#ticks = 0;
    this.#sampleStartMs = nowMs;
  }

  /** Forgets everything, as after a pause. */
  clear(): void {
    this.#samples.length = 0;
    this.#known = undefined;
    this.#sumOfTicks = 0;
    this.#ticks = 0;
    this.#sampleStartMs = undefined;
  }

  /** Median of the window; undefined before two minutes are known. */
  get medianBytesPerSecond(): number | undefined {
    return this.#figures().median;
  }

  /** Mean of the last five minutes; undefined before half a minute is known. */
  get meanBytesPerSecond(): number | undefined {
    return this.#samples.length < MIN_RECENT_SAMPLES ? undefined : this.#figures().mean;
  }

  /** A poor and a good rate of the last five minutes; undefined before there are samples enough to tell them apart. */
  get range(): { readonly lowBytesPerSecond: number; readonly highBytesPerSecond: number } | undefined {
    if (this.#samples.length < MIN_RECENT_SAMPLES) return undefined;
    const { low, high } = this.#figures();
    return { lowBytesPerSecond: low, highBytesPerSecond: high };
  }

  /** Sorted once for each sample, not for each look. */
  #figures(): Figures {
    this.#known ??= figuresOf(this.#samples);
    return this.#known;
  }
}

function figuresOf(samples: readonly number[]): Figures {
  const recent = samples.slice(-RECENT_SAMPLES).sort((a, b) => a - b);
  const all = [...samples].sort((a, b) => a - b);
  return {
    median: all.length < MIN_SAMPLES ? undefined : percentile(all, 0.5),
    mean: recent.reduce((sum, rate) => sum + rate, 0) / Math.max(1, recent.length),
    low: percentile(recent, LOW_SHARE),
    high: percentile(recent, 1 - LOW_SHARE),
  };
}

function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
}
