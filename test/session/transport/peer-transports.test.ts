/** Sessions that reach each other over TCP, over uTP, or over whichever connects. */
import { expect, test } from "vitest";
import { formatEndpoint } from "../../../src/core/endpoint.ts";
import type { PeerSnapshot } from "../../../src/session/session-view.ts";
import type { TransportChoice } from "../../../src/session/transport/peer-transports.ts";
import { filledFile } from "../../support/filled-torrent.ts";
import { type Machine, magnetOf, SessionWorld } from "../support/session-world.ts";

const CONTENT = filledFile("content.bin", 600_000, 32_768);
const { id } = CONTENT.metainfo;
const SEEDER = "10.0.1.1";
const LEECHER = "10.0.2.1";

async function fetched(options: {
  readonly seeder: TransportChoice;
  readonly leecher: TransportChoice;
  readonly isTcpBlocked?: boolean;
}): Promise<{ readonly net: SessionWorld; readonly leecher: Machine; peers(): readonly PeerSnapshot[] }> {
  const net = new SessionWorld(7);
  if (options.isTcpBlocked === true) net.streams.silentHosts.add(SEEDER);
  await net.openSeeder(SEEDER, CONTENT, { transport: options.seeder });
  const leecher = await net.open(LEECHER, { transport: options.leecher });
  const seen = new Map<string, PeerSnapshot>();
  await net.settled(leecher.session.commands.watchDetails([id]));
  leecher.session.subscribe(() => {
    for (const peer of leecher.torrent(id).peers ?? [])
      if (peer.state === "connected") seen.set(peer.address, peer);
  });
  await net.settled(leecher.session.commands.add(magnetOf(CONTENT), {}));
  await net.untilPhase(leecher, id, "seeding");
  return { net, leecher, peers: () => [...seen.values()] };
}

test.each([
  ["both, where TCP connects", { seeder: "both", leecher: "both" }, "tcp"],
  ["both, where TCP is blocked on the way", { seeder: "both", leecher: "both", isTcpBlocked: true }, "utp"],
  ["both, towards a peer with uTP alone", { seeder: "utp", leecher: "both" }, "utp"],
  ["uTP alone", { seeder: "utp", leecher: "utp" }, "utp"],
  ["uTP alone, towards a peer with both", { seeder: "both", leecher: "utp" }, "utp"],
  ["TCP alone", { seeder: "both", leecher: "tcp" }, "tcp"],
] as const)("a torrent is fetched over %s", async (_name, options, transport) => {
  const { peers } = await fetched(options);
  expect(peers().map((peer) => peer.transport)).toContain(transport);
  if (transport === "tcp") expect(peers().map((peer) => peer.transport)).not.toContain("utp");
});

test("with TCP off nobody listens there, and uTP comes from the port that we listen on", async () => {
  const { net, leecher } = await fetched({ seeder: "both", leecher: "utp" });
  const { listening } = leecher.session.getSnapshot();
  const ends: string[] = [];
  const port = Number(listening?.split(":")[1]);
  net.streams
    .dialerFor("10.0.9.9")
    .dial(
      { host: LEECHER, port, family: 4 },
      { onOpen() {}, onBytes() {}, onWritable() {}, onEnd: (why) => ends.push(why) },
      5_000,
    );
  await net.runFor(2_000);
  expect(ends).toEqual(["refused"]);
  expect(formatEndpoint({ host: LEECHER, port, family: 4 })).toBe(listening);
});
