/** A binary heap of events ordered by (time, sequence): the whole order of a simulated world, without ties. */

/** Something that happens at a virtual time. What it does is its `run`; cancelled events do nothing. */
export abstract class ScheduledEvent {
  /** Set by the world when it is scheduled. */
  atMs = 0;
  sequence = 0;

  /** Whether it still does something: those that do not are dropped without being counted. */
  abstract readonly isLive: boolean;
  abstract run(): void;
}

/** Places at the start; doubled when they do not suffice. */
const FIRST_CAPACITY = 64;

export class EventHeap {
  readonly #events: ScheduledEvent[] = [];
  /** Times of `#events`, side by side: sifting reads times only, and a tie is rare. */
  #times = new Float64Array(FIRST_CAPACITY);

  get size(): number {
    return this.#events.length;
  }

  push(event: ScheduledEvent): void {
    const size = this.#events.length;
    if (size >= this.#times.length) this.#grow();
    this.#events.push(event);
    this.#siftUp(size, event);
  }

  peek(): ScheduledEvent | undefined {
    return this.#events[0];
  }

  pop(): ScheduledEvent | undefined {
    const first = this.#events[0];
    const last = this.#events.pop();
    if (first !== last && last !== undefined) this.#siftDown(last);
    return first;
  }

  #grow(): void {
    const grown = new Float64Array(2 * this.#times.length);
    grown.set(this.#times);
    this.#times = grown;
  }

  #siftUp(start: number, event: ScheduledEvent): void {
    const events = this.#events;
    const times = this.#times;
    const { atMs } = event;
    let index = start;
    while (index > 0) {
      const parentIndex = (index - 1) >> 1;
      const parentMs = times[parentIndex] as number;
      const parent = events[parentIndex] as ScheduledEvent;
      if (parentMs < atMs || (parentMs === atMs && parent.sequence < event.sequence)) break;
      events[index] = parent;
      times[index] = parentMs;
      index = parentIndex;
    }
    events[index] = event;
    times[index] = atMs;
  }

  /** Puts `event` where it belongs, from the top down. */
  #siftDown(event: ScheduledEvent): void {
    const events = this.#events;
    const times = this.#times;
    const size = events.length;
    const { atMs } = event;
    let index = 0;
    for (;;) {
      let childIndex = 2 * index + 1;
      if (childIndex >= size) break;
      if (childIndex + 1 < size && this.#isBefore(childIndex + 1, childIndex)) childIndex++;
      const childMs = times[childIndex] as number;
      const child = events[childIndex] as ScheduledEvent;
      if (atMs < childMs || (atMs === childMs && event.sequence < child.sequence)) break;
      events[index] = child;
      times[index] = childMs;
      index = childIndex;
    }
    events[index] = event;
    times[index] = atMs;
  }

  #isBefore(a: number, b: number): boolean {
    const aMs = this.#times[a] as number;
    const bMs = this.#times[b] as number;
    if (aMs !== bMs) return aMs < bMs;
    return (this.#events[a] as ScheduledEvent).sequence < (this.#events[b] as ScheduledEvent).sequence;
  }
}
