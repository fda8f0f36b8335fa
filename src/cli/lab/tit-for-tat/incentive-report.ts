/** Incentives in words, tables (Markdown) and a chart. The same rows give the same bytes. */
import { lineChart } from "../report/line-chart.ts";
import type { IncentiveRow } from "./incentive-rows.ts";

const KIB = 1_024;

export function incentiveReport(command: string, rows: readonly IncentiveRow[]): string {
  return [
    "# Whom giving serves",
    "",
    `Made by \`${command}\`. Simulated; see [README.md](README.md) for what that means.`,
    "",
    "- 16 MiB in pieces of 64 KiB; a super-seeding publisher with 256 KiB/s up; eight contributors each with 32, 64, 128 and 256 KiB/s up, and eight peers that upload to nobody; all 2 MiB/s down, 20 connections each, those with a large view to everybody. All arrive within 10 s, and who has finished leaves at once.",
    "- *tit-for-tat* is what ships; *strict* leaves slots empty rather than give them to those who only take; *prop-share* draws whom to give to in proportion to what each gave.",
    "",
    "| choking | peers | finished | mean | median | given by one, in copies |",
    "|---|---|---|---|---|---|",
    ...rows.map(
      (row) =>
        `| ${row.choking} | ${row.name} | ${row.finished} of ${row.peers} | ${seconds(row.meanMs)} | ${seconds(row.medianMs)} | ${row.givenCopies.toFixed(2)} |`,
    ),
    "",
    "| choking | free riders take so many times what contributors with the same line take (mean) |",
    "|---|---|",
    ...chokings(rows).map((choking) => `| ${choking} | ${freeRiderTimes(rows, choking).toFixed(2)} |`),
    "",
    "![Completion time by contribution](tit-for-tat.svg)",
    "",
  ].join("\n");
}

/** Mean completion of free riders over that of contributors with the same line, who give what those could give. */
export function freeRiderTimes(rows: readonly IncentiveRow[], choking: IncentiveRow["choking"]): number {
  const some = rows.filter((row) => row.choking === choking);
  const riders = some.filter((row) => row.isFreeRider);
  const line = riders[0]?.upBytesPerSecond;
  return meanOf(riders) / meanOf(some.filter((row) => !row.isFreeRider && row.upBytesPerSecond === line));
}

function meanOf(rows: readonly IncentiveRow[]): number {
  const peers = rows.reduce((sum, row) => sum + row.peers, 0);
  return rows.reduce((sum, row) => sum + row.peers * row.meanMs, 0) / peers;
}

export function incentiveChart(rows: readonly IncentiveRow[]): string {
  const givers = rows.filter((row) => !row.isFreeRider);
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
    caption: "Contributors only; free riders are in the table. Simulated.",
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
