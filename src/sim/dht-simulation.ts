/**
 * Runs a scenario and reports. The network grows, settles, is watched while it idles; then the sought hashes are announced, a part
 * of the nodes vanishes at once, and within the next minute all lookups begin: tables hold that share of dead
 * contacts, as they do in the open internet.
 *
 *   0 ........ growth ........ settled ... idle is measured ... announces | deaths | lookups | end
 */

import { invariant } from "../core/invariant.ts";
import type { DhtTraffic } from "../dht/index.ts";
import { DhtPopulation, type SimulatedNode } from "./dht-population.ts";
import {
  type DhtReport,
  type Distribution,
  distributionOf,
  type IdleFigures,
  type LookupFigures,
  ratioOf,
} from "./dht-report.ts";
import { type DhtScenario, SHORTEST_MINUTES } from "./dht-scenario.ts";
import { UniformLinks } from "./link-model.ts";
import { CLOSEST, type LookupTrial, LookupTrials } from "./lookup-trials.ts";
import { DatagramNetwork } from "./virtual-udp.ts";
import { World } from "./world.ts";

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
/** Nodes appear during this part of the run, but within this time at most. */
const GROWTH_RATIO = 1 / 6;
const LONGEST_GROWTH_MS = 10 * MINUTE_MS;
/** From the last newcomer until the network counts as settled: young tables are asked for more often. */
const SETTLING_MS = 20 * MINUTE_MS;
/** The shortest time that says something about an idle node. */
const SHORTEST_IDLE_MS = 5 * MINUTE_MS;
/** Announces, then lookups, begin this long before the end. */
const ANNOUNCES_MS = 3 * MINUTE_MS;
const LOOKUPS_MS = 2 * MINUTE_MS;
/** Lookups begin within this time. */
const LOOKUPS_SPREAD_MS = MINUTE_MS;
/** After the end, lookups that still run may take this long: the bound on one (threats D8). */
const LONGEST_LOOKUP_MS = 61_000;

export interface SimulationOptions {
  /** Hears of progress: virtual minutes that are over. For people who wait. */
  readonly onMinute?: (minute: number, datagrams: number) => void;
}

/** Runs `scenario` to its end: a pure function of it. */
export function simulateDht(scenario: DhtScenario, options: SimulationOptions = {}): DhtReport {
  invariant(scenario.minutes >= SHORTEST_MINUTES, `a run of ${scenario.minutes} minutes`);
  const world = new World(scenario.seed);
  const network = new DatagramNetwork(world, new UniformLinks(world.random.fork("links"), scenario));
  const population = new DhtPopulation(scenario, world, network);
  const trials = new LookupTrials(world, population);
  const startMs = world.nowMs;
  const endMs = scenario.minutes * MINUTE_MS;
  const growthMs = Math.min(LONGEST_GROWTH_MS, endMs * GROWTH_RATIO);
  const runUntil = (atMs: number): void => {
    while (world.nowMs - startMs < atMs) {
      const minute = Math.floor((world.nowMs - startMs) / MINUTE_MS) + 1;
      world.runUntil(startMs + Math.min(atMs, minute * MINUTE_MS));
      options.onMinute?.(minute, network.packetsSent);
    }
  };

  population.grow(growthMs);
  runUntil(growthMs);
  population.churn(startMs + endMs);
  const idleUntilMs = endMs - ANNOUNCES_MS;
  const idleFromMs = Math.min(growthMs + SETTLING_MS, idleUntilMs);
  runUntil(idleFromMs);
  const before = new Map(population.alive.map((it) => [it, it.node.view().totals]));
  runUntil(idleUntilMs);
  const idleMs = idleUntilMs - idleFromMs;
  const idle = idleMs < SHORTEST_IDLE_MS ? null : idleFigures(population, before, idleMs / DAY_MS);
  trials.announce(scenario.hashes, ANNOUNCES_MS - LOOKUPS_MS - MINUTE_MS / 2);
  runUntil(endMs - LOOKUPS_MS);
  population.decimate();
  trials.start(scenario.lookups, LOOKUPS_SPREAD_MS);
  runUntil(endMs);
  world.runUntilTrue(() => trials.areAllEnded, LONGEST_LOOKUP_MS);

  return {
    scenario,
    aliveAtEnd: population.alive.length,
    joinedAtEnd: population.alive.filter((node) => node.joinedAtMs !== undefined).length,
    lookups: lookupFigures(trials),
    idle,
    datagrams: network.packetsSent,
    payloadBytes: network.bytesSent,
  };
}

function idleFigures(
  { alive }: DhtPopulation,
  before: ReadonlyMap<SimulatedNode, DhtTraffic>,
  days: number,
): IdleFigures {
  const lasting = alive.filter((it) => before.has(it));
  const reachable = new Set(alive.filter((it) => it.isReachable).map((it) => it.endpoint.host));
  const tables = alive.map(({ node }) => node.contactsOf(4));
  const contacts = tables.flat();
  const perDay = (isReadOnly: boolean, count: (totals: DhtTraffic) => number): Distribution =>
    distributionOf(
      lasting
        .filter((it) => it.isReadOnly === isReadOnly)
        .map((it) => (count(it.node.view().totals) - count(before.get(it) as DhtTraffic)) / days),
    );
  const megabytes = ({ bytesIn, bytesOut }: DhtTraffic): number => (bytesIn + bytesOut) / 1e6;
  return {
    megabytesPerDay: perDay(false, megabytes),
    readOnlyMegabytesPerDay: perDay(true, megabytes),
    queriesPerDay: perDay(false, ({ queriesOut }) => queriesOut),
    contacts: distributionOf(tables.map((table) => table.length)),
    deadContactsRatio: ratioOf(
      contacts.filter((it) => !reachable.has(it.endpoint.host)).length,
      contacts.length,
    ),
  };
}

function lookupFigures({ trials, started }: LookupTrials): LookupFigures {
  const of = (value: (trial: LookupTrial) => number): ReturnType<typeof distributionOf> =>
    distributionOf(trials.map(value));
  const endedAtClosest = trials.filter((trial) => trial.endedAtClosest).length;
  return {
    started,
    ended: trials.length,
    endedAtClosest,
    endedAtClosestRatio: ratioOf(endedAtClosest, trials.length),
    closestFoundRatio: ratioOf(
      trials.reduce((sum, trial) => sum + trial.closestFound, 0),
      CLOSEST * trials.length,
    ),
    foundPeers: trials.filter((trial) => trial.foundPeers).length,
    firstPeersMs: distributionOf(trials.flatMap(({ result }) => result.firstPeersMs ?? [])),
    wholeLookupMs: of(({ result }) => result.elapsedMs),
    hops: of(({ result }) => result.hops),
    queriesSent: of(({ result }) => result.asked),
    queriesUnanswered: of(({ result }) => result.asked - result.answered),
  };
}
