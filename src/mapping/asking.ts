/** A datagram that is sent again, with growing pauses, until somebody answers or it is given up (RFC 6886 3.1). */
import type { Clock } from "../core/ports.ts";
import { FIRST_REPEAT_MS, MAX_TRIES } from "./mapping-config.ts";

export class Asking {
  readonly #clock: Clock;
  readonly #send: () => void;
  readonly #onSilence: () => void;
  #timer: Disposable | undefined;
  #tries = 0;

  /** Sends at once, and for the last time when `MAX_TRIES` are done. */
  constructor(clock: Clock, send: () => void, onSilence: () => void) {
    this.#clock = clock;
    this.#send = send;
    this.#onSilence = onSilence;
    this.#try();
  }

  stop(): void {
    this.#timer?.[Symbol.dispose]();
  }

  #try(): void {
    this.#send();
    const pauseMs = FIRST_REPEAT_MS * 2 ** this.#tries++;
    this.#timer = this.#clock.setTimer(pauseMs, () => {
      if (this.#tries < MAX_TRIES) this.#try();
      else this.#onSilence();
    });
  }
}
