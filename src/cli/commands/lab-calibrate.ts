/**
 * `starling lab calibrate`: how far the finish confidence and the range of the time to go can be trusted, measured on
 * simulated swarms of whole clients. The same seed gives the same bytes.
 */
import { writeFile } from "node:fs/promises";
import { SeededRandom } from "../../sim/index.ts";
import { parseCount } from "../arguments/quantities.ts";
import { EXIT_OK } from "../exit-codes.ts";
import { calibrate } from "../lab/calibrate/calibration.ts";
import { calibrationPlot } from "../lab/calibrate/calibration-plot.ts";
import { calibrationReport } from "../lab/calibrate/calibration-report.ts";
import { OutcomeLog } from "../lab/calibrate/outcome-log.ts";
import { runSwarm, type SwarmOutcome } from "../lab/calibrate/run-swarm.ts";
import { planSwarm } from "../lab/calibrate/swarm-plan.ts";
import type { Output } from "../output/output.ts";

interface CalibrateFlags {
  readonly swarms: string;
  readonly seed: string;
  readonly plot?: string;
  readonly report?: string;
  readonly outcomes?: string;
}

const MAX_SWARMS = 100_000;
const MAX_SEED: number = 2 ** 31;
/** A line on the way for each so many swarms. */
const NOTE_EVERY = 50;

export async function runLabCalibrate(
  _operands: readonly string[],
  flags: CalibrateFlags,
  output: Output,
): Promise<number> {
  const swarms = parseCount(flags.swarms, "--swarms", 1, MAX_SWARMS);
  const seed = parseCount(flags.seed, "--seed", 1, MAX_SEED);
  const random = new SeededRandom(seed);
  const log = flags.outcomes === undefined ? undefined : new OutcomeLog(flags.outcomes, seed);
  const outcomes: SwarmOutcome[] = [];
  for (let index = 0; index < swarms; index++) {
    const known = log?.get(index);
    const outcome = known ?? (await runSwarm(planSwarm(random, index)));
    if (known === undefined) log?.add(index, outcome);
    outcomes.push(outcome);
    if ((index + 1) % NOTE_EVERY === 0) output.note(`${index + 1} of ${swarms} swarms`);
  }
  const calibration = calibrate(seed, outcomes);
  const report = calibrationReport(calibration);
  if (flags.plot !== undefined) await writeFile(flags.plot, calibrationPlot(calibration));
  if (flags.report !== undefined) await writeFile(flags.report, report);
  output.result(report.trimEnd());
  output.json({ ok: true, ...calibration });
  return EXIT_OK;
}
