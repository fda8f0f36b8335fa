/** `starling lab tit-for-tat`: whom giving serves, where uplinks are scarce. The same seeds give the same bytes on stdout. */
import { parseCount } from "../arguments/quantities.ts";
import { EXIT_OK } from "../exit-codes.ts";
import { writeLabFiles } from "../lab/report/lab-files.ts";
import { incentiveChart, incentiveReport, timesOfContributors } from "../lab/tit-for-tat/incentive-report.ts";
import { incentiveRows, LEECH_CHOKINGS } from "../lab/tit-for-tat/incentive-rows.ts";
import type { Output } from "../output/output.ts";

interface TitForTatFlags {
  readonly seeds: string;
  readonly seed: string;
  readonly out?: string;
}

const MAX_SEEDS = 1_000;
const MAX_SEED: number = 2 ** 31;

export async function runLabTitForTat(
  _operands: readonly string[],
  flags: TitForTatFlags,
  output: Output,
): Promise<number> {
  const seeds = parseCount(flags.seeds, "--seeds", 1, MAX_SEEDS);
  const firstSeed = parseCount(flags.seed, "--seed", 0, MAX_SEED);
  const rows = LEECH_CHOKINGS.flatMap((choking) => {
    const some = incentiveRows(choking, firstSeed, seeds);
    const times = timesOfContributors(some, choking, "free rider").toFixed(2);
    output.note(`${choking}: free riders take ${times} times as long`);
    return some;
  });
  const markdown = incentiveReport(`starling lab tit-for-tat --seeds ${seeds} --seed ${firstSeed}`, rows);
  const figures = { ok: true, seed: firstSeed, seeds, rows };
  if (flags.out !== undefined)
    await writeLabFiles(flags.out, { name: "tit-for-tat", figures, markdown, chart: incentiveChart(rows) });
  output.result(markdown.trimEnd());
  output.json(figures);
  return EXIT_OK;
}
