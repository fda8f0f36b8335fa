/** One timer at a time: setting it again replaces the former. */
import type { UiClock } from "./terminal-port.ts";

export class TimerSlot {
  readonly #clock: UiClock;
  #timer: Disposable | undefined;

  constructor(clock: UiClock) {
    this.#clock = clock;
  }

  get isSet(): boolean {
    return this.#timer !== undefined;
  }

  set(delayMs: number, callback: () => void): void {
    this.clear();
    this.#timer = this.#clock.setTimer(Math.max(0, delayMs), () => {
      this.#timer = undefined;
      callback();
    });
  }

  clear(): void {
    this.#timer?.[Symbol.dispose]();
    this.#timer = undefined;
  }
}
