/**
 * An ordered list of block requests in one typed array: what we asked of a peer, or what it asked of us. Answers come
 * mostly in the order of the questions, so a search begins at the oldest entry and almost always ends there.
 */

/** First capacity, of lists that are used at all; doubles up to the caller's own limit. A power of two. */
const INITIAL_CAPACITY = 16;
const NO_ENTRIES = new Int32Array(0);
/** Numbers of an entry, side by side, so that a search reads memory from one place: piece, begin, tag. */
const STRIDE = 3;
const BEGIN = 1;
const TAG = 2;

export class BlockList {
  // Most connections of a large swarm are choked both ways and never need memory for requests.
  #entries: Int32Array = NO_ENTRIES;
  #capacity = 0;
  #head = 0;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** `tag` is an integer of the caller's meaning. */
  push(piece: number, begin: number, tag: number): void {
    if (this.#length === this.#capacity) this.#grow();
    const at = this.#at(this.#length++);
    this.#entries[at] = piece;
    this.#entries[at + BEGIN] = begin;
    this.#entries[at + TAG] = tag;
  }

  /** Position of the oldest entry for this block, -1 when there is none. */
  find(piece: number, begin: number): number {
    for (let position = 0; position < this.#length; position++) {
      const at = this.#at(position);
      if (this.#entries[at] === piece && this.#entries[at + BEGIN] === begin) return position;
    }
    return -1;
  }

  pieceAt(position: number): number {
    return this.#entries[this.#at(position)] as number;
  }

  beginAt(position: number): number {
    return this.#entries[this.#at(position) + BEGIN] as number;
  }

  tagAt(position: number): number {
    return this.#entries[this.#at(position) + TAG] as number;
  }

  setTag(position: number, tag: number): void {
    this.#entries[this.#at(position) + TAG] = tag;
  }

  /** Removes one entry and keeps the order of the others; O(position). */
  removeAt(position: number): void {
    for (let i = position; i > 0; i--) {
      const from = this.#at(i - 1);
      this.#entries.copyWithin(this.#at(i), from, from + STRIDE);
    }
    this.#head = (this.#head + 1) & (this.#capacity - 1);
    this.#length--;
  }

  clear(): void {
    this.#head = 0;
    this.#length = 0;
  }

  #at(position: number): number {
    return STRIDE * ((this.#head + position) & (this.#capacity - 1));
  }

  #grow(): void {
    const capacity = Math.max(INITIAL_CAPACITY, 2 * this.#capacity);
    const entries = new Int32Array(STRIDE * capacity);
    // The list is full, so that it begins at its head and goes on from the start of the memory.
    const first = this.#entries.subarray(this.#at(0));
    entries.set(first);
    entries.set(this.#entries.subarray(0, this.#at(0)), first.length);
    this.#entries = entries;
    this.#capacity = capacity;
    this.#head = 0;
  }
}
