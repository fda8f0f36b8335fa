/** Node's monotonic clock and timers behind the `Clock` port. */
import type { Clock } from "../core/ports.ts";

/** Node fires a timer of more than 2^31-1 ms at once; longer waits are made of several. */
const MAX_TIMER_MS = 2_147_483_647;

export class NodeClock implements Clock {
  nowMs(): number {
    return performance.now();
  }

  setTimer(delayMs: number, callback: () => void): Disposable {
    return delayMs <= 0 ? new NextTurn(callback) : new NodeTimer(delayMs, callback);
  }
}

/** At the end of this turn: what a turn receives is answered in one go, and Node's own timers wait a millisecond at least. */
class NextTurn implements Disposable {
  readonly #immediate: NodeJS.Immediate;

  constructor(callback: () => void) {
    this.#immediate = setImmediate(callback);
  }

  [Symbol.dispose](): void {
    clearImmediate(this.#immediate);
  }
}

class NodeTimer implements Disposable {
  readonly #callback: () => void;
  #remainingMs: number;
  #timeout: NodeJS.Timeout | undefined;

  constructor(delayMs: number, callback: () => void) {
    this.#callback = callback;
    this.#remainingMs = delayMs;
    this.#arm();
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timeout);
    this.#timeout = undefined;
  }

  #arm(): void {
    const stepMs = Math.min(this.#remainingMs, MAX_TIMER_MS);
    this.#remainingMs -= stepMs;
    this.#timeout = setTimeout(() => {
      if (this.#remainingMs > 0) this.#arm();
      else this.#callback();
    }, stepMs);
  }
}
