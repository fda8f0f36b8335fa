/** Nodes of a private network on one local network, with no bootstrap node at all. */
import { expect, test } from "vitest";
import { endpoint } from "../../src/core/endpoint.ts";
import { nodeSealingCrypto } from "../../src/platform/sealing-crypto.ts";
import { NetworkKeys } from "../../src/sealing/index.ts";
import { NeighbourTags } from "../../src/sealing/neighbour-tags.ts";
import type { NetworkMode, PrivateNetwork, SessionPlatform } from "../../src/session/index.ts";
import { decodeLocalAnnounce, LOCAL_GROUPS } from "../../src/wire/index.ts";
import { networkOf } from "../sealing/support.ts";
import { filledFile } from "../support/filled-torrent.ts";
import { type Machine, magnetOf, SessionWorld } from "./support/session-world.ts";

const CONTENT = filledFile("album.bin", 100_000, 32_768);
const { id } = CONTENT.metainfo;
const [SEEDER, LEECHER, OUTSIDER] = ["10.0.1.1", "10.0.1.2", "10.0.1.99"] as const;

const networkNamed = (mode: NetworkMode, label: string): PrivateNetwork => ({
  name: "lan",
  idHex: label.repeat(16),
  mode,
  ...(mode === "sealed" ? { keys: [{ hex: label.repeat(64), fromUnixMs: 0 }] } : {}),
});

const platform = (from: SessionPlatform): SessionPlatform => ({ ...from, sealingCrypto: nodeSealingCrypto });

async function pair(ours: PrivateNetwork, theirs: PrivateNetwork, localDiscovery?: boolean) {
  const net = new SessionWorld(7);
  const options = { bootstrap: "none", platform, localDiscovery } as const;
  await net.openSeeder(SEEDER, CONTENT, { ...options, privateNetwork: ours });
  const leecher = await net.open(LEECHER, { ...options, privateNetwork: theirs });
  await net.settled(leecher.session.commands.add(magnetOf(CONTENT), {}));
  return { net, leecher };
}

const phaseOf = (machine: Machine): string => machine.torrent(id).phase;

test.each(["plain", "open", "sealed"] as const)(
  "of a %s network find each other, and the torrent",
  async (mode) => {
    const { net, leecher } = await pair(networkNamed(mode, "a"), networkNamed(mode, "a"));
    await net.untilPhase(leecher, id, "seeding");
    const { session } = leecher;
    const told = "a node of lan is on the local network: 10.0.1.1:";
    await net.until(() => session.getSnapshot().log.some(({ text }) => text.startsWith(told)));
    expect(session.getSnapshot().dht.goodNodes).toBeGreaterThan(0);
  },
);

test.each([
  ["another network", networkNamed("sealed", "b"), undefined],
  ["another key", { ...networkNamed("sealed", "b"), idHex: "a".repeat(16) }, undefined],
  ["another mode", networkNamed("open", "a"), undefined],
  ["the flag that switches it off", networkNamed("sealed", "a"), false],
])("with %s they stay apart", async (_what, theirs, localDiscovery) => {
  const { net, leecher } = await pair(networkNamed("sealed", "a"), theirs, localDiscovery);
  await net.runFor(400_000);
  expect(phaseOf(leecher)).toBe("resolving");
  expect(leecher.session.getSnapshot().dht.goodNodes).toBe(0);
});

test("a call of a sealed network is one tag that nobody knows again, and whoever repeats it gets no datagram", async () => {
  const net = new SessionWorld(9);
  const group = (await net.platformOf(OUTSIDER).network.joinGroup(LOCAL_GROUPS[4], OUTSIDER))[0];
  const outside = await net.platformOf(OUTSIDER).network.open({ port: 6_881 });
  let toOutsider = 0;
  if (outside.udp4 !== undefined) outside.udp4.onDatagram = () => toOutsider++;
  const calls: Uint8Array[] = [];
  if (group !== undefined) group.onDatagram = (payload) => calls.push(payload.slice());
  const options = { bootstrap: "none", platform, privateNetwork: networkNamed("sealed", "a") } as const;
  await net.open(SEEDER, { ...options, port: 6_881 });
  await net.runFor(700_000);
  const tags = calls.map((call) => {
    const announce = decodeLocalAnnounce(call);
    expect(announce?.infoHashes).toHaveLength(1);
    return Buffer.from(announce?.infoHashes[0] ?? []).toString("hex");
  });
  expect(tags.length).toBeGreaterThanOrEqual(3);
  expect(new Set(tags).size).toBe(tags.length);
  group?.send(calls.at(-1) as Uint8Array);
  await net.runFor(60_000);
  expect(toOutsider).toBe(0);
});

test("a tag holds for the address and the minutes it was made in, under any key that is held", () => {
  let nowUnixMs = 1_000_000_000;
  const tags = (...times: readonly number[]) =>
    new NeighbourTags(
      nodeSealingCrypto,
      new NetworkKeys(nodeSealingCrypto, networkOf(1, ...times), () => nowUnixMs),
      () => nowUnixMs,
    );
  const [before, both] = [tags(0), tags(0, 2_000_000_000)];
  const here = endpoint("10.0.1.1", 6_881);
  const tag = before.tagOf(here);
  expect(both.isOurs(tag, here)).toBe(true);
  expect(before.isOurs(tag, endpoint("10.0.1.2", 6_881))).toBe(false);
  expect(before.isOurs(tag, endpoint("10.0.1.1", 6_882))).toBe(false);
  nowUnixMs += 119_000;
  expect(before.isOurs(tag, here)).toBe(true);
  nowUnixMs += 240_000;
  expect(before.isOurs(tag, here)).toBe(false);
});
