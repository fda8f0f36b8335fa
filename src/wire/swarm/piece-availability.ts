/**
 * Which connected peer has which piece, how many copies of each there are, and how much of what we want each peer
 * has. A HAVE costs O(1); a seed costs O(1) to come and to go, because seeds are counted once for all pieces.
 *
 * Peers are slots, small integers of the caller's choosing. A peer that completes the set becomes a seed here and
 * its bitmap is freed, so memory grows with the peers that have some pieces and lack others: one bit a piece each.
 */
import { invariant } from "../../core/invariant.ts";
import type { Bitfield } from "../../torrent/bitfield.ts";
import { PieceBitmap } from "./piece-bitmap.ts";
import type { RarityOrder } from "./rarity-order.ts";

/** Slots are 0 to 1023: twenty times the default connections of a torrent. */
export const MAX_PEER_SLOTS = 1_024;

/** Pieces looked at, and single sources looked up among them, to name the peer that most depends on. */
const MAX_MISSING_SEEN = 4_096;
const SOLE_SAMPLE = 64;

const ABSENT = 0;
const PARTIAL = 1;
const SEED = 2;

export class PieceAvailability {
  readonly pieceCount: number;
  readonly #order: RarityOrder;
  readonly #priorities: Uint8Array;
  /** Wanted pieces that we lack: what makes a peer interesting. */
  readonly #missing: PieceBitmap;
  #missingCount = 0;
  /** Number of missing pieces by `#copies`. */
  readonly #missingHistogram = new Int32Array(MAX_PEER_SLOTS + 1);

