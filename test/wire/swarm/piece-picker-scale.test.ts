/** Two million pieces and a thousand peers: what is looked at and what is held, counted rather than timed. */
import { afterEach, describe, expect, test, vi } from "vitest";
import { SeededRandom } from "../../../src/sim/index.ts";
import { Bitfield } from "../../../src/torrent/bitfield.ts";
import { BLOCK_BYTES, MAX_PIECES, PieceMap } from "../../../src/torrent/piece-map.ts";
import { PieceBitmap } from "../../../src/wire/swarm/piece-bitmap.ts";
import { type PickOptions, PiecePicker } from "../../../src/wire/swarm/piece-picker.ts";

const PIECES = MAX_PIECES;
const WHOLE: PickOptions = { speedClass: 2, sharing: "prefer-whole", maxNewSegments: 1_000 };
const MIB = 2 ** 20;

function aHugePicker(have: (piece: number) => boolean): PiecePicker {
  const bitfield = new Bitfield(PIECES);
  for (let piece = 0; piece < PIECES; piece++) if (have(piece)) bitfield.set(piece);
  const priorities = new Uint8Array(PIECES).fill(4);
  const pieceMap = new PieceMap(PIECES * 4 * BLOCK_BYTES, 4 * BLOCK_BYTES);
  return new PiecePicker({ pieceMap, random: new SeededRandom("huge"), have: bitfield, priorities });
}

function every(nth: number): Bitfield {
  const bitfield = new Bitfield(PIECES);
  for (let piece = 0; piece < PIECES; piece += nth) bitfield.set(piece);
  return bitfield;
}

/** Calls of the set operations that everything else is made of. */
function countLooks(): { readonly pieces: () => number; readonly passes: () => number } {
  const has = vi.spyOn(PieceBitmap.prototype, "has");
  const next = vi.spyOn(PieceBitmap.prototype, "nextCommon");
  const common = vi.spyOn(PieceBitmap.prototype, "countCommon");
  return {
    pieces: () => has.mock.calls.length,
    passes: () => next.mock.calls.length + common.mock.calls.length,
  };
}

afterEach(() => {
  vi.restoreAllMocks();
});

