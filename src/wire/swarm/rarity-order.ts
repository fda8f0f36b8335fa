/**
 * The pieces that are still to be begun, ordered by priority class and then by rarity, in one permutation cut into
 * buckets (after libtorrent's piece picker).
 *
 * Theory of operation: the array holds every piece once. What is not in play lies at the left end; then follow the
 * buckets, those to be picked first leftmost:
 *
 *     | out of play | highest class: 0 copies, 1 copy, 2 copies … | next class: 0 copies, 1 copy … |
 *                   ^ starts[0]      ^ starts[1] …
 *
 * One copy more or less moves a piece over one border: a swap and a step of the border, O(1). Beginning a piece
 * moves it over all borders on its left, and pieces are begun where the order begins, so that is cheap as well.
 * Who enters a bucket trades places with a random member: equally rare pieces are picked in random order, as
 * rarest-first needs it (Legout et al. 2006).
 */
import type { Random } from "../../core/ports.ts";
import { PieceBitmap } from "./piece-bitmap.ts";

/** Highest piece priority. */
export const MAX_PRIORITY = 7;
/** Answers of a search: there is no such piece; there may be one, but not among the pieces looked at. */
export const NONE = -1;
export const GAVE_UP = -2;

export class RarityOrder {
  readonly #order: Int32Array;
  readonly #position: Int32Array;
  /** Buckets of one class: 0 to `maxCopies` copies. */
  readonly #width: number;
  /** Left border of each bucket; one more closes the last. */
  #starts: Int32Array;
  /** Priority of each class, highest first. */
  #classes: number[] = [];
  /** Class of each priority; -1 = no piece has it. */
  readonly #classOf = new Int32Array(MAX_PRIORITY + 1).fill(-1);
  readonly #inPlay: PieceBitmap;
  #randomState: number;

  constructor(pieceCount: number, maxCopies: number, random: Random) {
    this.#width = maxCopies + 1;
    this.#randomState = random.integer(0xffff_ffff) + 1;
    this.#order = new Int32Array(pieceCount);
    this.#position = new Int32Array(pieceCount);
    this.#inPlay = new PieceBitmap(pieceCount);
    this.#starts = new Int32Array(1).fill(pieceCount);
    this.#shuffle();
  }

  /** Number of pieces in play. */
  get size(): number {
    return this.#order.length - (this.#starts[0] as number);
  }

  get inPlay(): PieceBitmap {
    return this.#inPlay;
  }

  /** Of the pieces that are or were in play; 0 when nothing is wanted. */
  get highestPriority(): number {
    return this.#classes[0] ?? 0;
  }

  has(piece: number): boolean {
    return this.#inPlay.has(piece);
  }