  readonly #kind = new Uint8Array(MAX_PEER_SLOTS);
  readonly #bitmaps: (PieceBitmap | undefined)[] = new Array<PieceBitmap | undefined>(MAX_PEER_SLOTS).fill(
    undefined,
  );
  readonly #haveCounts = new Int32Array(MAX_PEER_SLOTS);
  readonly #interesting = new Int32Array(MAX_PEER_SLOTS);
  /** Slots of partial peers, dense. */
  readonly #partialSlots: number[] = [];
  #seeds = 0;

  /** Partial peers that have each piece. */
  readonly #copies: Uint16Array;
  /** Number of pieces by `#copies`. */
  readonly #histogram = new Int32Array(MAX_PEER_SLOTS + 1);

  /** `priorities` is shared with the owner, who changes it; pieces in play must be in `order` as counted here. */
  constructor(order: RarityOrder, priorities: Uint8Array) {
    this.pieceCount = priorities.length;
    this.#order = order;
    this.#priorities = priorities;
    this.#missing = new PieceBitmap(this.pieceCount);
    this.#copies = new Uint16Array(this.pieceCount);
    this.#histogram[0] = this.pieceCount;
  }

  get peerCount(): number {
    return this.#seeds + this.#partialSlots.length;
  }

  get seedCount(): number {
    return this.#seeds;
  }

  get missingCount(): number {
    return this.#missingCount;
  }

  /** Missing pieces that no connected peer has. */
  get unavailableCount(): number {
    return this.#seeds > 0 ? 0 : (this.#missingHistogram[0] as number);
  }

  /** Missing pieces by copies among peers that are not seeds: 0, 1, 2 … and in the last place `maxCopies` or more. */
  missingByCopies(maxCopies: number): number[] {
    const byCopies = Array.from(this.#missingHistogram.subarray(0, maxCopies));
    const fewer = byCopies.reduce((sum, count) => sum + count, 0);
    return [...byCopies, this.#missingCount - fewer];
  }

  /** Connected peers that have the piece. */
  availability(piece: number): number {
    return this.#seeds + (this.#copies[piece] as number);
  }

  /** Copies among peers that are not seeds: the rank of the piece in the order. */
  partialCopies(piece: number): number {
    return this.#copies[piece] as number;
  }

  /** Fewest copies of any piece, plus the share of pieces that have more than that. */
  distributedCopies(): number {
    let fewest = 0;
    while (this.#histogram[fewest] === 0) fewest++;
    const above = this.pieceCount - (this.#histogram[fewest] as number);
    return this.#seeds + fewest + above / this.pieceCount;
  }

  /**
   * The peer that most of the missing pieces with a single source depend on, and how many they are. Whom they depend
   * on is seen from a sample, so that this costs the same for any torrent.
   */
  soleHolder(): { readonly slot: number; readonly pieces: number } | undefined {
    if (this.#seeds > 1) return undefined;
    const pieces = this.#missingHistogram[1 - this.#seeds] as number;
    if (pieces === 0) return undefined;
    if (this.#seeds === 1) return { slot: this.#kind.indexOf(SEED), pieces };
    const found = new Map<number, number>();
    let sampled = 0;
    let piece = this.#missing.next(0);
    for (let looked = 0; piece >= 0 && looked < MAX_MISSING_SEEN && sampled < SOLE_SAMPLE; looked++) {
      if (this.#copies[piece] === 1) {
        const slot = this.#partialSlots.find((candidate) => this.peerHas(candidate, piece)) as number;
        found.set(slot, (found.get(slot) ?? 0) + 1);
        sampled++;
      }
      piece = this.#missing.next(piece + 1);
    }
    const [slot, share] = [...found].sort((a, b) => b[1] - a[1])[0] ?? [];
    if (slot === undefined || share === undefined) return undefined;
    return { slot, pieces: Math.round((pieces * share) / sampled) };
  }

  // Peers ------------------------------------------------------------------------------------------------------

  peerJoined(slot: number, pieces: Bitfield | "all" | "none"): void {
    invariant(slot >= 0 && slot < MAX_PEER_SLOTS, `peer slot ${slot} is out of range`);
    invariant(this.#kind[slot] === ABSENT, `peer slot ${slot} is taken`);
    if (pieces === "all" || (pieces !== "none" && pieces.isFull)) {
      this.#kind[slot] = SEED;
      this.#seeds++;
      return;
    }
    this.#kind[slot] = PARTIAL;
    this.#partialSlots.push(slot);
    if (pieces === "none" || pieces.count === 0) return;
    invariant(pieces.length === this.pieceCount, "a bitfield of another torrent");
    const bitmap = PieceBitmap.of(pieces);
    this.#bitmaps[slot] = bitmap;
    this.#haveCounts[slot] = pieces.count;
    this.#interesting[slot] = bitmap.countCommon(this.#missing);
    for (let piece = bitmap.next(0); piece >= 0; piece = bitmap.next(piece + 1)) this.#oneMore(piece);
  }

  peerLeft(slot: number): void {
    invariant(this.#kind[slot] !== ABSENT, `nobody is in peer slot ${slot}`);
    if (this.#kind[slot] === SEED) {
      this.#seeds--;
    } else {
      const bitmap = this.#bitmaps[slot];
      for (let piece = bitmap?.next(0) ?? -1; piece >= 0; piece = bitmap?.next(piece + 1) ?? -1) {
        this.#oneLess(piece);
      }
      this.#forgetPartial(slot);
    }
    this.#kind[slot] = ABSENT;
  }

  /** False when the peer had the piece already. */
  peerHave(slot: number, piece: number): boolean {
    invariant(piece >= 0 && piece < this.pieceCount, `piece ${piece} is out of range`);
    if (this.#kind[slot] !== PARTIAL || this.peerHas(slot, piece)) return false;
    this.#bitmaps[slot] ??= new PieceBitmap(this.pieceCount);
    this.#bitmaps[slot].set(piece);
    this.#haveCounts[slot] = (this.#haveCounts[slot] as number) + 1;
    if (this.#missing.has(piece)) this.#interesting[slot] = (this.#interesting[slot] as number) + 1;
    this.#oneMore(piece);
    if (this.#haveCounts[slot] === this.pieceCount) this.#becomesSeed(slot);
    return true;
  }

  /** False when the peer did not have the piece. O(pieces) when it was a seed. */
  peerDontHave(slot: number, piece: number): boolean {
    invariant(piece >= 0 && piece < this.pieceCount, `piece ${piece} is out of range`);
    if (!this.peerHas(slot, piece)) return false;
    if (this.#kind[slot] === SEED) this.#becomesPartial(slot);
    this.#bitmaps[slot]?.clear(piece);
    this.#haveCounts[slot] = (this.#haveCounts[slot] as number) - 1;
    if (this.#missing.has(piece)) this.#interesting[slot] = (this.#interesting[slot] as number) - 1;
    this.#oneLess(piece);
    return true;
  }

  isPresent(slot: number): boolean {
    return this.#kind[slot] !== ABSENT;
  }

  isSeed(slot: number): boolean {
    return this.#kind[slot] === SEED;
  }

  peerHas(slot: number, piece: number): boolean {
    return this.#kind[slot] === SEED || this.#bitmaps[slot]?.has(piece) === true;
  }

  peerHaveCount(slot: number): number {
    return this.#kind[slot] === SEED ? this.pieceCount : (this.#haveCounts[slot] as number);
  }

  /** Missing pieces that the peer has. */
  interestingCount(slot: number): number {
    return this.#kind[slot] === SEED ? this.#missingCount : (this.#interesting[slot] as number);
  }

  /** What a peer has as a set; undefined for a seed. Meaningless for a peer with nothing: ask the count first. */
  bitmapOf(slot: number): PieceBitmap | undefined {
    return this.#bitmaps[slot];
  }

  // What we want -----------------------------------------------------------------------------------------------

  isMissing(piece: number): boolean {
    return this.#missing.has(piece);
  }

  /** Says that a piece is wanted and lacking, or no longer; whether some peer has nothing of interest by that. O(partial peers). */
  setMissing(piece: number, isMissing: boolean): boolean {
    if (this.#missing.has(piece) === isMissing) return false;
    const step = isMissing ? 1 : -1;
    if (isMissing) this.#missing.set(piece);
    else this.#missing.clear(piece);
    this.#missingCount += step;
    const copies = this.#copies[piece] as number;
    this.#missingHistogram[copies] = (this.#missingHistogram[copies] as number) + step;
    let endsInterest = this.#missingCount === 0;
    for (const slot of this.#partialSlots) {
      if (!this.#bitmaps[slot]?.has(piece)) continue;
      const interesting = (this.#interesting[slot] as number) + step;
      this.#interesting[slot] = interesting;
      endsInterest ||= interesting === 0;
    }
    return endsInterest;
  }

  /** Says for all pieces at once what is missing. O(pieces + partial peers x pieces / 32). */
  resetMissing(isMissing: (piece: number) => boolean): void {
    this.#missing.clearAll();
    this.#missingCount = 0;
    this.#missingHistogram.fill(0);
    for (let piece = 0; piece < this.pieceCount; piece++) {
      if (!isMissing(piece)) continue;
      const copies = this.#copies[piece] as number;
      this.#missing.set(piece);
      this.#missingCount++;
      this.#missingHistogram[copies] = (this.#missingHistogram[copies] as number) + 1;
    }
    for (const slot of this.#partialSlots) {
      this.#interesting[slot] = this.#bitmaps[slot]?.countCommon(this.#missing) ?? 0;
    }
  }

  // Counting ---------------------------------------------------------------------------------------------------

  #oneMore(piece: number): void {
    const copies = this.#copies[piece] as number;
    if (this.#order.has(piece)) this.#order.oneMore(piece, this.#priorities[piece] as number, copies);
    this.#recount(piece, copies, copies + 1);
  }

  #oneLess(piece: number): void {
    const copies = this.#copies[piece] as number;
    if (this.#order.has(piece)) this.#order.oneLess(piece, this.#priorities[piece] as number, copies);
    this.#recount(piece, copies, copies - 1);
  }

  #recount(piece: number, from: number, to: number): void {
    this.#copies[piece] = to;
    move(this.#histogram, from, to);
    if (this.#missing.has(piece)) move(this.#missingHistogram, from, to);
  }

  /** The peer has every piece now: all counts fall by one and the seeds are one more, which moves borders only. */
  #becomesSeed(slot: number): void {
    this.#forgetPartial(slot);
    this.#kind[slot] = SEED;
    this.#seeds++;
    this.#order.allOneLess();
    for (const histogram of [this.#histogram, this.#missingHistogram]) {
      histogram.copyWithin(0, 1);
      histogram[MAX_PEER_SLOTS] = 0;
    }
    const copies = this.#copies;
    for (let piece = 0; piece < copies.length; piece++) copies[piece] = (copies[piece] as number) - 1;
  }

  #becomesPartial(slot: number): void {
    const bitmap = new PieceBitmap(this.pieceCount);
    this.#bitmaps[slot] = bitmap;
    this.#kind[slot] = PARTIAL;
    this.#seeds--;
    this.#partialSlots.push(slot);
    this.#haveCounts[slot] = this.pieceCount;
    this.#interesting[slot] = this.#missingCount;
    for (let piece = 0; piece < this.pieceCount; piece++) {
      bitmap.set(piece);
      this.#oneMore(piece);
    }
  }

  #forgetPartial(slot: number): void {
    this.#bitmaps[slot] = undefined;
    this.#haveCounts[slot] = 0;
    this.#interesting[slot] = 0;
    const index = this.#partialSlots.indexOf(slot);
    const last = this.#partialSlots.pop() as number;
    if (last !== slot) this.#partialSlots[index] = last;
  }
}

function move(histogram: Int32Array, from: number, to: number): void {
  histogram[from] = (histogram[from] as number) - 1;
  histogram[to] = (histogram[to] as number) + 1;
}
