/** Incentives in words, tables (Markdown) and a chart. The same rows give the same bytes. */
import { GIVING_WAYS } from "../../../sim/index.ts";
import { lineChart } from "../report/line-chart.ts";
import type { IncentiveRow } from "./incentive-rows.ts";

const KIB = 1_024;

export function incentiveReport(command: string, rows: readonly IncentiveRow[]): string {
  return [
    "# Whom giving serves",
    "",
    `Made by \`${command}\`. Simulated; see [README.md](README.md) for what that means.`,
    "",
    "- 16 MiB in pieces of 64 KiB; a super-seeding publisher with 256 KiB/s up; eight contributors each with 32, 64, 128 and 256 KiB/s up, and with 128 KiB/s four strategists (like BitTyrant) and eight peers that upload to nobody; all 2 MiB/s down, 20 connections each, those with a large view to everybody. All arrive within 10 s, and who has finished leaves at once.",
    "- How contributors choke: *tit-for-tat* is what ships; *strict* leaves slots empty rather than give them to those who only take; *prop-share* draws whom to give to in proportion to what each gave.",
    "- *quarters*: a quarter of the peers took less than the first, a quarter more than the second.",
    "",
    "| choking | peers | finished | mean | median | quarters | given by one, in copies |",
    "|---|---|---|---|---|---|---|",
    ...rows.map(
      (row) =>
        `| ${row.choking} | ${row.name} | ${row.finished} of ${row.peers} | ${seconds(row.meanMs)} | ${seconds(row.medianMs)} | ${row.quartersMs.map(seconds).join(" to ")} | ${row.givenCopies.toFixed(2)} |`,
    ),
    "",
    "So many times what contributors with the same line take, by the means:",
    "",
    "| choking | free riders | of the seeds: least, median, most | strategists | of the seeds |",
    "|---|---|---|---|---|",
    ...chokings(rows).map((choking) => {
      const cells = (["free rider", "strategist"] as const).flatMap((conduct) => [
        timesOfContributors(rows, choking, conduct).toFixed(2),
        spreadOf(seedTimesOfContributors(rows, choking, conduct)),
      ]);
      return `| ${choking} | ${cells.join(" | ")} |`;
    }),
    "",
    "Where their payload came from. *contended* is a slot while somebody who had given to its owner waited for one; *free* a slot that no such peer waited for; *late* what was sent after the choke:",
    "",
    "| choking | peers | publisher | tried out | contended slot | free slot | late |",
    "|---|---|---|---|---|---|---|",
    ...rows.map(
      (row) =>
        `| ${row.choking} | ${row.name} | ${GIVING_WAYS.map((way) => `${Math.round(100 * row.takenShares[way])} %`).join(" | ")} |`,
    ),
    "",
    "![Completion time by contribution](tit-for-tat.svg)",
    "",
  ].join("\n");
}

/** Mean completion of free riders or strategists over that of contributors with the same line. */
export function timesOfContributors(
  rows: readonly IncentiveRow[],
  choking: IncentiveRow["choking"],
  conduct: "free rider" | "strategist",
): number {
  const { theirs, contributors } = compared(rows, choking, conduct);
  return meanOf(theirs, (row) => row.meanMs) / meanOf(contributors, (row) => row.meanMs);
}

/** The same of each seed. */
function seedTimesOfContributors(
  rows: readonly IncentiveRow[],
  choking: IncentiveRow["choking"],
  conduct: "free rider" | "strategist",
): readonly number[] {
  const { theirs, contributors } = compared(rows, choking, conduct);
  const seeds = theirs[0]?.seedMeansMs.length ?? 0;
  return Array.from(
    { length: seeds },
    (_, i) =>
      meanOf(theirs, (row) => row.seedMeansMs[i] ?? 0) /
      meanOf(contributors, (row) => row.seedMeansMs[i] ?? 0),
  );
}

function compared(
  rows: readonly IncentiveRow[],
  choking: IncentiveRow["choking"],
  conduct: IncentiveRow["conduct"],
): { readonly theirs: readonly IncentiveRow[]; readonly contributors: readonly IncentiveRow[] } {
  const some = rows.filter((row) => row.choking === choking);
  const theirs = some.filter((row) => row.conduct === conduct);
  const line = theirs[0]?.upBytesPerSecond;
  return {
    theirs,
    contributors: some.filter((row) => row.conduct === "contributor" && row.upBytesPerSecond === line),
  };
}

function meanOf(rows: readonly IncentiveRow[], of: (row: IncentiveRow) => number): number {
  const peers = rows.reduce((sum, row) => sum + row.peers, 0);
  return rows.reduce((sum, row) => sum + row.peers * of(row), 0) / peers;
}

function spreadOf(values: readonly number[]): string {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number): string => (sorted[Math.floor(share * (sorted.length - 1))] ?? 0).toFixed(2);
  return `${at(0)}, ${at(0.5)}, ${at(1)}`;
}

export function incentiveChart(rows: readonly IncentiveRow[]): string {
  const givers = rows.filter((row) => row.conduct === "contributor");
  const sizes = [...new Set(givers.map((row) => row.upBytesPerSecond / KIB))];
  const longest = Math.max(...givers.map((row) => row.meanMs / 1_000));
  return lineChart({
    title: "Completion by contribution",
    x: { name: "uplink, KiB/s", scale: "log", ticks: sizes },
    y: { name: "seconds, mean", scale: "linear", ticks: hundreds(longest) },
    lines: chokings(rows).map((choking) => ({
      name: choking,
      points: givers
        .filter((row) => row.choking === choking)
        .map((row) => [row.upBytesPerSecond / KIB, row.meanMs / 1_000] as const),
    })),
    caption: "Contributors only; the others are in the table. Simulated.",
  });
}

function chokings(rows: readonly IncentiveRow[]): readonly IncentiveRow["choking"][] {
  return [...new Set(rows.map((row) => row.choking))];
}

/** 0, 100 … beyond `most`. */
function hundreds(most: number): readonly number[] {
  return Array.from({ length: Math.ceil(most / 100) + 1 }, (_, i) => 100 * i);
}

function seconds(ms: number): string {
  return `${Math.round(ms / 1_000)} s`;
}
