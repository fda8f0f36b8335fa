/** Unreliable swarms in words, a table (Markdown) and a chart. The same rows give the same bytes. */
import { lineChart } from "../report/line-chart.ts";
import type { UnreliableRow } from "./unreliable-rows.ts";

export function unreliableReport(command: string, rows: readonly UnreliableRow[]): string {
  return [
    "# Unreliable swarms",
    "",
    `Made by \`${command}\`. Simulated; see [README.md](README.md) for what that means.`,
    "",
    "- 8 MiB in pieces of 64 KiB; publisher 128 KiB/s up; uplinks of peers 16 to 256 KiB/s, downlinks two to ten times as fast, one line in ten 4 KiB/s up and 64 down; all arrive within 60 s.",
    "- Nobody can connect to 30 % of the peers; each peer loses all its connections every two minutes on average; at a random moment in the first five minutes half of the peers go for good.",
    "- *super-seeding*: the publisher goes as soon as every piece is at somebody else, and from then on nobody goes who has the only copy of a piece. *plain*: it goes after so many copies, and anybody may go. *calm*: the same lines, nothing goes wrong, the publisher stays.",
    "- *all finished* counts the swarms in which everybody who stayed got the file within two hours.",
    "",
    "| swarm | all finished | of those who stayed | median | 95 % | publisher's copies |",
    "|---|---|---|---|---|---|",
    ...rows.map(
      (row) =>
        `| ${nameOf(row)} | ${row.allFinished} of ${row.seeds} | ${(100 * row.finishedRatio).toFixed(2)} % | ${seconds(row.medianMs)} | ${seconds(row.p95Ms)} | ${row.publisherCopies.toFixed(2)} |`,
    ),
    "",
    "![Swarms in which all finished, by copies of a plain publisher](unreliable.svg)",
    "",
  ].join("\n");
}

export function unreliableChart(rows: readonly UnreliableRow[]): string {
  const plain = rows.filter((row) => row.kind === "plain");
  const copies = plain.map((row) => row.copies as number);
  const ends = [0, ...copies];
  const most = Math.max(...ends, 1);
  const share = (row: UnreliableRow) => (100 * row.allFinished) / row.seeds;
  return lineChart({
    title: "Swarms in which everybody who stayed finished",
    x: {
      name: "copies that the publisher sent before it went",
      scale: "linear",
      ticks: [...new Set([...ends, most])],
    },
    y: { name: "%", scale: "linear", ticks: [0, 25, 50, 75, 100] },
    lines: [
      { name: "plain", points: plain.map((row) => [row.copies as number, share(row)] as const) },
      ...rows
        .filter((row) => row.kind === "super-seeding")
        .map((row) => ({
          name: "super-seeding, first copy",
          points: [[row.publisherCopies, share(row)] as const],
        })),
    ].filter(({ points }) => points.length > 0),
    caption: "Half of the peers go, connections break, 30 % are unreachable. Simulated.",
  });
}

function nameOf({ kind, copies }: UnreliableRow): string {
  return kind === "plain" ? `plain, ${copies} copies` : kind;
}

function seconds(ms: number | null): string {
  return ms === null ? "–" : `${Math.round(ms / 1_000)} s`;
}
