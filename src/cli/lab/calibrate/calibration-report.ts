/** The calibration in words and tables (Markdown). The same calibration gives the same bytes. */
import type { Calibration, CalibrationPoint } from "./calibration.ts";

export function calibrationReport(calibration: Calibration): string {
  const { swarms, seed, closed, open, aboutEighty, brierScore, eta, kinds } = calibration;
  return [
    "# Calibration of finish confidence and time to go",
    "",
    `Made by \`starling lab calibrate --swarms ${swarms} --seed ${seed}\`: ${swarms} simulated swarms of whole clients in virtual time.`,
    "",
    `- Of ${aboutEighty.beliefs} statements of about 80 % (75 to 85), ${percent(aboutEighty.cameTrue)} came true (95 % interval ${percent(aboutEighty.low)} to ${percent(aboutEighty.high)}).`,
    `- Brier score ${brierScore ?? "–"} (0 is a prophet, 0.25 says always fifty-fifty).`,
    `- Of ${eta.ranges} ranges of the time to go, ${share(eta.held, eta.ranges)} held; ${share(eta.early, eta.ranges)} finished earlier, ${share(eta.late, eta.ranges)} later.`,
    "",
    "## Said and came true",
    "",
    "Statements of one swarm depend on each other, so the intervals are somewhat too narrow.",
    "",
    "| said | nobody comes later: statements | came true | interval | others come later: statements | came true | interval |",
    "|---|---|---|---|---|---|---|",
    ...closed.map(
      (point, i) => `| ${bounds(point)} | ${cells(point)} | ${cells(open[i] as CalibrationPoint)} |`,
    ),
    "",
    "## By kind of swarm",
    "",
    "| kind | swarms | finished | stuck | undecided | statements | mean said | came true | Brier |",
    "|---|---|---|---|---|---|---|---|---|",
    ...kinds.map(
      (one) =>
        `| ${one.kind} | ${one.swarms} | ${one.finished} | ${one.stuck} | ${one.undecided} | ${one.beliefs} | ${percent(one.meanConfidence)} | ${percent(one.cameTrue)} | ${one.brierScore ?? "–"} |`,
    ),
    "",
  ].join("\n");
}

function bounds({ fromConfidence, toConfidence }: CalibrationPoint): string {
  return `${Math.round(fromConfidence * 100)} to ${Math.round(toConfidence * 100)} %`;
}

function cells({ beliefs, cameTrue, low, high }: CalibrationPoint): string {
  const interval = low === null ? "–" : `${percent(low)} to ${percent(high)}`;
  return `${beliefs} | ${percent(cameTrue)} | ${interval}`;
}

function percent(ratio: number | null): string {
  return ratio === null ? "–" : `${Math.round(ratio * 100)} %`;
}

function share(part: number, whole: number): string {
  return whole === 0 ? "none" : percent(part / whole);
}
