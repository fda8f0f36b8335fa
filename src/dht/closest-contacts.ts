/**
 * The nearest contacts to a target among those offered, nearest first: insertion into a short list. Distances are
 * compared on the first 32 bits and, where those tie, on all bytes: exact for all 160 bits, without allocation.
 */
import { readInt32 } from "./compact-address.ts";
import type { Contact } from "./contact.ts";

export class ClosestContacts {
  /** Valid up to `count`; overwritten by the next search. */
  readonly contacts: Contact[] = [];
  count = 0;
  #capacity = 0;
  #maxFailures = 0;
  #except: Contact | undefined;
  #target: Uint8Array = NO_BYTES;
  #targetAt = 0;
  #targetHead = 0;
  /** Unsigned first 32 bits of each distance. */
  readonly #heads: number[] = [];

  /** Begins a search for `capacity` contacts other than `except`, with at most `maxFailures` unanswered queries. */
  begin(
    target: Uint8Array,
    targetAt: number,
    capacity: number,
    maxFailures: number,
    except?: Contact | undefined,
  ): void {
    this.count = 0;
    this.#except = except;
    this.#capacity = capacity;
    this.#maxFailures = maxFailures;
    this.#target = target;
    this.#targetAt = targetAt;
    this.#targetHead = readInt32(target, targetAt);
  }

  get isFull(): boolean {
    return this.count >= this.#capacity;
  }

  offer(contact: Contact): void {
    if (contact.failures > this.#maxFailures || contact === this.#except) return;
    const head = (contact.idHead ^ this.#targetHead) >>> 0;
    let index = this.count;
    if (index >= this.#capacity) {
      if (!this.#isCloser(head, contact, index - 1)) return;
      index--;
    } else this.count++;
    while (index > 0 && this.#isCloser(head, contact, index - 1)) {
      this.#heads[index] = this.#heads[index - 1] as number;
      this.contacts[index] = this.contacts[index - 1] as Contact;
      index--;
    }
    this.#heads[index] = head;
    this.contacts[index] = contact;
  }

  #isCloser(head: number, contact: Contact, index: number): boolean {
    const otherHead = this.#heads[index] as number;
    if (head !== otherHead) return head < otherHead;
    const other = this.contacts[index] as Contact;
    for (let word = 1; word < ID_WORDS; word++) {
      const target = readInt32(this.#target, this.#targetAt + 4 * word);
      const distance = contact.wordAt(word) ^ target;
      const otherDistance = other.wordAt(word) ^ target;
      if (distance !== otherDistance) return distance >>> 0 < otherDistance >>> 0;
    }
    return false;
  }
}

/** Words of 32 bits in an id. */
const ID_WORDS = 5;
const NO_BYTES = new Uint8Array(0);
