/** Bytes per second over the last seconds, from a ring of 100 ms counters. Nothing runs while nobody looks. */
import { TICK_MS } from "../wire-turns.ts";

/** Ring of 3.2 s: long enough to be calm, short enough to show a change at once. A power of two. */
const SLOTS = 32;
/** Slots that a rate covers; the one that is being filled is left out. */
const WINDOW_SLOTS = 30;

export class RateMeter {
  readonly #counts = new Float64Array(SLOTS);
  #slot = 0;
  /** First slot that was counted, so that a young meter is not diluted by time before it. */
  #startSlot = -1;
  /** Everything that was ever added. */
  totalBytes = 0;

  /** `slot` is the current index of the wheel and never goes back. */
  add(bytes: number, slot: number): void {
    if (slot !== this.#slot) this.#advance(slot);
    this.#counts[slot & (SLOTS - 1)] = (this.#counts[slot & (SLOTS - 1)] as number) + bytes;
    this.totalBytes += bytes;
  }

  bytesPerSecond(slot: number): number {
    if (this.#startSlot < 0) return 0;
    if (slot !== this.#slot) this.#advance(slot);
    const slots = Math.min(WINDOW_SLOTS, slot - this.#startSlot);
    if (slots === 0) return 0;
    let bytes = 0;
    for (let i = 1; i <= slots; i++) bytes += this.#counts[(slot - i) & (SLOTS - 1)] as number;
    return (bytes * 1000) / (slots * TICK_MS);
  }

  /** Clears the slots between the last one used and `slot`. */
  #advance(slot: number): void {
    if (this.#startSlot < 0) this.#startSlot = slot;
    const cleared = Math.min(SLOTS, slot - this.#slot);
    for (let i = 0; i < cleared; i++) this.#counts[(slot - i) & (SLOTS - 1)] = 0;
    if (cleared === SLOTS) this.#startSlot = Math.max(this.#startSlot, slot - SLOTS);
    this.#slot = slot;
  }
}
