/**
 * Many visits to the little internet, clients by turns, cold and then from the table that the cold visit has left;
 * prints every visit and the figures over all. bench/world.mjs runs it.
 */
import { join } from "node:path";
import { parseArgs } from "node:util";
import { Lab } from "../interop/support/lab.ts";
import { requireInstalled } from "../interop/support/prerequisites.ts";
import { LittleInternet } from "./little-internet.ts";
import { median, p95 } from "./statistics.ts";
import { MILESTONES, type Visit, visitWithLibtorrent, visitWithStarling } from "./visits.ts";

type Client = "starling" | "libtorrent";
type Start = "cold" | "saved table";

const STARTS: readonly Start[] = ["cold", "saved table"];
const DEFAULT_RUNS = "20";

export async function measureWorld(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      runs: { type: "string", default: DEFAULT_RUNS },
      clients: { type: "string", default: "starling,libtorrent" },
    },
  });
  const runs = Number(values.runs);
  const clients = values.clients.split(",") as Client[];
  requireInstalled("starling", "libtorrent", "bittorrent-dht", "network namespaces");
  const lab = new Lab();
  const visits: { client: Client; start: Start; visit: Visit }[] = [];
  try {
    const internet = await LittleInternet.open(lab, runs * clients.length * STARTS.length);
    console.log(
      `the world is up; ${percent(await internet.deadContactShare())} of the contacts in tables are dead`,
    );
    for (let run = 0; run < runs; run++) {
      // by turns, and every other time the other way round: a machine that warms up favours nobody
      for (const client of run % 2 === 0 ? clients : clients.toReversed()) {
        const home = lab.newFolder("memory");
        for (const start of STARTS) {
          const visit = await visitAs(client, lab, internet, home);
          visits.push({ client, start, visit });
          console.log(JSON.stringify({ run, client, start, ...visit }));
        }
      }
    }
    console.log(
      `at the end ${percent(await internet.deadContactShare())} of the contacts in tables are dead`,
    );
  } finally {
    await lab.close();
  }
  const of = (client: Client, start: Start): Visit[] =>
    visits.filter((entry) => entry.client === client && entry.start === start).map((entry) => entry.visit);
  for (const start of STARTS) {
    for (const client of clients) printFigures(client, start, of(client, start));
    const [first, second] = clients;
    if (first !== undefined && second !== undefined) printRatios(first, second, start, of);
  }
  if (visits.some(({ visit }) => !visit.isExact)) throw new Error("a file was not exact");
}

function visitAs(client: Client, lab: Lab, internet: LittleInternet, home: string): Promise<Visit> {
  if (client === "starling") return visitWithStarling(lab, internet, home);
  return visitWithLibtorrent(lab, internet, join(home, "libtorrent.state"));
}

function printFigures(client: Client, start: Start, visits: readonly Visit[]): void {
  const cells = MILESTONES.map((milestone) => {
    const values = visits.map((visit) => visit[milestone]);
    return `${milestone.slice(0, -2)} ${median(values)} (p95 ${p95(values)})`;
  });
  console.log(`${client}, ${start}, ${visits.length} runs, ms, median: ${cells.join(", ")}`);
}

function printRatios(
  first: Client,
  second: Client,
  start: Start,
  of: (client: Client, start: Start) => readonly Visit[],
): void {
  const cells = MILESTONES.map((milestone) => {
    const [a, b] = [first, second].map((client) =>
      median(of(client, start).map((visit) => visit[milestone])),
    );
    return `${milestone.slice(0, -2)} ${((a as number) / (b as number)).toFixed(2)}`;
  });
  console.log(`ratio of medians, ${first} / ${second}, ${start}: ${cells.join(", ")}`);
}

const percent = (share: number): string => `${Math.round(100 * share)} %`;
