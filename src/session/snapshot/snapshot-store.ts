/**
 * The newest snapshot and who wants to hear of newer ones. Whoever changes something calls `touch`; the snapshot is
 * built at most every `intervalMs`, once however often it was touched, and published only if it differs from the
 * former one in anything but its time. While nobody listens nothing is built until somebody asks: an engine without
 * viewers, and a simulated one, spends nothing on them.
 */
import type { Clock } from "../../core/ports.ts";
import type { SessionSnapshot } from "../session-view.ts";
import { shareStructure } from "./share-structure.ts";

export interface SnapshotStoreOptions {
  readonly clock: Clock;
  readonly intervalMs: number;
  /** Makes a fresh snapshot; parts that are known to be unchanged may be the former objects. */
  readonly build: () => SessionSnapshot;
}

export class SnapshotStore {
  readonly #options: SnapshotStoreOptions;
  readonly #listeners = new Set<{ readonly call: () => void }>();
  #snapshot: SessionSnapshot;
  #builtAtMs: number;
  /** Something has changed since it was built, and nobody listens. */
  #isStale = false;
  #timer: Disposable | undefined;
  #isClosed = false;

  constructor(options: SnapshotStoreOptions) {
    this.#options = options;
    this.#snapshot = options.build();
    this.#builtAtMs = options.clock.nowMs();
  }

  /** At most `intervalMs` old. */
  get(): SessionSnapshot {
    const { clock, intervalMs } = this.#options;
    const isDue = this.#isStale && clock.nowMs() >= this.#builtAtMs + intervalMs;
    if (isDue && !this.#isClosed) this.#build();
    return this.#snapshot;
  }

  /** Who comes now sees all that was done before, also what the others are told of within the interval. */
  subscribe(listener: () => void): () => void {
    const entry = { call: listener };
    const isBehind = this.#isStale || this.#timer !== undefined;
    this.#stopTimer();
    if (isBehind && !this.#isClosed) this.#build();
    this.#listeners.add(entry);
    return () => {
      this.#listeners.delete(entry);
    };
  }

  /** Something may have changed: the next snapshot is due within the interval. */
  touch(): void {
    if (this.#timer !== undefined || this.#isClosed) return;
    if (this.#listeners.size === 0) {
      this.#isStale = true;
      return;
    }
    const { clock, intervalMs } = this.#options;
    const delayMs = Math.max(0, this.#builtAtMs + intervalMs - clock.nowMs());
    this.#timer = clock.setTimer(delayMs, () => this.publish());
  }

  /** Builds now and tells the listeners if anything changed. */
  publish(): void {
    this.#stopTimer();
    if (this.#isClosed) return;
    if (this.#listeners.size > 0) {
      this.#build();
      return;
    }
    this.#isStale = true;
    this.#builtAtMs = Number.NEGATIVE_INFINITY;
  }

  #build(): void {
    this.#isStale = false;
    this.#builtAtMs = this.#options.clock.nowMs();
    const built = this.#options.build();
    const atFormerTime = { ...built, atUnixMs: this.#snapshot.atUnixMs };
    const next = shareStructure(this.#snapshot, atFormerTime);
    if (next === this.#snapshot) return;
    this.#snapshot = { ...next, atUnixMs: built.atUnixMs };
    for (const listener of [...this.#listeners]) listener.call();
  }

  /** Publishes a last time, then never again. */
  close(): void {
    this.#stopTimer();
    if (!this.#isClosed) this.#build();
    this.#isClosed = true;
    this.#listeners.clear();
  }

  #stopTimer(): void {
    this.#timer?.[Symbol.dispose]();
    this.#timer = undefined;
  }
}
