/**
 * A world in virtual time: one calendar of events, one clock, one seed. Everything that happens is an event of the
 * calendar, so a run is determined by its seed and takes as long as its work, not as its time.
 */
import type { Clock } from "../core/ports.ts";
import { EventCalendar } from "./event-calendar.ts";
import { ScheduledEvent } from "./event-heap.ts";
import { SeededRandom } from "./seeded-random.ts";

/** Virtual time at the start: not 0, so that "never" and "at the beginning" differ. */
const START_MS = 1_000;

/** A callback that may be cancelled. */
class TimerEvent extends ScheduledEvent implements Disposable {
  #callback: (() => void) | undefined;

  constructor(callback: () => void) {
    super();
    this.#callback = callback;
  }

  get isLive(): boolean {
    return this.#callback !== undefined;
  }

  run(): void {
    this.#callback?.();
  }

  [Symbol.dispose](): void {
    this.#callback = undefined;
  }
}

export class World {
  readonly random: SeededRandom;
  readonly clock: Clock;
  readonly #calendar = new EventCalendar();
  readonly #afterEvent: (() => void)[] = [];
  #nowMs = START_MS;
  #eventsRun = 0;

  constructor(seed: number | string) {
    this.random = new SeededRandom(seed);
    this.clock = {
      nowMs: () => this.#nowMs,
      setTimer: (delayMs, callback) => {
        const timer = new TimerEvent(callback);
        this.schedule(timer, delayMs);
        return timer;
      },
    };
  }

  get nowMs(): number {
    return this.#nowMs;
  }

  /** Events that ran so far: the measure of a scenario's work. */
  get eventsRun(): number {
    return this.#eventsRun;
  }

  /** Runs `action` `delayMs` from now, after everything that is already due then. */
  after(delayMs: number, action: () => void): void {
    this.schedule(new TimerEvent(action), delayMs);
  }

  /** As `after`, for what happens so often that it is worth a class of its own. */
  schedule(event: ScheduledEvent, delayMs: number): void {
    this.#calendar.add(event, this.#nowMs + Math.max(0, delayMs));
  }

  /** The same at a time of this world, which is not in the past. */
  scheduleAt(event: ScheduledEvent, atMs: number): void {
    this.#calendar.add(event, atMs);
  }

  /** Runs `action` as soon as the running event is over; for what is no event of its own. Call from within an event only. */
  afterEvent(action: () => void): void {
    this.#afterEvent.push(action);
  }

  /** Runs every event up to and including virtual time `atMs`, then sets the clock to it. */
  runUntil(atMs: number): void {
    this.#runDue(atMs);
    this.#nowMs = Math.max(this.#nowMs, atMs);
  }

  runFor(durationMs: number): void {
    this.runUntil(this.#nowMs + durationMs);
  }

  /** Runs until `condition` holds after an event, or `withinMs` have passed; answers whether it held. */
  runUntilTrue(condition: () => boolean, withinMs: number): boolean {
    const endMs = this.#nowMs + withinMs;
    while (!condition()) {
      const next = this.#calendar.popUntil(endMs);
      if (next === undefined) {
        this.#nowMs = endMs;
        return condition();
      }
      this.#step(next);
    }
    return true;
  }

  /**
   * As `runUntilTrue` for code with promises (sessions, facades): lets pending microtasks run between instants.
   * `drain` waits until they have; on Node it is one turn of the event loop.
   */
  async runAsyncUntilTrue(
    condition: () => boolean,
    withinMs: number,
    drain: () => Promise<void>,
  ): Promise<boolean> {
    const endMs = this.#nowMs + withinMs;
    await drain();
    while (!condition()) {
      const next = this.#calendar.peek();
      if (next === undefined || next.atMs > endMs) {
        this.#nowMs = endMs;
        await drain();
        return condition();
      }
      this.#runDue(next.atMs);
      await drain();
    }
    return true;
  }

  #runDue(atMs: number): void {
    for (
      let event = this.#calendar.popUntil(atMs);
      event !== undefined;
      event = this.#calendar.popUntil(atMs)
    )
      this.#step(event);
  }

  #step(event: ScheduledEvent): void {
    this.#nowMs = Math.max(this.#nowMs, event.atMs);
    if (!event.isLive) return;
    this.#eventsRun++;
    event.run();
    // These may add to the list.
    for (let i = 0; i < this.#afterEvent.length; i++) (this.#afterEvent[i] as () => void)();
    if (this.#afterEvent.length > 0) this.#afterEvent.length = 0;
  }
}
