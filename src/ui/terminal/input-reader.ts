/**
 * The one reader of the terminal's input: bytes in, events out. Owns the waits that the pure parts need: an Escape
 * that stays alone is a key, a paste that never ends is one, a burst of typed text is a paste.
 */
import type { InputEvent } from "./input-events.ts";
import { InputTokenizer, type Pending } from "./input-tokenizer.ts";
import { BURST_WINDOW_MS, PasteBurst } from "./paste-burst.ts";
import type { UiClock } from "./terminal-port.ts";
import { TimerSlot } from "./timer-slot.ts";

/** The rest of a sequence that has begun; nobody types `ESC [` by hand. */
const SEQUENCE_TIMEOUT_MS = 500;
/** A bracketed paste whose end was lost. */
const PASTE_TIMEOUT_MS = 2000;
/**
 * Keys this soon after a paste came with it: a hostile clipboard holds the end of the paste and a newline, and a
 * pasted link must never start by itself (threats section 5, item 4). Nobody presses a key that fast.
 */
export const PASTE_GUARD_MS = 30;

export class InputReader {
  readonly #clock: UiClock;
  readonly #escapeTimeoutMs: number;
  readonly #onEvents: (events: readonly InputEvent[]) => void;
  readonly #tokenizer = new InputTokenizer();
  readonly #burst = new PasteBurst();
  readonly #pendingTimer: TimerSlot;
  readonly #burstTimer: TimerSlot;
  #pastedAtMs = Number.NEGATIVE_INFINITY;

  /** `onEvents` gets the events of each chunk together, never none. */
  constructor(clock: UiClock, escapeTimeoutMs: number, onEvents: (events: readonly InputEvent[]) => void) {
    this.#clock = clock;
    this.#escapeTimeoutMs = escapeTimeoutMs;
    this.#onEvents = onEvents;
    this.#pendingTimer = new TimerSlot(clock);
    this.#burstTimer = new TimerSlot(clock);
  }

  read(bytes: Uint8Array): void {
    this.#deliver(this.#tokenizer.push(bytes));
    this.#wait();
  }

  close(): void {
    this.#pendingTimer.clear();
    this.#burstTimer.clear();
  }

  #wait(): void {
    const timeoutMs = this.#timeoutMs(this.#tokenizer.pending);
    if (timeoutMs === undefined) this.#pendingTimer.clear();
    else this.#pendingTimer.set(timeoutMs, () => this.#deliver(this.#tokenizer.flush()));
  }

  #timeoutMs(pending: Pending): number | undefined {
    switch (pending) {
      case "nothing":
        return undefined;
      case "escape":
        return this.#escapeTimeoutMs;
      case "sequence":
        return SEQUENCE_TIMEOUT_MS;
      case "paste":
        return PASTE_TIMEOUT_MS;
    }
  }

  #deliver(tokens: readonly InputEvent[]): void {
    const nowMs = this.#clock.nowMs();
    const events = this.#burst.push(tokens, nowMs);
    if (this.#burst.isOpen) {
      this.#burstTimer.set(BURST_WINDOW_MS + 1, () => this.#emit(this.#burst.flush(), this.#clock.nowMs()));
    }
    this.#emit(events, nowMs);
  }

  #emit(events: readonly InputEvent[], nowMs: number): void {
    const accepted: InputEvent[] = [];
    for (const event of events) {
      if (event.kind === "key" && nowMs - this.#pastedAtMs < PASTE_GUARD_MS) continue;
      if (event.kind === "paste") this.#pastedAtMs = nowMs;
      accepted.push(event);
    }
    if (accepted.length > 0) this.#onEvents(accepted);
  }
}
