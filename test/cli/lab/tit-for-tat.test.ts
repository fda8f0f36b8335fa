/** Incentives, small: what is said of classes of peers. The swarm itself is a matter of `starling lab tit-for-tat`. */
import { describe, expect, test } from "vitest";
import {
  incentiveChart,
  incentiveReport,
  timesOfContributors,
} from "../../../src/cli/lab/tit-for-tat/incentive-report.ts";
import type { IncentiveRow } from "../../../src/cli/lab/tit-for-tat/incentive-rows.ts";

const row = (
  name: string,
  conduct: IncentiveRow["conduct"],
  upKib: number,
  meanMs: number,
): IncentiveRow => ({
  choking: "tit-for-tat",
  name,
  upBytesPerSecond: 1_024 * upKib,
  conduct,
  peers: 4,
  finished: 4,
  meanMs,
  medianMs: meanMs,
  quartersMs: [meanMs, meanMs],
  seedMeansMs: [meanMs, meanMs],
  givenCopies: conduct === "free rider" ? 0 : 1,
  takenShares: { publisher: 0.2, "tried out": 0.1, "contended slot": 0.6, "free slot": 0.1, late: 0 },
});

const ROWS = [
  row("slow", "contributor", 32, 300_000),
  row("fast", "contributor", 64, 100_000),
  row("tyrant", "strategist", 64, 80_000),
  row("rider", "free rider", 64, 400_000),
];

describe("what is said of incentives", () => {
  test("compares free riders and strategists with contributors of the same line", () => {
    expect(timesOfContributors(ROWS, "tit-for-tat", "free rider")).toBe(4);
    expect(timesOfContributors(ROWS, "tit-for-tat", "strategist")).toBe(0.8);
  });

  test("is told in words and drawn, without a number that is none", () => {
    const texts = [incentiveReport("starling lab tit-for-tat", ROWS), incentiveChart(ROWS)];

    expect(texts[0]).toContain("| tit-for-tat | rider | 4 of 4 | 400 s |");
    for (const text of texts) expect(text).not.toMatch(/NaN|undefined|null|Infinity/);
  });
});
