/**
 * The nodes that a bootstrap node hands newcomers on to, each as often as every other (arvidn/bootstrap-dht): a ring with a cursor that
 * reads and one that writes. Who is in it has answered long after it asked, and is asked again every ten minutes; who did
 * not answer then is not handed out. A newcomer to a full ring takes the place of whoever is in it for longest.
 *
 * The ring begins small, so that a small network's holds nodes of late, and doubles when it comes round within a quarter of
 * an hour.
 */
import type { Contact } from "./contact.ts";
import { MAX_SAVED_CONTACTS } from "./dht-state.ts";

/** Where bootstrap-dht begins, and a bound: 32,768 nodes take some 8 MiB. */
const FIRST_PLACES = 128;
export const MAX_PLACES = 32_768;
/** A ring that comes round sooner is too small (bootstrap-dht: "less than 15 minutes"). */
const SHORT_LAP_MS = 15 * 60_000;
/** How often each is asked whether it is there still. */
const CHECK_EVERY_MS = 10 * 60_000;
/** The same for those of a former run, until all were asked: over a minute, lest a restart be a burst. */
const FIRST_CHECK_MS = 60_000;
/** A node that has not answered for so long after it was asked will not. */
const ANSWERS_WITHIN_MS = 15_000;
/** Places that one answer looks at for nodes to name. */
const MOST_SKIPPED = 64;

export class IntroductionRing {
  readonly #places: { contact: Contact; readonly party: string }[] = [];
  readonly #placeOf = new Map<string, number>();
  #capacity = FIRST_PLACES;
  #writeAt = 0;
  #readAt = 0;
  #checkAt = 0;
  #lapStartMs = 0;
  #checksDue = 0;
  /** Of a former run, not asked yet. */
  #unchecked = 0;

  get size(): number {
    return this.#places.length;
  }

  /** Nodes that would be handed out. */
  ready(nowMs: number): number {
    return this.#places.filter(({ contact }) => isThere(contact, nowMs)).length;
  }

  /** Who stands there for a party: an address, or an address and port. */
  find(party: string): Contact | undefined {
    const place = this.#placeOf.get(party);
    return place === undefined ? undefined : this.#places[place]?.contact;
  }

  /** `contact` is a party's node from now on. */
  put(party: string, contact: Contact, nowMs: number): void {
    const known = this.#placeOf.get(party);
    const place = known ?? this.#newPlace(nowMs);
    const former = this.#places[place];
    if (known === undefined && former !== undefined) this.#placeOf.delete(former.party);
    this.#places[place] = { contact, party };
    this.#placeOf.set(party, place);
  }

  /** A node of a former run: in its place, and handed out once it has answered again. */
  restore(party: string, contact: Contact, nowMs: number): void {
    if (this.#placeOf.has(party)) return;
    this.put(party, contact, nowMs);
    this.#unchecked++;
  }

  /** Appends up to `count` nodes that `isWelcome` to `chosen`; the next call goes on where this one ended. */
  choose(count: number, chosen: Contact[], isWelcome: (contact: Contact) => boolean, nowMs: number): void {
    const most = chosen.length + count;
    const looks = Math.min(this.#places.length, count + MOST_SKIPPED);
    for (let i = 0; i < looks && chosen.length < most; i++) {
      if (this.#readAt >= this.#places.length) this.#readAt = 0;
      const { contact } = this.#places[this.#readAt++] as { contact: Contact };
      if (isThere(contact, nowMs) && isWelcome(contact)) chosen.push(contact);
    }
  }

  /** Those to be asked now, when the last call was `sinceMs` ago; `most` at a time. */
  *toCheck(sinceMs: number, most: number): Generator<Contact> {
    const everyMs = this.#unchecked > 0 ? FIRST_CHECK_MS : CHECK_EVERY_MS;
    this.#checksDue = Math.min(most, this.#checksDue + (this.size * sinceMs) / everyMs);
    for (; this.#checksDue >= 1; this.#checksDue--) {
      if (this.#checkAt >= this.#places.length) this.#checkAt = 0;
      const place = this.#places[this.#checkAt++];
      if (place === undefined) return;
      if (this.#unchecked > 0) this.#unchecked--;
      yield place.contact;
    }
  }

  /** Those that answered last, for the next run. */
  saved(): readonly Contact[] {
    return this.#places
      .map(({ contact }) => contact)
      .sort((a, b) => b.lastReplyMs - a.lastReplyMs)
      .slice(0, MAX_SAVED_CONTACTS);
  }

  #newPlace(nowMs: number): number {
    if (this.#places.length === 0) this.#lapStartMs = nowMs;
    if (this.#writeAt === this.#capacity) {
      const isTooSmall = nowMs - this.#lapStartMs < SHORT_LAP_MS && this.#capacity < MAX_PLACES;
      if (isTooSmall) this.#capacity *= 2;
      else this.#writeAt = 0;
      this.#lapStartMs = nowMs;
    }
    return this.#writeAt++;
  }
}

/** It answered what it was asked last, or may yet. */
function isThere({ lastReplyMs, lastAskedMs, hasAnswered }: Contact, nowMs: number): boolean {
  return hasAnswered && (lastReplyMs >= lastAskedMs || nowMs - lastAskedMs < ANSWERS_WITHIN_MS);
}
