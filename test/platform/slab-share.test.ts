import { expect, test } from "vitest";
import type { Slab } from "../../src/core/slab.ts";
import { SlabArena } from "../../src/platform/slab-arena.ts";
import { SlabShare } from "../../src/platform/slab-share.ts";

const MIB = 2 ** 20;

/** Everything that `share` is given. */
function takeAll(share: SlabShare): Slab[] {
  const slabs: Slab[] = [];
  for (let slab = share.acquire(MIB); slab !== undefined; slab = share.acquire(MIB)) slabs.push(slab);
  return slabs;
}

test("ST19: gives nothing out while 16 MiB wait for the disk, whatever is free", () => {
  const share = new SlabShare(new SlabArena(64 * MIB));
  const slabs = Array.from({ length: 40 }, () => share.acquire(MIB) as Slab);
  for (const slab of slabs.slice(0, 16)) share.queue(slab);
  expect(share.queuedBytes).toBe(16 * MIB);
  expect(share.acquire(1)).toBeUndefined();

  for (const slab of slabs) share.release(slab);
  expect(share.queuedBytes).toBe(0);
  expect(share.acquire(MIB)?.offset).toBe(0);
});

test("a disk that gives nothing back leaves memory for torrents on another one", () => {
  const arena = new SlabArena(64 * MIB);
  const hanging = new SlabShare(arena);
  const other = new SlabShare(arena);
  expect(takeAll(hanging)).toHaveLength(48);

  for (let round = 0; round < 100; round++) {
    const slabs = takeAll(other);
    expect(slabs).toHaveLength(12);
    for (const slab of slabs) {
      other.queue(slab);
      other.release(slab);
    }
  }
  expect(hanging.acquire(MIB)).toBeUndefined();
  expect(arena.usedBytes).toBe(48 * MIB);
});

test("two busy disks end up with equal shares, and some is always free for a third", () => {
  const arena = new SlabArena(64 * MIB);
  const [first, second] = [new SlabShare(arena), new SlabShare(arena)];
  const firstSlabs = takeAll(first);
  const secondSlabs = takeAll(second);
  for (let round = 0; round < 60; round++) {
    first.release(firstSlabs.shift() as Slab);
    secondSlabs.push(...takeAll(second));
    firstSlabs.push(...takeAll(first));
    second.release(secondSlabs.shift() as Slab);
    firstSlabs.push(...takeAll(first));
    secondSlabs.push(...takeAll(second));
  }
  expect(Math.abs(first.usedBytes - second.usedBytes)).toBeLessThanOrEqual(2 * MIB);
  expect(new SlabShare(arena).acquire(MIB)).toBeDefined();
});

test("the smallest arena gives everybody a slab in turn", () => {
  const arena = new SlabArena(MIB);
  const [first, second] = [new SlabShare(arena), new SlabShare(arena)];
  const slab = first.acquire(MIB) as Slab;
  expect(second.acquire(MIB)).toBeUndefined();
  first.release(slab);
  expect(second.acquire(MIB)).toBeDefined();
});
