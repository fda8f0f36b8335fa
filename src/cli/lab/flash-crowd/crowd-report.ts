/** The flash crowd in words, a table (Markdown) and a chart. The same rows give the same bytes. */
import {
  CROWD_BYTES,
  CROWD_CONNECTIONS,
  CROWD_LINKS,
  CROWD_PIECE_BYTES,
  PUBLISHER_CONNECTIONS,
} from "../../../sim/index.ts";
import { lineChart } from "../report/line-chart.ts";
import type { CrowdRow } from "./crowd-rows.ts";

const MIB = 2 ** 20;

/** `commands` are those that the rows were made with. */
export function crowdReport(commands: readonly string[], rows: readonly CrowdRow[]): string {
  return [
    "# Flash crowd",
    "",
    `Made by ${commands.map((command) => `\`${command}\``).join(" and ")}. Simulated; see [README.md](README.md) for what that means.`,
    "",
    `- ${scenarioText()}`,
    "- *median* and *95 %* are completion times from a peer's arrival; *last* is when the last one had finished, from the beginning.",
    "- *bound* is max(F/u_s, F/d_min, N·F/(u_s + Σu)): what no way of sharing can beat when all are there from the start. Who comes late may stay under it.",
    "- *server* is the median where the publisher serves everybody itself, over the same lines.",
    "- *copies* is payload that the publisher sent until the last one had finished; *uplink* the share of its line that was used while some peer wanted something of it.",
    "",
    "| peers | finished | median | 95 % | last | copies | uplink | bound | server |",
    "|---|---|---|---|---|---|---|---|---|",
    ...rows.flatMap((row) => lines(row)),
    "",
    "![Completion time by size of the crowd](flash-crowd.svg)",
    "",
  ].join("\n");
}

/** One line with super-seeding and one without, as far as they were run. */
function lines(row: CrowdRow): readonly string[] {
  const yardsticks = `${seconds(row.fluidBoundMs)} | ${duration(row.clientServerMs)}`;
  const texts: string[] = [];
  if (row.publisherCopies !== null)
    texts.push(
      `| ${row.peers}, super-seeding | ${row.finished} | ${seconds(row.medianMs)} | ${seconds(row.p95Ms)} | ${seconds(row.lastFinishedMs)} | ${fixed(row.publisherCopies)} | ${percent(row.publisherUplink)} | ${yardsticks} |`,
    );
  if (row.publisherCopiesPlain !== null)
    texts.push(
      `| ${row.peers}, plain | ${row.finishedPlain} | ${seconds(row.medianPlainMs)} | ${seconds(row.p95PlainMs)} | ${seconds(row.lastFinishedPlainMs)} | ${fixed(row.publisherCopiesPlain)} | ${percent(row.publisherUplinkPlain)} | ${yardsticks} |`,
    );
  return texts;
}

/** The links, as everybody should be told them beside a figure. */
export function scenarioText(): string {
  const { publisher, peer, minRttMs, maxRttMs } = CROWD_LINKS;
  return `${CROWD_BYTES / MIB} MiB in pieces of ${CROWD_PIECE_BYTES / 1_024} KiB; publisher ${rate(publisher.upBytesPerSecond)} up; peers ${rate(peer.upBytesPerSecond)} up and ${rate(peer.downBytesPerSecond)} down; round trips of ${minRttMs} to ${maxRttMs} ms; all arrive within 60 s with a magnet link, keep at most ${CROWD_CONNECTIONS} connections (the publisher ${PUBLISHER_CONNECTIONS}), and stay for twice their download time.`;
}

export function crowdChart(rows: readonly CrowdRow[]): string {
  const line = (value: (row: CrowdRow) => number | null) =>
    rows.flatMap((row) => {
      const ms = value(row);
      return ms === null ? [] : [[row.peers, ms / 1_000] as const];
    });
  const sizes = rows.map((row) => row.peers);
  const slowest = Math.max(...rows.map((row) => row.clientServerMs / 1_000));
  return lineChart({
    title: "Median completion of a flash crowd",
    x: { name: "peers", scale: "log", ticks: sizes.length > 1 ? sizes : [1, ...sizes] },
    y: { name: "seconds", scale: "log", ticks: decades(slowest) },
    lines: [
      { name: "super-seeding", points: line((row) => row.medianMs) },
      { name: "plain", points: line((row) => row.medianPlainMs) },
      { name: "fluid bound", points: line((row) => row.fluidBoundMs), isReference: true },
      { name: "client-server", points: line((row) => row.clientServerMs), isReference: true },
    ].filter(({ points }) => points.length > 0),
    caption: "256 MiB, everybody with 1 MiB/s up and 8 MiB/s down, all arrive within a minute. Simulated.",
  });
}

/** 100, 1,000 … beyond `most`. */
function decades(most: number): readonly number[] {
  const ticks = [100];
  while ((ticks.at(-1) as number) < most) ticks.push(10 * (ticks.at(-1) as number));
  return ticks;
}

function rate(bytesPerSecond: number): string {
  return `${bytesPerSecond / MIB} MiB/s`;
}

function seconds(ms: number | null): string {
  return ms === null ? "–" : `${Math.round(ms / 1_000)} s`;
}

function duration(ms: number): string {
  return ms < 7_200_000 ? seconds(ms) : `${Math.round(ms / 3_600_000)} h`;
}

function fixed(value: number | null): string {
  return value === null ? "–" : value.toFixed(2);
}

function percent(ratio: number | null): string {
  return ratio === null ? "–" : `${Math.round(100 * ratio)} %`;
}
