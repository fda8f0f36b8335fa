/** A binary heap of actions ordered by (time, sequence): the whole order of a simulated world, without ties. */

export interface ScheduledEvent {
  readonly atMs: number;
  readonly sequence: number;
  /** Undefined once cancelled: the entry stays until its time comes and then does nothing. */
  action: (() => void) | undefined;
}

export class EventHeap {
  readonly #events: ScheduledEvent[] = [];
  #sequence = 0;

  get size(): number {
    return this.#events.length;
  }

  push(atMs: number, action: () => void): ScheduledEvent {
    const event: ScheduledEvent = { atMs, sequence: this.#sequence++, action };
    this.#events.push(event);
    this.#siftUp(this.#events.length - 1);
    return event;
  }

  peek(): ScheduledEvent | undefined {
    return this.#events[0];
  }

  pop(): ScheduledEvent | undefined {
    const first = this.#events[0];
    const last = this.#events.pop();
    if (first !== last && last !== undefined) {
      this.#events[0] = last;
      this.#siftDown(0);
    }
    return first;
  }

  #siftUp(start: number): void {
    const events = this.#events;
    const event = events[start] as ScheduledEvent;
    let index = start;
    while (index > 0) {
      const parentIndex = (index - 1) >> 1;
      const parent = events[parentIndex] as ScheduledEvent;
      if (isBefore(parent, event)) break;
      events[index] = parent;
      index = parentIndex;
    }
    events[index] = event;
  }

  #siftDown(start: number): void {
    const events = this.#events;
    const event = events[start] as ScheduledEvent;
    let index = start;
    for (;;) {
      let childIndex = 2 * index + 1;
      if (childIndex >= events.length) break;
      const right = childIndex + 1;
      if (
        right < events.length &&
        isBefore(events[right] as ScheduledEvent, events[childIndex] as ScheduledEvent)
      ) {
        childIndex = right;
      }
      const child = events[childIndex] as ScheduledEvent;
      if (isBefore(event, child)) break;
      events[index] = child;
      index = childIndex;
    }
    events[index] = event;
  }
}

function isBefore(a: ScheduledEvent, b: ScheduledEvent): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.sequence < b.sequence);
}
