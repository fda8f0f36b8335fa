/** The calibration: swarms drawn from a seed, what came of beliefs, and the same bytes for the same seed. */
import { describe, expect, test } from "vitest";
import { calibrate } from "../../../src/cli/lab/calibrate/calibration.ts";
import { calibrationPlot } from "../../../src/cli/lab/calibrate/calibration-plot.ts";
import { calibrationReport } from "../../../src/cli/lab/calibrate/calibration-report.ts";
import { runSwarm, type SwarmOutcome } from "../../../src/cli/lab/calibrate/run-swarm.ts";
import { planSwarm, type SwarmPlan } from "../../../src/cli/lab/calibrate/swarm-plan.ts";
import { SeededRandom } from "../../../src/sim/index.ts";

const believed = (confidence: number, finishedAtSeconds: number | null): SwarmOutcome => ({
  kind: "seeds",
  finishedAtSeconds,
  isStuck: finishedAtSeconds === null,
  beliefs: [{ atSeconds: 45, confidence, etaRange: { lowSeconds: 50, highSeconds: 100 } }],
});

/** Ten swarms of which 80 % was said: eight finish, one of them too early and one too late for its range. */
const TEN: readonly SwarmOutcome[] = [
  ...Array.from({ length: 6 }, () => believed(0.8, 120)),
  believed(0.8, 60),
  believed(0.8, 500),
  believed(0.8, null),
  believed(0.8, null),
];

describe("the calibration", () => {
  test("counts how often what was said came true", () => {
    const { aboutEighty, brierScore, closed } = calibrate(1, TEN);

    expect(aboutEighty).toMatchObject({ beliefs: 10, said: 0.8, cameTrue: 0.8, low: 0.49, high: 0.943 });
    expect(brierScore).toBeCloseTo(0.16);
    expect(closed.map(({ beliefs }) => beliefs)).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 10, 0]);
  });

  test("counts how often the range of the time to go held", () => {
    expect(calibrate(1, TEN).eta).toEqual({ ranges: 8, held: 6, early: 1, late: 1 });
  });

  test("leaves out what nobody knows the end of", () => {
    const undecided: SwarmOutcome = { ...believed(0.5, null), isStuck: false };

    expect(calibrate(1, [undecided]).aboutEighty.beliefs).toBe(0);
    expect(calibrate(1, [undecided]).kinds[0]).toMatchObject({ kind: "seeds", undecided: 1, beliefs: 0 });
  });

  test("is told in words and drawn, without a number that is none", () => {
    const calibration = calibrate(1, [...TEN, { ...believed(0.3, null), kind: "arrivals" }]);
    const texts = [calibrationReport(calibration), calibrationPlot(calibration)];

    expect(texts[0]).toContain("Of 10 statements of about 80 % (75 to 85), 80 % came true");
    expect(texts[1]).toMatch(/^<svg .*<\/svg>\n$/s);
    for (const text of texts) expect(text).not.toMatch(/NaN|undefined|null|Infinity/);
  });
});

describe("a simulated swarm", { timeout: 60_000 }, () => {
  const PLAN: SwarmPlan = {
    kind: "one-seed",
    seed: "a small one",
    pieceCount: 24,
    pieceBytes: 16_384,
    upBytesPerSecond: 8_192,
    peers: [{ joinsAtMs: 0, leavesAtMs: 600_000, haveRatio: 1, upBytesPerSecond: 4_096 }],
  };

  test("is the same for the same seed, from the plan to the end", async () => {
    expect(planSwarm(new SeededRandom(3), 7)).toEqual(planSwarm(new SeededRandom(3), 7));
    const outcome = await runSwarm(PLAN);

    expect(outcome.finishedAtSeconds).toBeGreaterThan(60);
    expect(outcome.beliefs.length).toBeGreaterThan(0);
    expect(await runSwarm(PLAN)).toEqual(outcome);
  });

  test("whose only seed leaves too early is stuck", async () => {
    const peers = [{ joinsAtMs: 0, leavesAtMs: 50_000, haveRatio: 1, upBytesPerSecond: 4_096 }];

    expect(await runSwarm({ ...PLAN, peers })).toMatchObject({ finishedAtSeconds: null, isStuck: true });
  });
});
