/**
 * An ordered list of block requests in typed arrays: what we asked of a peer, or what it asked of us. Answers come
 * mostly in the order of the questions, so a search begins at the oldest entry and almost always ends there.
 */

/** First capacity, of lists that are used at all; doubles up to the caller's own limit. A power of two. */
const INITIAL_CAPACITY = 16;
const NO_NUMBERS = new Int32Array(0);
const NO_TIMES = new Float64Array(0);

export class BlockList {
  // Most connections of a large swarm are choked both ways and never need memory for requests.
  #pieces: Int32Array = NO_NUMBERS;
  #begins: Int32Array = NO_NUMBERS;
  #tags: Int32Array = NO_NUMBERS;
  #times: Float64Array = NO_TIMES;
  #head = 0;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** `tag` is an integer of the caller's meaning. */
  push(piece: number, begin: number, tag: number, atMs: number): void {
    if (this.#length === this.#pieces.length) this.#grow();
    const at = this.#at(this.#length++);
    this.#pieces[at] = piece;
    this.#begins[at] = begin;
    this.#tags[at] = tag;
    this.#times[at] = atMs;
  }

  /** Position of the oldest entry for this block, -1 when there is none. */
  find(piece: number, begin: number): number {
    for (let position = 0; position < this.#length; position++) {
      const at = this.#at(position);
      if (this.#pieces[at] === piece && this.#begins[at] === begin) return position;
    }
    return -1;
  }

  pieceAt(position: number): number {
    return this.#pieces[this.#at(position)] as number;
  }

  beginAt(position: number): number {
    return this.#begins[this.#at(position)] as number;
  }

  tagAt(position: number): number {
    return this.#tags[this.#at(position)] as number;
  }

  timeAt(position: number): number {
    return this.#times[this.#at(position)] as number;
  }

  setTag(position: number, tag: number): void {
    this.#tags[this.#at(position)] = tag;
  }

  /** Removes one entry and keeps the order of the others; O(position). */
  removeAt(position: number): void {
    for (let i = position; i > 0; i--) this.#move(this.#at(i - 1), this.#at(i));
    this.#head = this.#at(1);
    this.#length--;
  }

  clear(): void {
    this.#head = 0;
    this.#length = 0;
  }

  #at(position: number): number {
    return (this.#head + position) & (this.#pieces.length - 1);
  }

  #move(from: number, to: number): void {
    this.#pieces[to] = this.#pieces[from] as number;
    this.#begins[to] = this.#begins[from] as number;
    this.#tags[to] = this.#tags[from] as number;
    this.#times[to] = this.#times[from] as number;
  }

  #grow(): void {
    const capacity = Math.max(INITIAL_CAPACITY, 2 * this.#pieces.length);
    const pieces = new Int32Array(capacity);
    const begins = new Int32Array(capacity);
    const tags = new Int32Array(capacity);
    const times = new Float64Array(capacity);
    for (let i = 0; i < this.#length; i++) {
      const at = this.#at(i);
      pieces[i] = this.#pieces[at] as number;
      begins[i] = this.#begins[at] as number;
      tags[i] = this.#tags[at] as number;
      times[i] = this.#times[at] as number;
    }
    this.#pieces = pieces;
    this.#begins = begins;
    this.#tags = tags;
    this.#times = times;
    this.#head = 0;
  }
}
