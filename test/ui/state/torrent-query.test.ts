import { describe, expect, test } from "vitest";
import { parseQuery } from "../../../src/ui/state/torrent-query.ts";
import { aDiagnosis, aTorrent } from "../support/snapshots.ts";

const score = (query: string, changes: Parameters<typeof aTorrent>[0] = {}): number =>
  parseQuery(query).score(aTorrent(changes));

describe("words", () => {
  test("are looked for in the name, in any order and case, and must all be there", () => {
    expect(score("HD lecture")).toBeGreaterThan(0);
    expect(score("hd film")).toBe(0);
  });

  test("can be the first letters of the name's words, each with what follows it", () => {
    expect(score("lshd")).toBeGreaterThan(0);
    expect(score("lecser")).toBeGreaterThan(0);
    expect(score("lzz")).toBe(0);
    expect(score("eture")).toBe(0);
  });

  test("that begin the name count more than those within it, and letters count least", () => {
    const scores = ["lecture", "series", "ctur", "lshd"].map((word) => score(word));
    expect(scores).toEqual([...scores].sort((a, b) => b - a));
    expect(new Set(scores).size).toBe(4);
  });

  test("can begin the info-hash", () => {
    expect(score("4be190c2")).toBeGreaterThan(0);
  });

  test("cost no more than their length times that of the name, whatever name others chose", () => {
    const name = "a ".repeat(20_000);
    expect(score("aaaaaaaaaaaaaaaaaaaab", { name })).toBe(0);
  });
});

describe("terms", () => {
  test("compare figures in units", () => {
    expect(score("copies<2")).toBeGreaterThan(0);
    expect(score("copies<1")).toBe(0);
    expect(score("size>10G")).toBeGreaterThan(0);
    expect(score("size>12G")).toBe(0);
    expect(score("down>=1M")).toBeGreaterThan(0);
    expect(score("eta<30m")).toBeGreaterThan(0);
    expect(score("eta<20m")).toBe(0);
    expect(score("done>71")).toBeGreaterThan(0);
    expect(score("seeds=1")).toBeGreaterThan(0);
  });

  test("name states", () => {
    expect(score("state:stuck", { diagnosis: aDiagnosis({ severity: "problem" }) })).toBeGreaterThan(0);
    expect(score("state:stuck")).toBe(0);
    expect(score("is:paused", { phase: "paused" })).toBeGreaterThan(0);
    expect(score("state:down lecture copies>1")).toBeGreaterThan(0);
  });

  test("name labels", () => {
    expect(score("label:Music", { labels: ["music"] })).toBeGreaterThan(0);
    expect(score("label:music", { labels: [] })).toBe(0);
  });

  test("are false where the figure is not known, and words where they cannot be read", () => {
    expect(score("copies<1", { copies: null })).toBe(0);
    expect(score("frobs<1", { name: "frobs<1 in a name" })).toBeGreaterThan(0);
  });
});
