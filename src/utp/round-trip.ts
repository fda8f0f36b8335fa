/** Round trips and the timeout that follows from them (RFC 6298); only of packets that were sent once (Karn). */
import { INITIAL_TIMEOUT_MS, MAX_TIMEOUT_MS, MIN_TIMEOUT_MS } from "./utp-config.ts";

export class RoundTrip {
  #smoothedMs: number | undefined;
  #variationMs = 0;
  #backOff = 1;
  /** Timeouts in a row. */
  timeouts = 0;

  /** Undefined before the first sample. */
  get smoothedMs(): number | undefined {
    return this.#smoothedMs;
  }

  /** How long an acknowledgement is waited for. */
  get timeoutMs(): number {
    const baseMs =
      this.#smoothedMs === undefined
        ? INITIAL_TIMEOUT_MS
        : Math.max(MIN_TIMEOUT_MS, this.#smoothedMs + 4 * this.#variationMs);
    return Math.min(MAX_TIMEOUT_MS, baseMs * this.#backOff);
  }

  add(sampleMs: number): void {
    if (this.#smoothedMs === undefined) {
      this.#smoothedMs = sampleMs;
      this.#variationMs = sampleMs / 2;
      return;
    }
    this.#variationMs += (Math.abs(this.#smoothedMs - sampleMs) - this.#variationMs) / 4;
    this.#smoothedMs += (sampleMs - this.#smoothedMs) / 8;
  }

  /** Something was acknowledged: the path is alive. */
  answered(): void {
    this.#backOff = 1;
    this.timeouts = 0;
  }

  timedOut(): void {
    this.#backOff *= 2;
    this.timeouts++;
  }
}
