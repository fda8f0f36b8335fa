/**
 * The live contacts of a table sorted by id, for what every message asks: who has this id, who is nearest to that one.
 * In sorted order the ids that share a prefix stand side by side, so the walk down a trie is a binary search in an
 * array of first words: 1.5 kB for a large table, where a tree's leaf of 128 contacts is 128 places in memory.
 */
import type { ClosestContacts } from "./closest-contacts.ts";
import { readInt32 } from "./compact-address.ts";
import type { Contact } from "./contact.ts";

/** Room at the start; doubled as it fills. */
const FIRST_CAPACITY = 32;
/** Ranges as short as this are not halved any further: each contact is looked at. */
const SHORT_RANGE = 8;
const HEAD_BITS = 32;
/** Flips the sign, so that signed words compare as unsigned ones. */
const SIGN_BIT = 1 << 31;

export class ContactList {
  readonly #contacts: Contact[] = [];
  /** First words of the ids of `#contacts`, with flipped sign: ascending. */
  #heads = new Int32Array(FIRST_CAPACITY);
  /** Their `addressBits`, in the same order. */
  #addresses = new Int32Array(FIRST_CAPACITY);

  get size(): number {
    return this.#contacts.length;
  }

  /** All of them, in the order of their ids. */
  contacts(): IterableIterator<Contact> {
    return this.#contacts.values();
  }

  /** Adds a contact whose id is not in the list. */
  add(contact: Contact): void {
    const size = this.#contacts.length;
    const head = contact.idHead ^ SIGN_BIT;
    const index = this.#firstFrom(head);
    if (size === this.#heads.length) {
      this.#heads = twiceAsLong(this.#heads);
      this.#addresses = twiceAsLong(this.#addresses);
    }
    this.#heads.copyWithin(index + 1, index, size);
    this.#heads[index] = head;
    this.#addresses.copyWithin(index + 1, index, size);
    this.#addresses[index] = contact.addressBits;
    this.#contacts.splice(index, 0, contact);
  }

  remove(contact: Contact): void {
    const index = this.#indexOf(contact);
    if (index < 0) return;
    this.#heads.copyWithin(index, index + 1, this.#contacts.length);
    this.#addresses.copyWithin(index, index + 1, this.#contacts.length);
    this.#contacts.splice(index, 1);
  }

  has(contact: Contact): boolean {
    return this.#indexOf(contact) >= 0;
  }

  clear(): void {
    this.#contacts.length = 0;
  }

  /** The contact with the id at `idAt` of `bytes`. */
  find(bytes: Uint8Array, idAt: number): Contact | undefined {
    const head = readInt32(bytes, idAt) ^ SIGN_BIT;
    const size = this.#contacts.length;
    for (let i = this.#firstFrom(head); i < size && this.#heads[i] === head; i++) {
      const contact = this.#contacts[i] as Contact;
      if (contact.hasId(bytes, idAt)) return contact;
    }
    return undefined;
  }

  /** The contact with these `addressBits` that `isIt`. */
  findAt(bits: number, isIt: (contact: Contact) => boolean): Contact | undefined {
    const size = this.#contacts.length;
    for (
      let i = this.#addresses.indexOf(bits);
      i >= 0 && i < size;
      i = this.#addresses.indexOf(bits, i + 1)
    ) {
      const contact = this.#contacts[i] as Contact;
      if (isIt(contact)) return contact;
    }
    return undefined;
  }

  /** Fills `found` with those nearest to the id at `targetAt`; equals sorting all by distance. */
  closest(found: ClosestContacts, target: Uint8Array, targetAt: number): void {
    this.#collect(found, readInt32(target, targetAt), 0, this.#contacts.length, 0);
  }

  /** Of [`from`, `to`), whose ids share `bit` bits: the half on the target's side first; once it has filled the list, all others are farther. */
  #collect(found: ClosestContacts, targetHead: number, from: number, to: number, bit: number): void {
    if (to - from <= SHORT_RANGE || bit === HEAD_BITS) {
      for (let i = from; i < to; i++) found.offer(this.#contacts[i] as Contact);
      return;
    }
    const middle = this.#firstWithBit(from, to, bit);
    const isRight = (targetHead & (SIGN_BIT >>> bit)) !== 0;
    if (isRight) this.#collect(found, targetHead, middle, to, bit + 1);
    else this.#collect(found, targetHead, from, middle, bit + 1);
    if (found.isFull) return;
    if (isRight) this.#collect(found, targetHead, from, middle, bit + 1);
    else this.#collect(found, targetHead, middle, to, bit + 1);
  }

  /** The first of [`from`, `to`), whose ids share `bit` bits, that has a 1 there. */
  #firstWithBit(from: number, to: number, bit: number): number {
    const mask = SIGN_BIT >>> bit;
    let low = from;
    let high = to;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((((this.#heads[middle] as number) ^ SIGN_BIT) & mask) !== 0) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  #indexOf(contact: Contact): number {
    const head = contact.idHead ^ SIGN_BIT;
    const size = this.#contacts.length;
    for (let i = this.#firstFrom(head); i < size && this.#heads[i] === head; i++)
      if (this.#contacts[i] === contact) return i;
    return -1;
  }

  /** The first whose head is not below `head`. */
  #firstFrom(head: number): number {
    let low = 0;
    let high = this.#contacts.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#heads[middle] as number) >= head) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}

function twiceAsLong(words: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  const longer = new Int32Array(2 * words.length);
  longer.set(words);
  return longer;
}
