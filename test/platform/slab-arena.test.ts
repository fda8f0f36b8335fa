import fc from "fast-check";
import { expect, test } from "vitest";
import type { Slab } from "../../src/core/slab.ts";
import { SlabArena } from "../../src/platform/slab-arena.ts";
import { fingerprint, patterned } from "../support/filled-torrent.ts";

const KIB = 1024;
const MIB = 1024 * KIB;

test("gives out all of its memory in slabs of the largest size, then nothing", () => {
  const arena = new SlabArena(5 * MIB);
  const slabs = Array.from({ length: 5 }, () => arena.acquire(MIB));

  expect(new Set(slabs.map((slab) => slab?.offset))).toEqual(new Set([0, MIB, 2 * MIB, 3 * MIB, 4 * MIB]));
  expect(arena.acquire(1)).toBeUndefined();
  expect(arena.usedBytes).toBe(5 * MIB);
});

test("rounds up to powers of two from one block on", () => {
  const arena = new SlabArena(MIB);
  const sizes = [1, 16 * KIB, 16 * KIB + 1, 40 * KIB, 300 * KIB].map(
    (bytes) => arena.acquire(bytes)?.bytes.length,
  );
  expect(sizes).toEqual([16 * KIB, 16 * KIB, 32 * KIB, 64 * KIB, 512 * KIB]);
});

test("small slabs crowd at the beginning, so that memory stays untouched as long as it can", () => {
  const arena = new SlabArena(4 * MIB);
  const small = Array.from({ length: 64 }, () => arena.acquire(16 * KIB) as Slab);
  expect(Math.max(...small.map((slab) => slab.offset))).toBeLessThan(MIB);

  for (const slab of small) arena.release(slab);
  expect(arena.acquire(MIB)?.offset).toBe(0);
});

test("neighbours that are free merge again", () => {
  const arena = new SlabArena(MIB);
  const slabs = Array.from({ length: 64 }, () => arena.acquire(16 * KIB) as Slab);
  expect(arena.acquire(16 * KIB)).toBeUndefined();
  for (const slab of slabs.reverse()) arena.release(slab);

  expect(arena.acquire(MIB)).toBeDefined();
});

test("its memory is shared between threads", () => {
  const arena = new SlabArena(MIB);
  const slab = arena.acquire(32 * KIB) as Slab;
  slab.bytes[5] = 77;
  expect(new Uint8Array(arena.memory)[slab.offset + 5]).toBe(77);
});

test("copies payload from the receive buffer and from elsewhere, whatever the alignment", () => {
  const arena = new SlabArena(MIB);
  const slab = arena.acquire(32 * KIB) as Slab;
  const elsewhere = patterned(1_000, 3);
  arena.receiveBuffer.set(elsewhere, 13);
  for (const [source, start] of [
    [arena.receiveBuffer, 13],
    [elsewhere, 0],
  ] as const) {
    slab.bytes.fill(0);
    arena.copy(source, start + 100, start + 900, slab.bytes, 7);
    expect([...slab.bytes.subarray(0, 7)]).toEqual([0, 0, 0, 0, 0, 0, 0]);
    expect(fingerprint(slab.bytes.slice(7, 807))).toBe(fingerprint(elsewhere.subarray(100, 900)));
    expect(slab.bytes[807]).toBe(0);
  }
});

test("a copy never leaves its slab", () => {
  const arena = new SlabArena(MIB);
  const slab = arena.acquire(16 * KIB) as Slab;
  arena.receiveBuffer.fill(9, 0, 100);
  expect(() => arena.copy(arena.receiveBuffer, 0, 100, slab.bytes, 16 * KIB - 99)).toThrow(RangeError);
  expect(arena.acquire(16 * KIB)?.bytes[0]).toBe(0);
});

test("a slab that is released twice, or elsewhere, is our own mistake", () => {
  const arena = new SlabArena(2 * MIB);
  const slab = arena.acquire(MIB) as Slab;
  const foreign = new SlabArena(2 * MIB).acquire(MIB) as Slab;
  expect(() => arena.release(foreign)).toThrow("released once");

  arena.release(slab);
  expect(() => arena.release(slab)).toThrow("released once");
  for (const bytes of [0, -1, MIB + 1]) expect(() => arena.acquire(bytes)).toThrow("no slab has");
});

test("however slabs come and go, none overlap and the free ones are found", () => {
  const sizes = fc.integer({ min: 1, max: MIB });
  const steps = fc.array(fc.record({ bytes: sizes, releases: fc.nat({ max: 3 }), pick: fc.nat() }), {
    maxLength: 200,
  });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 7 }), steps, (mebibytes, plan) => {
      const arena = new SlabArena(mebibytes * MIB);
      const out: Slab[] = [];
      for (const { bytes, releases, pick } of plan) {
        const slab = arena.acquire(bytes);
        if (slab === undefined) expect(largestGap(out, mebibytes * MIB)).toBeLessThan(2 * roundUp(bytes));
        else {
          expect(slab.bytes.length).toBe(roundUp(bytes));
          expect(slab.bytes.byteOffset).toBe(slab.offset);
          expect(slab.offset % slab.bytes.length).toBe(0);
          for (const other of out) expect(overlap(slab, other)).toBe(false);
          out.push(slab);
        }
        for (let i = 0; i < releases && out.length > 0; i++) {
          arena.release(out.splice(pick % out.length, 1)[0] as Slab);
        }
        expect(arena.usedBytes).toBe(out.reduce((sum, one) => sum + one.bytes.length, 0));
      }
      for (const slab of out) arena.release(slab);
      for (let i = 0; i < mebibytes; i++) expect(arena.acquire(MIB)).toBeDefined();
    }),
  );
});

function roundUp(bytes: number): number {
  let size = 16 * KIB;
  while (size < bytes) size *= 2;
  return size;
}

function overlap(a: Slab, b: Slab): boolean {
  return a.offset < b.offset + b.bytes.length && b.offset < a.offset + a.bytes.length;
}

/** The longest free run: twice a size leaves room for an aligned slab of that size. */
function largestGap(out: readonly Slab[], sizeBytes: number): number {
  const sorted = [...out].sort((a, b) => a.offset - b.offset);
  let at = 0;
  let gap = 0;
  for (const slab of sorted) {
    gap = Math.max(gap, slab.offset - at);
    at = slab.offset + slab.bytes.length;
  }
  return Math.max(gap, sizeBytes - at);
}
