/** Real crowds and the simulated one in words, a table (Markdown) and a chart. */
import { lineChart } from "../report/line-chart.ts";
import type { RealRow, RealScenario } from "./real-rows.ts";

const MIB = 2 ** 20;
/** Beyond this a simulation says something else than reality. */
const AGREES_WITHIN = 0.2;
/** A machine that is busier than this measures itself. */
const TOO_BUSY = 0.7;
const NAMES: Readonly<Record<RealRow["who"], string>> = {
  starling: "Starling",
  libtorrent: "libtorrent",
  simulation: "simulation of Starling",
};

export function realReport(command: string, scenario: RealScenario, rows: readonly RealRow[]): string {
  return [
    "# Real processes",
    "",
    `Made by \`${command}\` on one machine; see [README.md](README.md) for what that means.`,
    "",
    `- ${scenarioText(scenario)}`,
    "- *median* and *95 %* are completion times from a peer's arrival, which is the start of its process; *last* is when the last one had finished, from the beginning.",
    "- *copies* is payload that the publisher sent until the last one had finished; *processor* is user and system time of all peers, and as a share of the machine.",
    "",
    "| crowd of | finished | median | 95 % | last | copies | processor |",
    "|---|---|---|---|---|---|---|",
    ...rows.map(tableLine),
    "",
    ...remarks(rows),
    "",
    "![Completion times, sorted](real.svg)",
    "",
  ].join("\n");
}

export function scenarioText({ peers, totalBytes, pieceBytes, links, arriveWithinMs }: RealScenario): string {
  const { publisher, peer } = links;
  const rate = (bytesPerSecond: number): string => `${round(bytesPerSecond / MIB, 2)} MiB/s`;
  return `${round(totalBytes / MIB, 2)} MiB in pieces of ${pieceBytes / 1_024} KiB; publisher ${rate(publisher.upBytesPerSecond)} up; ${peers} peers ${rate(peer.upBytesPerSecond)} up and ${rate(peer.downBytesPerSecond)} down, by their own limits; all arrive within ${round(arriveWithinMs / 1_000, 1)} s with a magnet link and stay until everybody has finished. No super-seeding, plain TCP, a private DHT on loopback.`;
}

function tableLine(row: RealRow): string {
  const processor =
    row.processorSeconds === null
      ? "–"
      : `${round(row.processorSeconds, 0)} s, ${Math.round(100 * (row.processorRatio ?? 0))} %`;
  return `| ${NAMES[row.who]} | ${row.finished} of ${row.peers} | ${seconds(row.medianMs)} | ${seconds(row.p95Ms)} | ${seconds(row.lastFinishedMs)} | ${row.publisherCopies.toFixed(2)} | ${processor} |`;
}

/** What follows from the figures, whatever they are. */
function remarks(rows: readonly RealRow[]): readonly string[] {
  const rowOf = (who: RealRow["who"]): RealRow | undefined => rows.find((row) => row.who === who);
  const [real, other, simulated] = [rowOf("starling"), rowOf("libtorrent"), rowOf("simulation")];
  return [
    ...(real === undefined || simulated === undefined ? [] : [agreement(real, simulated)]),
    ...(real === undefined || other === undefined ? [] : [comparison(real, other)]),
    ...rows
      .filter(({ processorRatio }) => (processorRatio ?? 0) > TOO_BUSY)
      .map(
        ({ who }) =>
          `- The crowd of ${NAMES[who]} kept the machine busier than ${100 * TOO_BUSY} %: its times are in part those of the processor.`,
      ),
  ];
}

function agreement(real: RealRow, simulated: RealRow): string {
  const median = ratio(simulated.medianMs, real.medianMs);
  const last = ratio(simulated.lastFinishedMs, real.lastFinishedMs);
  const isNear = [median, last].every((value) => value !== null && Math.abs(value - 1) <= AGREES_WITHIN);
  return `- The simulated crowd's median is ${times(median)} that of the real one, its last ${times(last)}: ${isNear ? "within" : "not within"} ${100 * AGREES_WITHIN} %.`;
}

function comparison(real: RealRow, other: RealRow): string {
  const median = times(ratio(real.medianMs, other.medianMs));
  const last = times(ratio(real.lastFinishedMs, other.lastFinishedMs));
  return `- Starling's median is ${median} that of libtorrent, its last ${last}.`;
}

/** Completion times, sorted, by the share of peers that had finished. */
export function realChart(scenario: RealScenario, rows: readonly RealRow[]): string {
  const slowest = Math.max(1, ...rows.flatMap((row) => row.completionMs)) / 1_000;
  const step = 10 ** Math.floor(Math.log10(slowest));
  const ticks = Array.from({ length: Math.ceil(slowest / step) + 1 }, (_, i) => i * step);
  return lineChart({
    title: "Completion of a crowd of real processes",
    x: { name: "peers that have finished, %", scale: "linear", ticks: [0, 25, 50, 75, 100] },
    y: { name: "seconds since arrival", scale: "linear", ticks },
    lines: rows.map(({ who, completionMs }) => ({
      name: NAMES[who],
      isReference: who === "simulation",
      points: completionMs.map((ms, i) => [(100 * (i + 1)) / scenario.peers, ms / 1_000] as const),
    })),
    caption: `${scenario.peers} peers, ${round(scenario.totalBytes / MIB, 2)} MiB, loopback with limits in place of lines.`,
  });
}

function ratio(a: number | null, b: number | null): number | null {
  return a === null || b === null || b === 0 ? null : a / b;
}

function times(value: number | null): string {
  return value === null ? "–" : `${value.toFixed(2)} times`;
}

function seconds(ms: number | null): string {
  return ms === null ? "–" : `${(ms / 1_000).toFixed(1)} s`;
}

function round(value: number, digits: number): number {
  return Math.round(value * 10 ** digits) / 10 ** digits;
}