describe("with two million pieces", () => {
  test("a thousand peers of whom most are seeds or have nothing hold what the pieces and the few others need", () => {
    const before = process.memoryUsage().arrayBuffers;
    const picker = aHugePicker((piece) => piece < 4);
    const own = process.memoryUsage().arrayBuffers - before;
    for (let slot = 0; slot < 1_000; slot++) picker.peerJoined(slot, slot % 2 === 0 ? "all" : "none");
    for (let slot = 1; slot < 20; slot += 2) picker.peerHave(slot, slot);
    const withPeers = process.memoryUsage().arrayBuffers - before;

    // 31 MiB stay; what the building of the order leaves to the collector is counted too.
    expect(own).toBeLessThan(56 * MIB);
    expect(withPeers - own).toBeLessThan(10 * (PIECES / 8) + MIB);
    expect(picker.availability(1)).toBe(501);
    expect(picker.copies()).toBeGreaterThanOrEqual(500);
  });

  test("a seed that comes or goes, a HAVE and a block look at next to nothing", () => {
    const picker = aHugePicker((piece) => piece < 4);
    for (let slot = 2; slot < 1_000; slot++) picker.peerJoined(slot, "none");
    const looks = countLooks();

    picker.peerJoined(0, "all");
    picker.peerJoined(1, "none");
    for (let piece = 10; piece < 1_010; piece++) picker.peerHave(1, piece);
    const out = new Int32Array(200);
    const count = picker.pick(0, 100, out, WHOLE);
    for (let i = 0; i < count; i++) picker.blockReceived(0, out[2 * i] as number, out[2 * i + 1] as number);
    picker.peerLeft(0);

    expect(count).toBe(100);
    expect(looks.pieces()).toBeLessThan(10 * 1_000);
    expect(looks.passes()).toBeLessThan(10);
  });

  test("a verified piece costs one look a peer", () => {
    const picker = aHugePicker((piece) => piece < 4);
    for (let slot = 0; slot < 1_000; slot++) picker.peerJoined(slot, "none");
    for (let slot = 0; slot < 1_000; slot++) picker.peerHave(slot, 77);
    for (let block = 0; block < 4; block++) picker.blockReceived(0, 77, block);
    const looks = countLooks();

    picker.pieceGood(77);

    expect(looks.pieces()).toBeLessThan(1_010);
    expect(looks.passes()).toBe(0);
  });

  test("a peer that has a few pieces far down the order is still given one, after a bounded search", () => {
    const picker = aHugePicker((piece) => piece < 4);
    picker.peerJoined(0, every(2));
    picker.peerJoined(1, "none");
    for (const piece of [1_000_000, 1_500_000, 2_000_000]) picker.peerHave(1, piece);
    picker.peerJoined(2, every(1_000_001));
    const looks = countLooks();
    const out = new Int32Array(8);

    expect(picker.pick(1, 4, out, WHOLE)).toBe(4);

    expect([1_000_000, 1_500_000, 2_000_000]).toContain(out[0]);
    expect(looks.pieces()).toBeLessThan(600);
    expect(looks.passes()).toBeLessThan(140);
  });

  test("the last missing pieces are found as fast as the first", () => {
    const missing = new Set([5, 1_234_567, 2_000_001]);
    const picker = aHugePicker((piece) => !missing.has(piece));
    picker.peerJoined(0, "all");
    picker.peerJoined(1, every(1));
    const looks = countLooks();
    const out = new Int32Array(40);

    expect(picker.pick(1, 20, out, WHOLE)).toBe(12);
    expect(new Set(out.filter((_, i) => i % 2 === 0 && i < 24))).toEqual(missing);
    expect(looks.pieces()).toBeLessThan(100);
  });

  test("equally rare pieces spread over the whole content", () => {
    const picker = aHugePicker((piece) => piece < 4);
    picker.peerJoined(0, "all");
    const out = new Int32Array(2_000);
    const count = picker.pick(0, 1_000, out, WHOLE);
    const quarters = new Set(
      Array.from({ length: count }, (_, i) => Math.floor(((out[2 * i] as number) * 4) / PIECES)),
    );

    expect(quarters.size).toBe(4);
  });
});

describe("with a thousand peers", () => {
  test("a storm of HAVEs over a hundred thousand pieces looks at a few pieces each", () => {
    const pieces = 100_000;
    const priorities = new Uint8Array(pieces).fill(4);
    const pieceMap = new PieceMap(pieces * BLOCK_BYTES, BLOCK_BYTES);
    const random = new SeededRandom("storm");
    const picker = new PiecePicker({ pieceMap, random, have: new Bitfield(pieces), priorities });
    for (let slot = 0; slot < 1_000; slot++) picker.peerJoined(slot, "none");
    const looks = countLooks();
    const haves = 20_000;

    for (let i = 0; i < haves; i++) picker.peerHave(random.integer(1_000), random.integer(pieces));

    expect(looks.pieces()).toBeLessThan(6 * haves);
    expect(looks.passes()).toBe(0);
  });

  test("a peer goes on with its own piece without a look at those of others", () => {
    const pieces = 4_000;
    const pieceMap = new PieceMap(pieces * 16 * BLOCK_BYTES, 16 * BLOCK_BYTES);
    const have = new Bitfield(pieces);
    for (const piece of [0, 1, 2, 3]) have.set(piece);
    const picker = new PiecePicker({
      pieceMap,
      random: new SeededRandom("own"),
      have,
      priorities: new Uint8Array(pieces).fill(4),
    });
    const out = new Int32Array(8);
    const field = new Bitfield(pieces);
    field.setAll();
    field.clear(0);
    for (let slot = 0; slot < 1_000; slot++) {
      picker.peerJoined(slot, field);
      picker.pick(slot, 2, out, WHOLE);
    }
    const looks = countLooks();

    for (let slot = 0; slot < 1_000; slot++) expect(picker.pick(slot, 4, out, WHOLE)).toBe(4);

    expect(picker.counts().partialPieces).toBe(1_000);
    expect(looks.pieces()).toBeLessThan(5 * 1_000);
  });
});
