/** Whom giving serves, small: the scenario of `starling lab tit-for-tat` with fewer peers and less to share. */
import { describe, expect, test } from "vitest";
import { type ClassOutcome, PEER_CLASSES, simulateIncentives } from "../../src/sim/index.ts";

const MIB = 2 ** 20;
const WANTED = ["contributor, 32 KiB/s", "contributor, 128 KiB/s", "strategist", "free rider"];
const PEERS = 4;

describe("where uplinks are scarce", () => {
  const classes = PEER_CLASSES.filter(({ name }) => WANTED.includes(name)).map((kind) => ({
    ...kind,
    peers: PEERS,
  }));
  const outcomes = simulateIncentives({ seed: 1, leechChoking: "tit-for-tat", classes, totalBytes: 6 * MIB });
  const [slow, fast, strategist, rider] = outcomes as [
    ClassOutcome,
    ClassOutcome,
    ClassOutcome,
    ClassOutcome,
  ];
  const mean = ({ completionMs }: ClassOutcome): number =>
    completionMs.reduce((sum, ms) => sum + ms, 0) / completionMs.length;

  test("everybody finishes, those who give more sooner, and free riders long after contributors with the same line", () => {
    console.log(outcomes.map((outcome) => `${Math.round(mean(outcome) / 1_000)} s`).join(", "));

    for (const { finished } of outcomes) expect(finished).toBe(PEERS);
    expect(mean(fast)).toBeLessThan(mean(slow));
    expect(mean(rider)).toBeGreaterThan(1.25 * mean(fast));
  });

  test("each byte is known to come from the publisher or from some kind of slot", () => {
    for (const { taken } of outcomes)
      for (const given of taken) {
        const bytes = Object.values(given).reduce((sum, some) => sum + some, 0);
        // What a connection carries in its last second is not seen.
        expect(bytes).toBeGreaterThan(0.8 * 6 * MIB);
        expect(bytes).toBeLessThan(1.2 * 6 * MIB);
      }
    expect(rider.givenCopies).toBe(0);
    expect(strategist.givenCopies).toBeGreaterThan(0);
  });
});
