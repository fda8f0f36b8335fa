/**
 * One-way delays, and how much of them is queueing (RFC 6817, 2.4.2). A sample is the difference of two clocks that know
 * nothing of each other: only how it changes means something. The least one of the last minutes is taken for the way
 * itself, what is above it for time spent in queues.
 */
import { BASE_DELAY_MINUTES, CURRENT_DELAY_SAMPLES } from "./utp-config.ts";

const MINUTE_MS = 60_000;

export class DelayHistory {
  /** Least sample of each of the last minutes, the present one last. */
  readonly #minima: number[] = [];
  #minuteEndsMs = 0;
  /** The last samples, a ring. */
  readonly #recent: number[] = [];
  #next = 0;

  /** A sample in microseconds, 32 bits that wrap. */
  add(sampleUs: number, nowMs: number): void {
    if (nowMs >= this.#minuteEndsMs) {
      this.#minuteEndsMs = nowMs + MINUTE_MS;
      this.#minima.push(sampleUs);
      if (this.#minima.length > BASE_DELAY_MINUTES) this.#minima.shift();
    } else {
      const last = this.#minima.length - 1;
      this.#minima[last] = lesser(this.#minima[last] as number, sampleUs);
    }
    this.#recent[this.#next] = sampleUs;
    this.#next = (this.#next + 1) % CURRENT_DELAY_SAMPLES;
  }

  /** Time that packets spend in queues now, microseconds; undefined before the first sample. */
  get queueingUs(): number | undefined {
    const [first] = this.#recent;
    if (first === undefined) return undefined;
    const current = this.#recent.reduce(lesser, first);
    return (current - this.#minima.reduce(lesser)) >>> 0;
  }
}

/** The lesser of two numbers of 32 bits that wrap. */
function lesser(a: number, b: number): number {
  return ((a - b) | 0) < 0 ? a : b;
}
