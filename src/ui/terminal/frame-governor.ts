/**
 * Decides when to paint. Nothing is painted unless something asked for it; new data is shown at most twice a second,
 * less often when a frame is dear, when nobody looks, and not at all while the terminal is behind (a slow ssh must
 * not queue frames); a key is answered at once.
 */
import type { UiClock } from "./terminal-port.ts";

/** Data changes are shown at most this often: rates are averages over seconds. */
const MIN_DATA_INTERVAL_MS = 500;
/** Even an expensive or unwatched screen is no older than this. */
const MAX_DATA_INTERVAL_MS = 2000;
/** Share of one core that painting data may take. */
const MAX_PAINT_SHARE = 0.08;
/** Frames for keys: 30 a second are more than an eye needs. */
const MIN_KEY_INTERVAL_MS = 33;
/** Weight of the newest frame in the average cost. */
const COST_WEIGHT = 0.2;

/** `data`: when it suits; `key`: at once, but not faster than an eye; `now`: at once. */
export type Urgency = "data" | "key" | "now";

export class FrameGovernor {
  readonly #clock: UiClock;
  readonly #paint: () => void;
  #timer: Disposable | undefined;
  #dueAtMs = Number.POSITIVE_INFINITY;
  #paintedAtMs = Number.NEGATIVE_INFINITY;
  #costMs = 0;
  #isFocused = true;
  #isBlocked = false;
  #isWanted = false;
  #isClosed = false;

  /** `paint` shows the newest state; it may find that nothing visible changed. */
  constructor(clock: UiClock, paint: () => void) {
    this.#clock = clock;
    this.#paint = paint;
  }

  /** Average milliseconds that a paint takes. */
  get costMs(): number {
    return this.#costMs;
  }

  request(urgency: Urgency): void {
    if (this.#isClosed) return;
    this.#isWanted = true;
    if (this.#isBlocked) return;
    const nowMs = this.#clock.nowMs();
    const atMs = urgency === "now" ? nowMs : this.#paintedAtMs + this.#intervalMs(urgency);
    if (atMs <= nowMs) this.#paintNow();
    else if (atMs < this.#dueAtMs) this.#schedule(atMs, nowMs);
  }

  setFocused(isFocused: boolean): void {
    this.#isFocused = isFocused;
    if (isFocused && this.#isWanted) this.request("key");
  }

  /** The terminal does not take more: nothing is painted until `unblock`. */
  block(): void {
    this.#isBlocked = true;
    this.#cancel();
  }

  unblock(): void {
    this.#isBlocked = false;
    if (this.#isWanted) this.request("key");
  }

  close(): void {
    this.#isClosed = true;
    this.#cancel();
  }

  #intervalMs(urgency: Urgency): number {
    if (urgency === "key") return MIN_KEY_INTERVAL_MS;
    if (!this.#isFocused) return MAX_DATA_INTERVAL_MS;
    const affordableMs = this.#costMs / MAX_PAINT_SHARE;
    return Math.min(MAX_DATA_INTERVAL_MS, Math.max(MIN_DATA_INTERVAL_MS, affordableMs));
  }

  #schedule(atMs: number, nowMs: number): void {
    this.#cancel();
    this.#dueAtMs = atMs;
    this.#timer = this.#clock.setTimer(atMs - nowMs, () => this.#paintNow());
  }

  #paintNow(): void {
    this.#cancel();
    this.#isWanted = false;
    const startedAtMs = this.#clock.nowMs();
    this.#paintedAtMs = startedAtMs;
    this.#paint();
    const costMs = this.#clock.nowMs() - startedAtMs;
    this.#costMs += COST_WEIGHT * (costMs - this.#costMs);
  }

  #cancel(): void {
    this.#timer?.[Symbol.dispose]();
    this.#timer = undefined;
    this.#dueAtMs = Number.POSITIVE_INFINITY;
  }
}
