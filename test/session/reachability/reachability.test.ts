/** Who can reach us, as whole sessions in virtual time see it. */
import { expect, test } from "vitest";
import { RecentCount } from "../../../src/session/reachability/recent-count.ts";
import { filledFile } from "../../support/filled-torrent.ts";
import { type Machine, SessionWorld } from "../support/session-world.ts";

const CONTENT = filledFile("content.bin", 400_000, 32_768);
const { id } = CONTENT.metainfo;
const HOME = "10.0.2.1";
const OTHER = "10.0.3.1";
const PORT = 6881;
const MINUTE_MS = 60_000;

/** A seeder at home, behind a translator, and somebody on the outside who learns of it only through the DHT. */
async function atHome(doesRouterMap: boolean) {
  const net = new SessionWorld(4);
  net.nats.set(HOME, "symmetric");
  if (doesRouterMap) net.mappingHosts.add(HOME);
  const home = await net.openSeeder(HOME, CONTENT, { port: PORT, portMapping: true });
  return { net, home };
}

async function downloaderOutside(net: SessionWorld): Promise<Machine> {
  const machine = await net.open(OTHER, { port: PORT });
  await net.settled(machine.session.commands.add({ kind: "magnet", text: `magnet:?xt=urn:btih:${id}` }, {}));
  return machine;
}

const reachOf = (machine: Machine) => machine.session.getSnapshot().reachability;

test("a router that maps the port is said to, then those who come are", async () => {
  const { net, home } = await atHome(true);
  await net.until(() => reachOf(home).verdict === "mapped", "the mapping");
  expect(reachOf(home)).toMatchObject({
    sentence: "The router maps 6881; nobody has connected in the last hour.",
    mapping: { state: "mapped", protocol: "nat-pmp", tcpPort: PORT, udpPort: PORT },
  });
  const other = await downloaderOutside(net);
  await net.untilPhase(other, id, "seeding");
  await net.until(() => reachOf(home).verdict === "connected", "the connection");
  expect(reachOf(home).sentence).toBe("Others have connected once in the last hour.");
});

test("the same home without such a router is not reached, and says so", async () => {
  const { net, home } = await atHome(false);
  const other = await downloaderOutside(net);
  await net.runFor(3 * MINUTE_MS);
  expect(other.torrent(id).progressRatio).toBe(0);
  expect(reachOf(home)).toMatchObject({
    verdict: "outgoing",
    sentence: "Only outgoing connections so far.",
    mapping: { state: "no-gateway" },
  });
});

test("who comes over uTP through what our own datagrams opened shows nothing", async () => {
  const net = new SessionWorld(6);
  net.nats.set(HOME, "address-restricted");
  const options = { port: PORT, transport: "utp" } as const;
  const home = await net.openSeeder(HOME, CONTENT, options);
  // Both know each other from the DHT, so that the translator lets the other in.
  const other = await net.open(OTHER, options);
  await net.settled(other.session.commands.add({ kind: "magnet", text: `magnet:?xt=urn:btih:${id}` }, {}));
  await net.untilPhase(other, id, "seeding");
  await net.runFor(2_000);
  expect(reachOf(home)).toMatchObject({ verdict: "outgoing", incomingLastHour: 0 });
});

test("the mapping is given back when the session ends", async () => {
  const { net, home } = await atHome(true);
  await net.until(() => reachOf(home).verdict === "mapped", "the mapping");
  expect(net.streams.closedHosts.has(HOME)).toBe(false);
  await net.close(home);
  expect(net.streams.closedHosts.has(HOME)).toBe(true);
});

test("no router is asked where addresses are private and nobody said so", async () => {
  const net = new SessionWorld(4);
  net.nats.set(HOME, "symmetric");
  net.mappingHosts.add(HOME);
  const home = await net.open(HOME, { port: PORT });
  await net.runFor(MINUTE_MS);
  expect(reachOf(home).mapping.state).toBe("off");
  expect(net.streams.closedHosts.has(HOME)).toBe(true);
});

test("what is counted is over an hour later, to the minute", () => {
  const count = new RecentCount();
  count.update(2, 0);
  count.update(3, 30 * MINUTE_MS);
  expect(count.inLastHour(30 * MINUTE_MS)).toBe(3);
  expect(count.inLastHour(60 * MINUTE_MS)).toBe(1);
  expect(count.inLastHour(91 * MINUTE_MS)).toBe(0);
  count.update(9, 500 * MINUTE_MS);
  expect(count.inLastHour(500 * MINUTE_MS)).toBe(6);
});
