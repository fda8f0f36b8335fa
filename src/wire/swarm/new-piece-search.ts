/**
 * Finds the piece that a peer begins next: the rarest of the highest priority that it has, a random one, or the
 * first in the content. Bounded work: a few hundred looks into the order, then a sample of the intersection of
 * bitmaps, which is a pass of 32 pieces a step. The sample is what makes a peer useful that has a few pieces of two
 * million; its choice is then the rarest of the sample and not of all.
 */

import type { PieceAvailability } from "./piece-availability.ts";
import type { PieceBitmap } from "./piece-bitmap.ts";
import { GAVE_UP, NONE, type RarityOrder } from "./rarity-order.ts";

/** Looks into the order before the bitmaps are searched. */
const MAX_PROBES = 512;
/** Random looks for a first piece. */
const MAX_RANDOM_PROBES = 32;
/** Candidates that a search of the bitmaps compares. */
const MAX_SAMPLES = 128;
/** Pieces that a sequential search passes by in the hope of a higher priority. */
const MAX_LOOK_AHEAD = 4_096;

/** How the next piece is chosen among those of the highest priority. */
export type PieceOrder = "rarest-first" | "random" | "sequential";

export class NewPieceSearch {
  readonly #order: RarityOrder;
  readonly #availability: PieceAvailability;
  readonly #priorities: Uint8Array;

  constructor(order: RarityOrder, availability: PieceAvailability, priorities: Uint8Array) {
    this.#order = order;
    this.#availability = availability;
    this.#priorities = priorities;
  }

  /** A piece in play that `slot` has and whose priority is above `floor`; -1 when none was found. */
  find(slot: number, floor: number, pieceOrder: PieceOrder): number {
    if (this.#order.size === 0 || this.#order.highestPriority <= floor) return NONE;
    const owned = this.#availability.bitmapOf(slot);
    if (pieceOrder === "sequential") return this.#lowest(owned ?? this.#order.inPlay, floor);
    if (pieceOrder === "random") {
      const piece = this.#order.random(owned, floor, MAX_RANDOM_PROBES);
      if (piece !== NONE) return piece;
    }
    const piece = this.#order.first(owned, floor, MAX_PROBES);
    return piece === GAVE_UP && owned !== undefined ? this.#rarestOfSample(owned, floor) : piece;
  }

  /** The rarest of the first so many pieces that the peer has, from a random place on. */
  #rarestOfSample(owned: PieceBitmap, floor: number): number {
    const start = this.#nextOwned(owned, this.#order.randomBelow(owned.length));
    let best = NONE;
    let piece = start;
    for (let samples = 0; piece !== NONE && samples < MAX_SAMPLES; samples++) {
      const isAllowed = (this.#priorities[piece] as number) > floor;
      if (isAllowed && (best === NONE || this.#isBetter(piece, best))) best = piece;
      piece = this.#nextOwned(owned, piece + 1);
      if (piece === start) break;
    }
    return best;
  }

  #nextOwned(owned: PieceBitmap, from: number): number {
    const piece = this.#order.inPlay.nextCommon(owned, from);
    return piece === NONE ? this.#order.inPlay.nextCommon(owned, 0) : piece;
  }

  #isBetter(piece: number, than: number): boolean {
    const difference = (this.#priorities[piece] as number) - (this.#priorities[than] as number);
    if (difference !== 0) return difference > 0;
    return this.#availability.partialCopies(piece) < this.#availability.partialCopies(than);
  }

  /** The first piece in the content among those of the highest priority. */
  #lowest(owned: PieceBitmap, floor: number): number {
    const inPlay = this.#order.inPlay;
    let best = NONE;
    let bestPriority = floor;
    let looks = 0;
    for (let piece = inPlay.nextCommon(owned, 0); piece !== NONE && looks < MAX_LOOK_AHEAD; looks++) {
      const priority = this.#priorities[piece] as number;
      if (priority > bestPriority) {
        best = piece;
        bestPriority = priority;
      }
      if (bestPriority === this.#order.highestPriority) break;
      piece = inPlay.nextCommon(owned, piece + 1);
    }
    return best;
  }
}
