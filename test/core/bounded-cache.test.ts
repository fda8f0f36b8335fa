import { describe, expect, test } from "vitest";
import { BoundedCache } from "../../src/core/bounded-cache.ts";

describe("a bounded cache", () => {
  test("forgets what was used least recently, and tells so", () => {
    const evicted: [string, number][] = [];
    const cache = new BoundedCache<string, number>(2, (key, value) => evicted.push([key, value]));
    cache.set("a", 1);
    cache.set("b", 2);

    cache.get("a");
    cache.set("c", 3);

    expect(evicted).toEqual([["b", 2]]);
    expect([cache.size, cache.has("a"), cache.has("b"), cache.has("c")]).toEqual([2, true, false, true]);
  });

  test("does not count a peek as use", () => {
    const cache = new BoundedCache<string, number>(2);
    cache.set("a", 1);
    cache.set("b", 2);

    expect(cache.peek("a")).toBe(1);
    cache.set("c", 3);

    expect(cache.has("a")).toBe(false);
  });

  test("tells of evictions only, not of deletions and replacements", () => {
    const evicted: string[] = [];
    const cache = new BoundedCache<string, number>(2, (key) => evicted.push(key));
    cache.set("a", 1);
    cache.set("a", 2);
    expect(cache.delete("a")).toBe(true);
    expect(cache.delete("a")).toBe(false);
    cache.set("b", 1);
    cache.clear();
    expect([evicted, cache.size]).toEqual([[], 0]);
  });

  test("lists its entries, the most recently used first", () => {
    const cache = new BoundedCache<string, number>(3);
    for (const [i, key] of ["a", "b", "c"].entries()) cache.set(key, i);
    cache.get("a");
    expect([...cache.entries()].map(([key]) => key)).toEqual(["a", "c", "b"]);
  });

  test("keeps the order of use and tells of nothing while it grows", () => {
    const evicted: number[] = [];
    const cache = new BoundedCache<number, string>(1_000, (key) => evicted.push(key));
    for (let i = 0; i < 1_000; i++) {
      cache.set(i, "x");
      cache.get(0);
    }
    expect([cache.size, evicted]).toEqual([1_000, []]);
    cache.set(1_000, "x");
    expect(evicted).toEqual([1]);
  });

  test("never grows beyond its limit", () => {
    const cache = new BoundedCache<number, string>(100);
    for (let i = 0; i < 10_000; i++) cache.set(i, "x");
    expect(cache.size).toBe(100);
  });
});
