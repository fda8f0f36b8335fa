/**
 * Contacts that were live and fell silent, to be asked again now and then. When a network falls into two halves, each
 * forgets the other's nodes within minutes; once the halves can reach each other again nobody would know whom to ask
 * (threats DH18). The dead are asked in vain, one a minute.
 */
import type { Contact } from "./contact.ts";

/** A few of the other half are enough: they know the rest. */
const MAX_LOST = 16;
/** Who has been silent for so long does not come back to its address. */
const LOST_FOR_MS = 2 * 3_600_000;

export class LostContacts {
  /** Next to be asked first. */
  readonly #waiting: Contact[] = [];

  /** Remembers `contact`; the one whose turn is farthest gives way. */
  add(contact: Contact): void {
    if (this.#waiting.includes(contact)) return;
    if (this.#waiting.length >= MAX_LOST) this.#waiting.pop();
    this.#waiting.unshift(contact);
  }

  /** Whose turn it is, leaving out those that `isBack` says are contacts again; he gets another turn. */
  next(nowMs: number, isBack: (contact: Contact) => boolean): Contact | undefined {
    for (;;) {
      const contact = this.#waiting.shift();
      if (contact === undefined) return undefined;
      if (nowMs - contact.lastReplyMs > LOST_FOR_MS || isBack(contact)) continue;
      this.#waiting.push(contact);
      return contact;
    }
  }
}
