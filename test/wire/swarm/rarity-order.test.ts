/** The order of pieces against a sort, under random changes. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { SeededRandom } from "../../../src/sim/index.ts";
import { PieceBitmap } from "../../../src/wire/swarm/piece-bitmap.ts";
import { GAVE_UP, NONE, RarityOrder } from "../../../src/wire/swarm/rarity-order.ts";
import { fewerFuzzRuns } from "../../support/fuzz-runs.ts";

const MAX_COPIES = 6;
const MANY = 1_000;

interface Piece {
  isInPlay: boolean;
  copies: number;
}

/** Takes piece after piece from the front; what `first` answers is the whole order. */
function drained(order: RarityOrder, pieces: readonly Piece[], priorities: Uint8Array): number[] {
  const taken: number[] = [];
  for (let piece = order.first(undefined, 0, MANY); piece !== NONE; piece = order.first(undefined, 0, MANY)) {
    order.remove(piece, priorities[piece] as number, (pieces[piece] as Piece).copies);
    taken.push(piece);
  }
  return taken;
}

function orderOf(pieces: readonly Piece[], priorities: Uint8Array, seed = 1): RarityOrder {
  const order = new RarityOrder(pieces.length, MAX_COPIES, new SeededRandom(seed));
  order.rebuild(
    priorities,
    (piece) => (pieces[piece] as Piece).isInPlay,
    (piece) => (pieces[piece] as Piece).copies,
  );
  return order;
}

const change = fc.record({
  what: fc.constantFrom("insert", "remove", "more", "less", "rebuild"),
  piece: fc.nat(30),
});

describe("the order of pieces", () => {
  test("is by priority and copies after any sequence of changes", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 30 }),
        fc.array(change, { maxLength: 80 }),
        fc.nat(),
        (priorityList, changes, seed) => {
          const priorities = Uint8Array.from(priorityList);
          const pieces = priorityList.map((): Piece => ({ isInPlay: false, copies: 0 }));
          let order = orderOf(pieces, priorities, seed);
          for (const { what, piece: any } of changes) {
            const index = any % pieces.length;
            const piece = pieces[index] as Piece;
            const priority = priorities[index] as number;
            if (what === "insert" && !piece.isInPlay) order.insert(index, priority, piece.copies);
            if (what === "remove" && piece.isInPlay) order.remove(index, priority, piece.copies);
            if (what === "insert" || what === "remove") piece.isInPlay = what === "insert";
            if (what === "more" && piece.copies < MAX_COPIES) {
              if (piece.isInPlay) order.oneMore(index, priority, piece.copies);
              piece.copies++;
            }
            if (what === "less" && piece.copies > 0) {
              if (piece.isInPlay) order.oneLess(index, priority, piece.copies);
              piece.copies--;
            }
            if (what === "rebuild") order = orderOf(pieces, priorities, seed);
          }
          const inPlay = pieces.flatMap((piece, index) => (piece.isInPlay ? [index] : []));
          expect(order.size).toBe(inPlay.length);
          expect(order.countWithoutCopies()).toBe(inPlay.filter((i) => pieces[i]?.copies === 0).length);

          const taken = drained(order, pieces, priorities);

          expect([...taken].sort((a, b) => a - b)).toEqual(inPlay);
          const keys = taken.map((i) => [-(priorities[i] as number), (pieces[i] as Piece).copies]);
          expect(keys).toEqual(
            [...keys].sort(
              (a, b) => (a[0] as number) - (b[0] as number) || (a[1] as number) - (b[1] as number),
            ),
          );
          expect(order.size).toBe(0);
        },
      ),
      { numRuns: fewerFuzzRuns(20) },
    );
  });

  test("stays as it is when every piece loses a copy at once", () => {
    const pieces = [3, 1, 2, 1, 6].map((copies): Piece => ({ isInPlay: true, copies }));
    const priorities = Uint8Array.of(4, 4, 7, 7, 4);
    const order = orderOf(pieces, priorities);

    order.allOneLess();
    for (const piece of pieces) piece.copies--;

    expect(order.countWithoutCopies()).toBe(2);
    expect(drained(order, pieces, priorities)).toEqual([3, 2, 1, 0, 4]);
  });

  test("skips pieces that no partial peer has when a partial peer asks", () => {
    const pieces = [0, 2, 1].map((copies): Piece => ({ isInPlay: true, copies }));
    const order = orderOf(pieces, Uint8Array.of(4, 4, 4));
    const owned = new PieceBitmap(3);
    for (const piece of [0, 1, 2]) owned.set(piece);

    expect(order.first(owned, 0, MANY)).toBe(2);
    expect(order.first(undefined, 0, MANY)).toBe(0);
  });

  test("answers nothing at or below a floor of priority", () => {
    const pieces = [1, 1].map((copies): Piece => ({ isInPlay: true, copies }));
    const order = orderOf(pieces, Uint8Array.of(4, 6));

    expect(order.first(undefined, 4, MANY)).toBe(1);
    expect(order.first(undefined, 6, MANY)).toBe(NONE);
    expect(order.random(undefined, 4, MANY)).toBe(1);
    expect(order.highestPriority).toBe(6);
  });

  test("says when it gave up before it had looked at everything", () => {
    const pieces = Array.from({ length: 50 }, (): Piece => ({ isInPlay: true, copies: 1 }));
    const order = orderOf(pieces, new Uint8Array(50).fill(4));
    const nothing = new PieceBitmap(50);

    expect(order.first(nothing, 0, 49)).toBe(GAVE_UP);
    expect(order.first(nothing, 0, 51)).toBe(NONE);
  });
});
