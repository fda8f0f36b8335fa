/** Incentives, small: what is said of classes of peers. The swarm itself is a matter of `starling lab tit-for-tat`. */
import { describe, expect, test } from "vitest";
import {
  freeRiderTimes,
  incentiveChart,
  incentiveReport,
} from "../../../src/cli/lab/tit-for-tat/incentive-report.ts";
import type { IncentiveRow } from "../../../src/cli/lab/tit-for-tat/incentive-rows.ts";

const row = (name: string, isFreeRider: boolean, upKib: number, meanMs: number): IncentiveRow => ({
  choking: "tit-for-tat",
  name,
  upBytesPerSecond: 1_024 * upKib,
  isFreeRider,
  peers: 4,
  finished: 4,
  meanMs,
  medianMs: meanMs,
  givenCopies: isFreeRider ? 0 : 1,
});

const ROWS = [
  row("slow", false, 32, 300_000),
  row("fast", false, 64, 100_000),
  row("rider", true, 64, 400_000),
];

describe("what is said of incentives", () => {
  test("compares free riders with contributors of the same line", () => {
    expect(freeRiderTimes(ROWS, "tit-for-tat")).toBe(4);
  });

  test("is told in words and drawn, without a number that is none", () => {
    const texts = [incentiveReport("starling lab tit-for-tat", ROWS), incentiveChart(ROWS)];

    expect(texts[0]).toContain("| tit-for-tat | rider | 4 of 4 | 400 s |");
    for (const text of texts) expect(text).not.toMatch(/NaN|undefined|null|Infinity/);
  });
});
