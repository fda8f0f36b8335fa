import { describe, expect, test } from "vitest";
import { shareThatFinds } from "./sybil-crowd.ts";

const NETWORK = { seed: "crowd", honest: 150, hashes: 1, lookupsPerHash: 20 };

describe("nodes that crowd around an info-hash and swallow its announces, DH08,", () => {
  test("hide a peer from no more than one lookup in twenty while they are 20 in four networks", () => {
    expect(shareThatFinds({ ...NETWORK, attackers: 20, subnets: 4 })).toBeGreaterThanOrEqual(0.95);
  });

  test("and 100 in 32 networks from no more than one in five, who hid it from nearly all before", () => {
    const crowd = { ...NETWORK, attackers: 100, subnets: 32 };
    expect(shareThatFinds(crowd)).toBeGreaterThanOrEqual(0.8);
    expect(shareThatFinds({ ...crowd, crowdDoubt: false })).toBeLessThan(0.5);
  });
});
