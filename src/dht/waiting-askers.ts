/**
 * Nodes that asked a bootstrap node to be let in, until they are asked in turn whether they are there still (arvidn/bootstrap-dht): a
 * quarter of an hour later the hole that their packet made in a translator has closed and who only looked in is gone, so that
 * only those answer that others can reach and that stay. One node per party.
 *
 * A flood of forged askers finds room half the time when the queue is three quarters full, and none when it is full: who
 * waits already is never pushed out.
 */
import type { Random } from "../core/ports.ts";
import type { Contact } from "./contact.ts";

/** bootstrap-dht's. */
export const WAIT_MS: number = 15 * 60_000;
/** Some 3.5 MiB; at that length 18 nodes a second have waited long enough. */
export const MAX_WAITING = 16_384;

export class WaitingAskers {
  readonly #random: Random;
  /** In the order in which they asked. */
  readonly #waiting = new Map<string, Contact>();

  constructor(random: Random) {
    this.#random = random;
  }

  get size(): number {
    return this.#waiting.size;
  }

  has(party: string): boolean {
    return this.#waiting.has(party);
  }

  /** `contact` begins to wait, if its party does not wait yet and there is room. */
  add(party: string, contact: Contact, nowMs: number): void {
    if (this.#waiting.has(party) || !this.#hasRoom()) return;
    contact.noteQuery(nowMs);
    this.#waiting.set(party, contact);
  }

  /** Those whose time has come, `most` at a time; they wait no longer. */
  *takeDue(nowMs: number, most: number): Generator<Contact> {
    let taken = 0;
    for (const [party, contact] of this.#waiting) {
      if (taken++ >= most || nowMs - contact.lastQueryMs < WAIT_MS) return;
      this.#waiting.delete(party);
      yield contact;
    }
  }

  #hasRoom(): boolean {
    const half = MAX_WAITING / 2;
    return this.size < half || this.#random.float() * half >= this.size - half + 1;
  }
}
