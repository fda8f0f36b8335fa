/** Pieces that lie too far down the order to be met there. */
import { describe, expect, test } from "vitest";
import { SeededRandom } from "../../../src/sim/index.ts";
import { Bitfield } from "../../../src/torrent/bitfield.ts";
import { NewPieceSearch } from "../../../src/wire/swarm/new-piece-search.ts";
import { PieceAvailability } from "../../../src/wire/swarm/piece-availability.ts";
import { RarityOrder } from "../../../src/wire/swarm/rarity-order.ts";

const PIECES = 5_000;

/** Slot 0 has the first 4,000 pieces, so those are rare for it alone; slot 1 has `pieces` only. */
function aSearch(pieces: readonly number[], priorities: Uint8Array = new Uint8Array(PIECES).fill(4)) {
  const order = new RarityOrder(PIECES, 1_024, new SeededRandom("search"));
  const availability = new PieceAvailability(order, priorities);
  availability.resetMissing(() => true);
  order.rebuild(
    priorities,
    () => true,
    () => 0,
  );
  const first = new Bitfield(PIECES);
  for (let piece = 0; piece < 4_000; piece++) first.set(piece);
  availability.peerJoined(0, first);
  const field = new Bitfield(PIECES);
  for (const piece of pieces) field.set(piece);
  availability.peerJoined(1, field);
  return { search: new NewPieceSearch(order, availability, priorities), availability, order };
}

describe("a peer with a few pieces", () => {
  test("gets the rarest of them", () => {
    const { search, availability } = aSearch([4_100, 4_500, 4_900]);
    for (const slot of [2, 3]) availability.peerJoined(slot, "none");
    for (const [slot, piece] of [
      [2, 4_100],
      [3, 4_100],
      [2, 4_900],
    ] as const)
      availability.peerHave(slot, piece);

    for (let i = 0; i < 10; i++) expect(search.find(1, 0, "rarest-first")).toBe(4_500);
  });

  test("gets the one of the highest priority first", () => {
    const priorities = new Uint8Array(PIECES).fill(4).fill(6, 0, 4_000);
    priorities[4_900] = 2;
    priorities[4_100] = 6;
    const { search, availability } = aSearch([4_100, 4_500, 4_900], priorities);
    for (const slot of [2, 3, 4]) availability.peerJoined(slot, "none");
    for (const slot of [2, 3, 4]) availability.peerHave(slot, 4_100);

    expect(search.find(1, 0, "rarest-first")).toBe(4_100);
    expect(search.find(1, 6, "rarest-first")).toBe(-1);
  });

  test("gets none when those it has are begun", () => {
    const { search, order } = aSearch([4_100]);
    order.remove(4_100, 4, 1);

    expect(search.find(1, 0, "rarest-first")).toBe(-1);
    expect(search.find(1, 0, "sequential")).toBe(-1);
  });

  test("gets its first piece in the content in sequential order", () => {
    const { search } = aSearch([4_900, 4_100, 4_500]);

    expect(search.find(1, 0, "sequential")).toBe(4_100);
  });
});
