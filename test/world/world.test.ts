/**
 * Starling in the little internet with its default options: from a cold start, and from a saved table when no router
 * is left. libtorrent goes the same ways, which shows that the world is in order and how long it takes there.
 */
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Lab } from "../interop/support/lab.ts";
import { requireInstalled } from "../interop/support/prerequisites.ts";
import { LittleInternet } from "./little-internet.ts";
import {
  MILESTONES,
  type Trouble,
  troubledVisit,
  type Visit,
  visitWithLibtorrent,
  visitWithStarling,
} from "./visits.ts";

const TORRENTS = 6;

let lab: Lab;
let internet: LittleInternet;
let home: string;
let stateFile: string;

beforeAll(async () => {
  requireInstalled("starling", "libtorrent", "bittorrent-dht", "network namespaces");
  lab = new Lab();
  internet = await LittleInternet.open(lab, TORRENTS);
  home = lab.newFolder("home");
  stateFile = join(lab.newFolder("libtorrent"), "state");
});

afterAll(() => lab?.close());

function report(client: string, visit: Visit): void {
  const times = MILESTONES.map((milestone) => `${milestone.slice(0, -2)} ${visit[milestone]} ms`);
  console.log(`${client}: ${times.join(", ")}`);
}

test("neither namespace has an interface that leads out", () => {
  expect(internet.namespaces.interfaces("world")).toEqual(["cable", "lo"]);
  expect(internet.namespaces.interfaces("visitor")).toEqual(["cable", "lo"]);
});

test("about thirty percent of the contacts in the tables are dead", async () => {
  const share = await internet.deadContactShare();
  expect(share).toBeGreaterThan(0.25);
  expect(share).toBeLessThan(0.45);
});

test("sixty percent of the announced peers are silent", async () => {
  const [torrent] = internet.torrents;
  const stored = await internet.nodes.stored(torrent?.infoHash ?? "");
  const silent = stored.filter((peer) => internet.silentHosts.includes(peer.split(":")[0] as string));
  expect(silent.length / stored.length).toBeCloseTo(0.6);
});

test("libtorrent gets a magnet from a cold start", async () => {
  const visit = await visitWithLibtorrent(lab, internet, stateFile);
  report("libtorrent, cold", visit);
  expect(visit.isExact).toBe(true);
});

test("Starling gets a magnet from a cold start, with its default options", async () => {
  const visit = await visitWithStarling(lab, internet, home);
  report("Starling, cold", visit);
  expect(visit.isExact).toBe(true);
});

test("libtorrent gets a magnet from its saved table when every router is gone", async () => {
  internet.closeRouters();
  const visit = await visitWithLibtorrent(lab, internet, stateFile);
  report("libtorrent, from its table", visit);
  expect(visit.isExact).toBe(true);
});

test("Starling gets a magnet from its saved table when every router is gone", async () => {
  const visit = await visitWithStarling(lab, internet, home);
  report("Starling, from its table", visit);
  expect(visit.isExact).toBe(true);
});

test.each<Trouble>(["offline at the start", "another address"])(
  "Starling gets a magnet although its network is troubled, without any router: %s, DH15",
  async (trouble) => {
    const { isExact, afterMs } = await troubledVisit(lab, internet, home, trouble);
    console.log(`Starling, ${trouble}: complete ${afterMs} ms later`);
    expect(isExact).toBe(true);
  },
);
