/** A swarm with all its places taken, and one more peer that wants in (BEP 40). */
import { describe, expect, test } from "vitest";
import { canonicalPriority } from "../../../src/wire/swarm/peer-priority.ts";
import { aTorrent } from "../support/a-torrent.ts";
import { swarmWorld, type TestPeer } from "../support/swarm-world.ts";

/** A peer with one place, and two others of which the first ranks lower than the second. */
function threePeers(isExternalKnown: boolean): {
  readonly w: ReturnType<typeof swarmWorld>;
  readonly host: TestPeer;
  readonly lower: TestPeer;
  readonly higher: TestPeer;
} {
  const w = swarmWorld();
  const torrent = aTorrent();
  const host = w.addPeer(torrent, { config: { maxConnectionsPerTorrent: 1 } });
  const rankOf = (peer: TestPeer) => canonicalPriority(host.address, peer.address) ?? 0;
  const [lower, higher] = [w.addPeer(torrent), w.addPeer(torrent)].sort((a, b) => rankOf(a) - rankOf(b));
  if (isExternalKnown) host.engine.setOutside({ hosts: [host.host], port: undefined });
  return { w, host, lower: lower as TestPeer, higher: higher as TestPeer };
}

describe("a full swarm", () => {
  test("gives the place of the lowest peer that is idle to one that ranks higher", () => {
    const { w, host, lower, higher } = threePeers(true);
    lower.meet(host);
    w.world.runFor(1_000);
    higher.meet(host);
    w.world.runFor(1_000);

    expect(host.swarm.peers().map((peer) => peer.address.host)).toEqual([higher.host]);
    expect(host.eventsOf("peer-disconnected")).toMatchObject([
      { reason: "too-many", detail: "made room for a peer of higher priority" },
    ]);
  });

  test("refuses one that ranks lower", () => {
    const { w, host, lower, higher } = threePeers(true);
    higher.meet(host);
    w.world.runFor(1_000);
    lower.meet(host);
    w.world.runFor(1_000);

    expect(host.swarm.peers().map((peer) => peer.address.host)).toEqual([higher.host]);
  });

  test("keeps whom it has while it does not know its own address", () => {
    const { w, host, lower, higher } = threePeers(false);
    lower.meet(host);
    w.world.runFor(1_000);
    higher.meet(host);
    w.world.runFor(1_000);

    expect(host.swarm.peers().map((peer) => peer.address.host)).toEqual([lower.host]);
  });

  test("does not part with a peer that data flows to", () => {
    const w = swarmWorld();
    const torrent = aTorrent({ totalBytes: 2_000_000 });
    const links = { upBytesPerSecond: 100_000, downBytesPerSecond: 1_000_000 };
    const seed = w.addPeer(torrent, { have: "all", links, config: { maxConnectionsPerTorrent: 1 } });
    const rankOf = (peer: TestPeer) => canonicalPriority(seed.address, peer.address) ?? 0;
    const [lower, higher] = [w.addPeer(torrent), w.addPeer(torrent)].sort((a, b) => rankOf(a) - rankOf(b));
    seed.engine.setOutside({ hosts: [seed.host], port: undefined });
    lower?.meet(seed);
    w.world.runFor(5_000);
    higher?.meet(seed);
    w.world.runFor(1_000);

    expect(seed.swarm.peers().map((peer) => peer.address.host)).toEqual([lower?.host]);
  });
});
