/**
 * Turns: every entry into the wire (bytes, a tick, a call of the owner) is one turn. What a turn appends to the
 * outboxes of peers leaves in one write per peer at its end, and events are told after that, when all state is
 * consistent, so that listeners may call back into the engine (Law 4).
 */
import { NEVER_MS } from "../core/never-ms.ts";
import type { Clock } from "../core/ports.ts";

/** Beat of the wheel: limits, HAVE batches and retries work at this grain. */
export const TICK_MS = 100;

/** Something with an outbox. */
export interface Flushable {
  flush(): void;
}

interface PendingEvent {
  readonly deliver: () => void;
}

export class WireTurns {
  readonly #clock: Clock;
  readonly #dirty: Flushable[] = [];
  readonly #events: PendingEvent[] = [];
  #depth = 0;
  #isDelivering = false;

  /** Time of the current turn; the clock is asked once a turn. */
  nowMs: number = NEVER_MS;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.nowMs = clock.nowMs();
  }

  /** Begins a turn, or joins the one that runs. Every `enter` has its `leave`. */
  enter(): void {
    if (this.#depth++ > 0) return;
    this.nowMs = this.#clock.nowMs();
  }

  /** Ends the turn: flushes, then tells events. */
  leave(): void {
    if (this.#depth > 1) {
      this.#depth--;
      return;
    }
    this.#flushAll();
    this.#depth = 0;
    if (this.#events.length > 0 && !this.#isDelivering) this.#deliverAll();
  }

  /** `target` has something to send; to be said once until its `flush` is called. */
  flushLater(target: Flushable): void {
    this.#dirty.push(target);
  }

  /** Tells `event` to `sink` at the end of the turn. */
  tell<Event>(sink: (event: Event) => void, event: Event): void {
    this.#events.push({ deliver: () => sink(event) });
  }

  #flushAll(): void {
    for (let i = 0; i < this.#dirty.length; i++) (this.#dirty[i] as Flushable).flush();
    this.#dirty.length = 0;
  }

  /** Listeners may begin turns of their own; what these add to the queue is told here, in order. */
  #deliverAll(): void {
    this.#isDelivering = true;
    try {
      for (let next = this.#events.shift(); next !== undefined; next = this.#events.shift()) next.deliver();
    } finally {
      this.#isDelivering = false;
    }
  }
}
