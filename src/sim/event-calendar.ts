/**
 * The events of a world in the order in which they happen: those of the current moment in a heap, those of later
 * moments in one unsorted list each. Ten thousand nodes have fifty thousand timers, most of them seconds ahead and
 * many cancelled before they are due: they cost one append, and the heap stays small enough for the processor's cache.
 */
import { EventHeap, type ScheduledEvent } from "./event-heap.ts";

/** Width of a list, milliseconds: a heap of what happens within it stays small, also with a thousand peers at work. */
const SLOT_MS = 2;

export class EventCalendar {
  /** Everything up to the end of `#slot`. */
  readonly #near = new EventHeap();
  readonly #later = new Map<number, ScheduledEvent[]>();
  #slot = 0;
  #sequence = 0;

  /** Schedules `event`; of those at the same time the one that was added first comes first. */
  add(event: ScheduledEvent, atMs: number): void {
    event.atMs = atMs;
    event.sequence = this.#sequence++;
    const slot = Math.floor(atMs / SLOT_MS);
    if (slot <= this.#slot) {
      this.#near.push(event);
      return;
    }
    const list = this.#later.get(slot);
    if (list === undefined) this.#later.set(slot, [event]);
    else list.push(event);
  }

  peek(): ScheduledEvent | undefined {
    while (this.#near.size === 0 && this.#later.size > 0) this.#openNextSlot();
    return this.#near.peek();
  }

  /** The next event if it is due by `atMs`, taken out. */
  popUntil(atMs: number): ScheduledEvent | undefined {
    const next = this.peek();
    return next !== undefined && next.atMs <= atMs ? this.#near.pop() : undefined;
  }

  #openNextSlot(): void {
    this.#slot++;
    const list = this.#later.get(this.#slot);
    if (list === undefined) return;
    this.#later.delete(this.#slot);
    for (const event of list) if (event.isLive) this.#near.push(event);
  }
}
