/** One row of the table of real crowds: a program's, or that of the simulation of the same crowd. */
import { type CrowdLinks, simulateFlashCrowd } from "../../../sim/index.ts";
import { quantileMs } from "../report/quantile.ts";
import type { CrowdClientName } from "./crowd-clients.ts";
import { type RealCrowdOptions, type RealCrowdResult, runRealCrowd } from "./real-crowd.ts";

export interface RealScenario {
  readonly seed: number;
  readonly peers: number;
  readonly totalBytes: number;
  readonly pieceBytes: number;
  readonly links: CrowdLinks;
  readonly arriveWithinMs: number;
}

/** Times are from a peer's arrival; `lastFinishedMs` from the beginning. Null: not known, or not of that kind. */
export interface RealRow {
  readonly who: CrowdClientName | "simulation";
  readonly peers: number;
  readonly finished: number;
  readonly medianMs: number | null;
  readonly p95Ms: number | null;
  readonly lastFinishedMs: number;
  readonly publisherCopies: number;
  readonly processorSeconds: number | null;
  readonly processorRatio: number | null;
  /** All of them, sorted: for the chart. */
  readonly completionMs: readonly number[];
}

/** Far beyond the longest that the limits allow: who takes longer is stuck. */
const PATIENCE_TIMES = 10;
/** A small crowd on a busy machine spends its time on starting. */
const LEAST_PATIENCE_MS = 300_000;
/** Everybody stays until all have finished. */
const STAYS_TIMES = 1_000;

export interface SimulatedRow {
  readonly row: RealRow;
  /** When each came: the real crowds come at the same times. */
  readonly arrivalsMs: readonly number[];
}

export function simulatedRow(scenario: RealScenario): SimulatedRow {
  const { seed, peers, totalBytes, pieceBytes, links, arriveWithinMs } = scenario;
  const result = simulateFlashCrowd({
    seed,
    peers,
    totalBytes,
    pieceBytes,
    links,
    areLimits: true,
    arriveWithinMs,
    isSuperSeed: false,
    staysTimes: STAYS_TIMES,
  });
  const { arrivalsMs } = result;
  const unknown = { processorSeconds: null, processorRatio: null };
  return { row: rowOf("simulation", peers, { ...result, ...unknown }), arrivalsMs };
}

export async function realRow(
  client: CrowdClientName,
  scenario: RealScenario,
  arrivalsMs: readonly number[],
  signal: AbortSignal,
  onSecond: NonNullable<RealCrowdOptions["onSecond"]>,
): Promise<RealRow> {
  const { totalBytes, pieceBytes, links, peers, arriveWithinMs } = scenario;
  const fluidMs =
    (1_000 * totalBytes) / Math.min(links.publisher.upBytesPerSecond, links.peer.upBytesPerSecond);
  const patienceMs = arriveWithinMs + Math.max(LEAST_PATIENCE_MS, PATIENCE_TIMES * fluidMs);
  const result = await runRealCrowd({
    client,
    totalBytes,
    pieceBytes,
    links,
    arrivalsMs,
    patienceMs,
    onSecond,
    signal,
  });
  return rowOf(client, peers, result);
}

function rowOf(who: RealRow["who"], peers: number, result: RealCrowdResult): RealRow {
  const { finished, completionMs, processorSeconds, processorRatio } = result;
  return {
    who,
    peers,
    finished,
    medianMs: quantileMs(completionMs, 0.5),
    p95Ms: quantileMs(completionMs, 0.95),
    lastFinishedMs: Math.round(result.lastFinishedAtMs),
    publisherCopies: Math.round(1_000 * result.publisherCopies) / 1_000,
    processorSeconds: processorSeconds === null ? null : Math.round(10 * processorSeconds) / 10,
    processorRatio: processorRatio === null ? null : Math.round(100 * processorRatio) / 100,
    completionMs: completionMs.map((ms) => Math.round(ms)),
  };
}
