/** Clients behind translators that reach each other with the help of a third (BEP 55), whole sessions in virtual time. */
import { expect, test } from "vitest";
import { endpoint, formatEndpoint } from "../../../src/core/endpoint.ts";
import type { NatKind } from "../../../src/sim/index.ts";
import { filledFile } from "../../support/filled-torrent.ts";
import { type Machine, SessionWorld, torrentFile } from "../support/session-world.ts";

const CONTENT = filledFile("content.bin", 400_000, 32_768);
const { id } = CONTENT.metainfo;
const PORT = 6881;
const RELAY = endpoint("10.0.1.1", PORT);
const SEEDER = endpoint("10.0.2.1", PORT);
const LEECHER = endpoint("10.0.3.1", PORT);
const MINUTE_MS = 60_000;

/** A seeder and a leecher that know only the relay, which has no data and lets nobody through but by its word. */
async function behind(nat: NatKind, transport: "both" | "tcp" = "both") {
  const net = new SessionWorld(3);
  net.nats.set(SEEDER.host, nat).set(LEECHER.host, nat);
  const relay = await net.open(RELAY.host, { port: PORT, dht: false, maxDownBytesPerSecond: 1 });
  await net.settled(relay.session.commands.add(torrentFile(CONTENT), {}));
  const seeder = await net.openSeeder(SEEDER.host, CONTENT, { port: PORT, dht: false, transport });
  const leecher = await net.open(LEECHER.host, { port: PORT, dht: false, transport });
  await net.settled(leecher.session.commands.add(torrentFile(CONTENT), {}));
  for (const machine of [seeder, leecher])
    await net.settled(machine.session.commands.addPeers(id, [formatEndpoint(RELAY)]));
  await net.settled(leecher.session.commands.watchDetails([id]));
  return { net, leecher, seeder, relay };
}

function peerAt(machine: Machine, host: string) {
  const peers = machine.torrent(id).peers ?? [];
  return peers.find((peer) => peer.state === "connected" && peer.address.startsWith(`${host}:`));
}

function transportTo(machine: Machine, host: string): string | undefined {
  return peerAt(machine, host)?.transport;
}

test("two peers behind port-restricted translators are brought together by a third, over uTP", async () => {
  const { net, leecher, seeder } = await behind("port-restricted");
  await net.until(() => transportTo(leecher, SEEDER.host) === "utp", "the two meeting");
  expect(peerAt(leecher, SEEDER.host)?.isHolePunched).toBe(true);
  expect(peerAt(leecher, RELAY.host)?.isHolePunched).toBe(false);
  const done = await net.untilPhase(leecher, id, "seeding");
  expect(done.progressRatio).toBe(1);
  // Whoever of the two came in by the other's call was not reached from outside.
  for (const machine of [leecher, seeder])
    expect(machine.session.getSnapshot().reachability).toMatchObject({
      verdict: "outgoing",
      incomingLastHour: 0,
    });
});

test("without uTP they never meet", async () => {
  const { net, leecher } = await behind("port-restricted", "tcp");
  await net.runFor(3 * MINUTE_MS);
  expect(transportTo(leecher, SEEDER.host)).toBeUndefined();
  expect(transportTo(leecher, RELAY.host)).toBe("tcp");
});
