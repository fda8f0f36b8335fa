/**
 * What the routing table keeps beside each bucket of live contacts: how many it holds, and who could replace one
 * of them. Replacements that answered us once are verified; the others were only heard of.
 */
import { type Contact, livenessOf } from "./contact.ts";

export class Bucket {
  /** Live contacts of this depth; they themselves are in the tree. */
  count = 0;
  /** When a contact was added or replaced last, or a node of this range asked for others. */
  lastRefreshMs: number;
  /** Oldest first, at most as many as the bucket is wide by default. */
  readonly replacements: Contact[] = [];

  constructor(nowMs: number) {
    this.lastRefreshMs = nowMs;
  }

  /** Keeps `contact` in reserve. One that was only heard of makes room for no other. */
  reserve(contact: Contact, capacity: number): boolean {
    this.release(contact);
    if (this.replacements.length >= capacity) {
      const index = contact.hasAnswered
        ? this.#leastWorth()
        : this.replacements.findIndex((it) => it.failures > 0);
      if (index < 0) return false;
      this.replacements.splice(index, 1);
    }
    this.replacements.push(contact);
    return true;
  }

  /** Takes out whoever has the id or the address of `contact`. */
  release(contact: Contact): void {
    const index = this.replacements.findIndex((it) => it.hasSameId(contact) || it.isAtSameAddress(contact));
    if (index >= 0) this.replacements.splice(index, 1);
  }

  /** The best one that answered lately: with an id that fits its address if there is one, then the newest. */
  bestVerified(nowMs: number): Contact | undefined {
    let best: Contact | undefined;
    for (const contact of this.replacements) {
      if (!contact.hasAnswered || livenessOf(contact, nowMs) !== "good") continue;
      if (best === undefined || contact.hasFittingId || !best.hasFittingId) best = contact;
    }
    return best;
  }

  #leastWorth(): number {
    const unverified = this.replacements.findIndex((it) => !it.hasAnswered || it.failures > 0);
    return unverified >= 0 ? unverified : 0;
  }
}
