/** What a simulated DHT came to: figures of virtual time only, so that they are the same for the same seed. */
import type { DhtScenario } from "./dht-scenario.ts";

/** Of many measured values; null where there was none. */
export interface Distribution {
  readonly mean: number | null;
  readonly p50: number | null;
  readonly p90: number | null;
  readonly p99: number | null;
}

export interface LookupFigures {
  readonly started: number;
  readonly ended: number;
  /** Ended at the eight nodes that are truly closest. */
  readonly endedAtClosest: number;
  readonly endedAtClosestRatio: number | null;
  /** Of the truly closest nodes, the share that lookups ended at. */
  readonly closestFoundRatio: number | null;
  readonly foundPeers: number;
  readonly firstPeersMs: Distribution;
  readonly wholeLookupMs: Distribution;
  readonly hops: Distribution;
  /** Queries that a lookup sent, and those that nobody had answered when it ended. */
  readonly queriesSent: Distribution;
  readonly queriesUnanswered: Distribution;
}

/**
 * Of nodes that do nothing but keep their tables and answer: payload in and out. Half of it serves the tables of others, but for
 * read-only nodes.
 */
export interface IdleFigures {
  readonly megabytesPerDay: Distribution;
  readonly readOnlyMegabytesPerDay: Distribution;
  /** Queries sent. */
  readonly queriesPerDay: Distribution;
  /** Live contacts of a table, and the share of them that is dead or cannot be reached. */
  readonly contacts: Distribution;
  readonly deadContactsRatio: number | null;
}

export interface DhtReport {
  readonly scenario: DhtScenario;
  readonly aliveAtEnd: number;
  readonly joinedAtEnd: number;
  readonly lookups: LookupFigures;
  /** Undefined where the run was too short to see an idle network. */
  readonly idle: IdleFigures | null;
  readonly datagrams: number;
  readonly payloadBytes: number;
}

export function distributionOf(values: readonly number[]): Distribution {
  if (values.length === 0) return { mean: null, p50: null, p90: null, p99: null };
  const sorted = [...values].sort((a, b) => a - b);
  const at = (ratio: number): number => {
    const index = Math.min(sorted.length - 1, Math.floor(ratio * sorted.length));
    return rounded(sorted[index] as number);
  };
  const mean = rounded(sorted.reduce((sum, value) => sum + value, 0) / sorted.length);
  return { mean, p50: at(0.5), p90: at(0.9), p99: at(0.99) };
}

/** A share, or null of nothing. */
export function ratioOf(part: number, whole: number): number | null {
  return whole === 0 ? null : Math.round((10_000 * part) / whole) / 10_000;
}

/** To a tenth, small values to a hundredth. */
function rounded(value: number): number {
  const steps = Math.abs(value) < 10 ? 100 : 10;
  return Math.round(value * steps) / steps;
}

/** The report as lines of text. */
export function reportLines({ scenario, lookups, idle, ...report }: DhtReport): string[] {
  const { ended, started } = lookups;
  const lines = [
    `${scenario.nodes} nodes, ${scenario.minutes} minutes, seed ${scenario.seed}: ${conditions(scenario)}`,
    `  alive at the end           ${report.aliveAtEnd}, of which ${report.joinedAtEnd} had joined`,
    `  datagrams                  ${report.datagrams}, ${Math.round(report.payloadBytes / 1e6)} MB of payload`,
    `lookups                      ${started} started, ${ended} ended`,
    `  ended at the true closest  ${lookups.endedAtClosest} (${percent(lookups.endedAtClosestRatio)}); ${percent(lookups.closestFoundRatio)} of the closest nodes`,
    `  found peers                ${lookups.foundPeers} (${percent(ratioOf(lookups.foundPeers, ended))})`,
    `  first peers, ms            ${distributionText(lookups.firstPeersMs)}`,
    `  whole lookup, ms           ${distributionText(lookups.wholeLookupMs)}`,
    `  hops                       ${distributionText(lookups.hops)}`,
    `  queries sent               ${distributionText(lookups.queriesSent)}`,
    `  unanswered                 ${distributionText(lookups.queriesUnanswered)}`,
  ];
  if (idle === null) return lines;
  return [
    ...lines,
    `idle nodes, MB a day         ${distributionText(idle.megabytesPerDay)}`,
    `  read-only ones             ${distributionText(idle.readOnlyMegabytesPerDay)}`,
    `  queries sent a day         ${distributionText(idle.queriesPerDay)}`,
    `  contacts                   ${distributionText(idle.contacts)}; ${percent(idle.deadContactsRatio)} dead or out of reach`,
  ];
}

function conditions(scenario: DhtScenario): string {
  const { churn, nat } = scenario;
  const perMinutes = churn === null ? 0 : churn.perMs / 60_000;
  const parts = [
    `round trips ${scenario.minRttMs} to ${scenario.maxRttMs} ms`,
    `${percent(scenario.deadRatio)} dead`,
    churn === null ? "no churn" : `churn ${percent(churn.ratio)} in ${perMinutes} minutes`,
    `loss ${percent(scenario.lossRatio)} each way`,
    `${percent(scenario.liarRatio)} liars`,
  ];
  if (scenario.readOnlyRatio > 0) parts.push(`${percent(scenario.readOnlyRatio)} read-only`);
  for (const [kind, share] of Object.entries(nat)) if (share > 0) parts.push(`${percent(share)} ${kind}`);
  const switches = Object.entries(scenario.tuning).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  return [...parts, ...switches].join(", ");
}

function percent(ratio: number | null): string {
  return ratio === null ? "-" : `${Math.round(ratio * 10_000) / 100} %`;
}

function distributionText({ mean, p50, p90, p99 }: Distribution): string {
  return `p50 ${p50 ?? "-"}, p90 ${p90 ?? "-"}, p99 ${p99 ?? "-"}, mean ${mean ?? "-"}`;
}