  /**
   * Rebuilds the order from nothing: in play are the pieces for which `isInPlay`, with these priorities (none is 0)
   * and copies. Pieces inserted later have priorities that occur here. O(pieces); equally rare pieces keep their
   * random order.
   */
  rebuild(
    priorities: Uint8Array,
    isInPlay: (piece: number) => boolean,
    copiesOf: (piece: number) => number,
  ): void {
    this.#setClasses(priorities);
    this.#inPlay.clearAll();
    const bucketCount = this.#classes.length * this.#width;
    const sizes = new Int32Array(bucketCount + 1);
    const bucketPlusOne = new Int32Array(this.#order.length);
    for (let piece = 0; piece < priorities.length; piece++) {
      if (!isInPlay(piece)) continue;
      this.#inPlay.set(piece);
      const bucket = this.#bucketOf(priorities[piece] as number, copiesOf(piece));
      bucketPlusOne[piece] = bucket + 1;
      sizes[bucket + 1] = (sizes[bucket + 1] as number) + 1;
    }
    sizes[0] = priorities.length - sizes.reduce((sum, size) => sum + size, 0);
    this.#starts = new Int32Array(bucketCount + 1);
    for (let bucket = 0, end = 0; bucket <= bucketCount; bucket++) {
      end += sizes[bucket] as number;
      this.#starts[bucket] = end;
    }
    const next = new Int32Array(bucketCount + 1);
    next.set(this.#starts.subarray(0, bucketCount), 1);
    for (const piece of this.#order.slice()) {
      const bucket = bucketPlusOne[piece] as number;
      const position = next[bucket] as number;
      next[bucket] = position + 1;
      this.#order[position] = piece;
      this.#position[piece] = position;
    }
  }

  /** Puts a piece into play. Its priority is one of those given to `rebuild`. */
  insert(piece: number, priority: number, copies: number): void {
    const bucket = this.#bucketOf(priority, copies);
    for (let border = 0; border <= bucket; border++) this.#crossToRight(piece, border);
    this.#inPlay.set(piece);
    this.#mix(piece, bucket);
  }

  /** Takes a piece out of play; `priority` and `copies` as they stand. */
  remove(piece: number, priority: number, copies: number): void {
    const bucket = this.#bucketOf(priority, copies);
    for (let border = bucket; border >= 0; border--) this.#crossToLeft(piece, border);
    this.#inPlay.clear(piece);
  }

  /** A piece in play that had `copies` has one more. */
  oneMore(piece: number, priority: number, copies: number): void {
    const bucket = this.#bucketOf(priority, copies + 1);
    this.#crossToRight(piece, bucket);
    this.#mix(piece, bucket);
  }

  /** A piece in play that had `copies` has one less. */
  oneLess(piece: number, priority: number, copies: number): void {
    const bucket = this.#bucketOf(priority, copies - 1);
    this.#crossToLeft(piece, bucket + 1);
    this.#mix(piece, bucket);
  }

  /** Every piece lost one copy (a peer with all pieces is counted elsewhere now): only the borders move. */
  allOneLess(): void {
    for (let first = 0; first < this.#starts.length - 1; first += this.#width) {
      const end = this.#starts[first + this.#width] as number;
      this.#starts.copyWithin(first, first + 1, first + this.#width);
      this.#starts[first + this.#width - 1] = end;
    }
  }

  /** Pieces in play without any copy. */
  countWithoutCopies(): number {
    let count = 0;
    for (let first = 0; first < this.#starts.length - 1; first += this.#width) {
      count += (this.#starts[first + 1] as number) - (this.#starts[first] as number);
    }
    return count;
  }

  /**
   * The first piece in the order that is in `owned` (undefined: owns all) and whose priority is above `floor`; NONE,
   * or GAVE_UP after `maxProbes` looks. Pieces without copies are skipped unless all are owned.
   */
  first(owned: PieceBitmap | undefined, floor: number, maxProbes: number): number {
    let probes = maxProbes;
    for (let c = 0; c < this.#classes.length && (this.#classes[c] as number) > floor; c++) {
      const bucket = c * this.#width;
      const end = this.#starts[bucket + this.#width] as number;
      let position = this.#starts[owned === undefined ? bucket : bucket + 1] as number;
      for (; position < end; position++) {
        const piece = this.#order[position] as number;
        if (owned === undefined || owned.has(piece)) return piece;
        if (--probes === 0) return GAVE_UP;
      }
    }
    return NONE;
  }

  /** A random piece of the highest class that is in `owned`; NONE when `maxProbes` looks found none. */
  random(owned: PieceBitmap | undefined, floor: number, maxProbes: number): number {
    for (let c = 0; c < this.#classes.length && (this.#classes[c] as number) > floor; c++) {
      const bucket = c * this.#width;
      const start = this.#starts[owned === undefined ? bucket : bucket + 1] as number;
      const count = (this.#starts[bucket + this.#width] as number) - start;
      for (let probe = 0; probe < maxProbes && count > 0; probe++) {
        const piece = this.#order[start + this.randomBelow(count)] as number;
        if (owned === undefined || owned.has(piece)) return piece;
      }
    }
    return NONE;
  }

  /** Uniform enough for ties: xorshift32 (Marsaglia 2003), without a call into the outer world per pick. */
  randomBelow(limit: number): number {
    let x = this.#randomState;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.#randomState = x;
    return Math.floor(((x >>> 0) / 0x1_0000_0000) * limit);
  }

  #bucketOf(priority: number, copies: number): number {
    return (this.#classOf[priority] as number) * this.#width + copies;
  }

  #setClasses(priorities: Uint8Array): void {
    const isUsed = new Uint8Array(MAX_PRIORITY + 1);
    for (let i = 0; i < priorities.length; i++) isUsed[priorities[i] as number] = 1;
    this.#classes = [];
    this.#classOf.fill(-1);
    for (let priority = MAX_PRIORITY; priority > 0; priority--) {
      if (isUsed[priority] === 0) continue;
      this.#classOf[priority] = this.#classes.length;
      this.#classes.push(priority);
    }
  }

  /** The piece lies directly right of `border` or further right in that bucket; afterwards left of it. */
  #crossToLeft(piece: number, border: number): void {
    const start = this.#starts[border] as number;
    this.#swap(this.#position[piece] as number, start);
    this.#starts[border] = start + 1;
  }

  /** The piece lies in the bucket left of `border`; afterwards in the one right of it. */
  #crossToRight(piece: number, border: number): void {
    const last = (this.#starts[border] as number) - 1;
    this.#swap(this.#position[piece] as number, last);
    this.#starts[border] = last;
  }

  #mix(piece: number, bucket: number): void {
    const start = this.#starts[bucket] as number;
    const count = (this.#starts[bucket + 1] as number) - start;
    if (count > 1) this.#swap(this.#position[piece] as number, start + this.randomBelow(count));
  }

  #swap(a: number, b: number): void {
    if (a === b) return;
    const pieceA = this.#order[a] as number;
    const pieceB = this.#order[b] as number;
    this.#order[a] = pieceB;
    this.#order[b] = pieceA;
    this.#position[pieceA] = b;
    this.#position[pieceB] = a;
  }

  #shuffle(): void {
    for (let i = 0; i < this.#order.length; i++) {
      const j = this.randomBelow(i + 1);
      this.#order[i] = this.#order[j] as number;
      this.#order[j] = i;
    }
    for (let i = 0; i < this.#order.length; i++) this.#position[this.#order[i] as number] = i;
  }
}
