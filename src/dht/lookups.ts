/**
 * All lookups of a node: those that run, those that wait for their turn, and those that wait for the first contact.
 * A lookup runs in each family that the node has; its handlers hear of both, and of its end once.
 */
import type { DhtFamily } from "./dht-family.ts";
import type { LookupHandle } from "./dht-lookups.ts";
import type { DhtLookupView } from "./dht-view.ts";
import type { LookupRequest } from "./lookup-run.ts";
import { type LookupEnd, LookupTask, type LookupTaskParts, PATIENCE_MS } from "./lookup-task.ts";
import { RecentLookups } from "./recent-lookups.ts";

/** Lookups that run at once (threats PR15): each has up to five queries in flight and more where nodes are dead. */
const MAX_RUNNING = 20;
/** Lookups that may wait: five thousand torrents. Further ones end at once, unanswered. */
const MAX_WAITING = 5_000;
/** Pause before a lookup that a bound holds back tries again. */
const HELD_BACK_MS = 250;
/** What the lookups of a node need of it. */
export type LookupsParts = Omit<LookupTaskParts, "onHeldBack">;

export class Lookups {
  readonly #parts: LookupTaskParts;
  readonly #running = new Set<LookupTask>();
  readonly #waiting: LookupTask[] = [];
  readonly recent: RecentLookups = new RecentLookups();
  #wakeUp: Disposable | undefined;
  /** Running while a bound holds a lookup back. */
  #heldBack: Disposable | undefined;
  /** Running while the first of the waiting ones hopes for contacts. */
  #patience: Disposable | undefined;

  constructor(parts: LookupsParts) {
    this.#parts = { ...parts, onHeldBack: () => this.#wakeLater() };
  }

  get running(): number {
    return this.#running.size;
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  /** Queues a lookup in `families` (all by default); it begins when this call has returned. */
  start(
    request: LookupRequest,
    onEnd: (end: LookupEnd) => void,
    families: readonly DhtFamily[] = this.#parts.families,
  ): LookupHandle {
    const task = new LookupTask(this.#parts, request, families, (end) => {
      this.#running.delete(task);
      this.recent.add(request, end.result, this.#parts.clock.nowMs());
      this.#wakeSoon();
      onEnd(end);
    });
    if (this.#waiting.length >= MAX_WAITING) this.#parts.clock.setTimer(0, () => task.giveUp("no-contacts"));
    else this.#waiting.push(task);
    this.#wakeSoon();
    return {
      cancel: () => {
        const index = this.#waiting.indexOf(task);
        if (index >= 0) this.#waiting.splice(index, 1);
        this.#parts.clock.setTimer(0, () => task.giveUp("cancelled"));
      },
    };
  }

  /** Something changed that waiting lookups may depend on: a contact, a bootstrap address, a query that ended. */
  wake(): void {
    if (this.#waiting.length > 0) this.#wakeSoon();
    for (const task of this.#running) task.wake();
  }

  views(): DhtLookupView[] {
    return [...this.#running].map((task) => task.view());
  }

  close(): void {
    this.#wakeUp?.[Symbol.dispose]();
    this.#patience?.[Symbol.dispose]();
    this.#heldBack?.[Symbol.dispose]();
    for (const task of [...this.#running, ...this.#waiting.splice(0)]) task.giveUp("cancelled");
  }

  #wakeLater(): void {
    this.#heldBack ??= this.#parts.clock.setTimer(HELD_BACK_MS, () => {
      this.#heldBack = undefined;
      this.wake();
    });
  }

  #wakeSoon(): void {
    this.#wakeUp ??= this.#parts.clock.setTimer(0, () => {
      this.#wakeUp = undefined;
      this.#startWaiting();
    });
  }

  #startWaiting(): void {
    while (this.#running.size < MAX_RUNNING) {
      const task = this.#waiting[0];
      if (task === undefined) return;
      if (task.shouldWait(this.#parts.clock.nowMs())) {
        this.#patience ??= this.#parts.clock.setTimer(PATIENCE_MS, () => {
          this.#patience = undefined;
          this.wake();
        });
        return;
      }
      this.#waiting.shift();
      this.#running.add(task);
      task.begin();
    }
  }
}
