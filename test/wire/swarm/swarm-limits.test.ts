import { describe, expect, test } from "vitest";
import { Bitfield } from "../../../src/torrent/bitfield.ts";
import * as ids from "../../../src/wire/protocol/message-ids.ts";
import { aTorrent, piecesWhere } from "../support/a-torrent.ts";
import { emptyMessage, requestMessage, ScriptedPeer } from "../support/scripted-peer.ts";
import { swarmWorld, type TestPeer } from "../support/swarm-world.ts";

const TEN_SECONDS_MS = 10_000;

/** Bytes over ten seconds after the first one, per second. */
function rateOver(w: ReturnType<typeof swarmWorld>, bytes: () => number): number {
  w.world.runFor(1_000);
  const before = bytes();
  w.world.runFor(TEN_SECONDS_MS);
  return (bytes() - before) / (TEN_SECONDS_MS / 1000);
}

const downloaded = (peer: TestPeer) => () => peer.swarm.view().totals.downloadedBytes;
const uploaded = (peer: TestPeer) => () => peer.swarm.view().totals.uploadedBytes;

describe("rate limits", () => {
  test.each([100_000, 1_000_000, 4_000_000])(
    "downloading at %d B/s of one torrent is exact to 5 percent",
    (limit) => {
      const w = swarmWorld();
      const torrent = aTorrent({ totalBytes: 12 * limit + 1_000_000, pieceBytes: 262_144 });
      const leech = w.addPeer(torrent);
      leech.swarm.setLimits({ maxDownBytesPerSecond: limit });
      leech.meet(w.addPeer(torrent, { have: "all" }), w.addPeer(torrent, { have: "all" }));

      const rate = rateOver(w, downloaded(leech));

      expect(rate / limit).toBeGreaterThan(0.95);
      expect(rate / limit).toBeLessThan(1.05);
    },
  );

  test.each([50_000, 2_000_000])("uploading at %d B/s over all torrents is exact to 5 percent", (limit) => {
    const w = swarmWorld();
    const torrent = aTorrent({ totalBytes: 40_000_000, pieceBytes: 262_144 });
    const seed = w.addPeer(torrent, { have: "all", config: { exchangesPeers: false } });
    seed.engine.setLimits({ maxUpBytesPerSecond: limit });
    for (let i = 0; i < 3; i++) w.addPeer(torrent).meet(seed);

    const rate = rateOver(w, uploaded(seed));

    expect(rate / limit).toBeGreaterThan(0.95);
    expect(rate / limit).toBeLessThan(1.05);
    expect(seed.engine.view().maxUpBytesPerSecond).toBe(limit);
  });

  test("requests that waited are served when an upload limit is lifted", () => {
    const w = swarmWorld();
    const torrent = aTorrent({ totalBytes: 4_000_000 });
    const seed = w.addPeer(torrent, { have: "all" });
    seed.engine.setLimits({ maxUpBytesPerSecond: 0 });
    const leech = w.addPeer(torrent);
    leech.meet(seed);
    w.world.runFor(5_000);
    expect(leech.isComplete).toBe(false);

    seed.engine.setLimits({ maxUpBytesPerSecond: null });
    w.world.runFor(2_000);

    expect(leech.isComplete).toBe(true);
  });

  test("a limit over all torrents is shared by them", () => {
    const w = swarmWorld();
    const torrents = [
      aTorrent({ totalBytes: 20_000_000, seed: "a" }),
      aTorrent({ totalBytes: 20_000_000, seed: "b" }),
    ];
    const [one, two] = torrents as [(typeof torrents)[0], (typeof torrents)[0]];
    const leech = w.addPeer(one);
    const other = w.addPeer(two);
    // Two torrents on one engine: the second swarm joins the first peer's engine.
    const limit = 1_500_000;
    leech.engine.setLimits({ maxDownBytesPerSecond: limit });
    other.engine.close();
    const storage = other.storage;
    const second = leech.engine.addSwarm({ infoHash: two.infoHash, listenPort: 0, onEvent: () => {} });
    storage.swarm = second;
    second.setContent({
      pieceMap: two.map,
      rawInfo: two.rawInfo,
      have: new Bitfield(two.map.pieceCount),
      priorities: new Uint8Array(two.map.pieceCount).fill(4),
      storage,
    });
    second.start();
    leech.meet(w.addPeer(one, { have: "all" }));
    second.addCandidates([w.addPeer(two, { have: "all" }).address], "manual");

    const total = () => leech.swarm.view().totals.downloadedBytes + second.view().totals.downloadedBytes;
    const before = second.view().totals.downloadedBytes;
    const rate = rateOver(w, total);

    expect(rate / limit).toBeGreaterThan(0.95);
    expect(rate / limit).toBeLessThan(1.05);
    const share = (second.view().totals.downloadedBytes - before) / (11 * limit);
    expect(share).toBeGreaterThan(0.25);
    expect(share).toBeLessThan(0.75);
  });

  test("a limit that is lifted is gone at once", () => {
    const w = swarmWorld();
    const torrent = aTorrent({ totalBytes: 20_000_000, pieceBytes: 262_144 });
    const leech = w.addPeer(torrent);
    leech.swarm.setLimits({ maxDownBytesPerSecond: 50_000 });
    leech.meet(w.addPeer(torrent, { have: "all" }));
    w.world.runFor(5_000);
    expect(downloaded(leech)()).toBeLessThan(350_000);

    leech.swarm.setLimits({ maxDownBytesPerSecond: null });
    w.world.runUntilTrue(() => leech.isComplete, 10_000);

    expect(leech.hasContent).toBe(true);
  });

  test("a limit of nothing halts the transfer and loses nobody", () => {
    const w = swarmWorld();
    const torrent = aTorrent({ totalBytes: 5_000_000, pieceBytes: 262_144 });
    const leech = w.addPeer(torrent);
    const seed = w.addPeer(torrent, { have: "all" });
    leech.meet(seed);
    w.world.runFor(150);
    leech.swarm.setLimits({ maxDownBytesPerSecond: 0 });
    w.world.runFor(2_000);
    const before = downloaded(leech)();

    w.world.runFor(60_000);
    expect(downloaded(leech)()).toBe(before);
    expect(leech.swarm.view().counts.connectedPeers).toBe(1);
    expect(leech.eventsOf("peer-disconnected")).toEqual([]);
    leech.swarm.setLimits({ maxDownBytesPerSecond: null });
    w.world.runUntilTrue(() => leech.isComplete, 30_000);

    expect(leech.hasContent).toBe(true);
  });

  test("a slow limit on us does not make us call our peers slow", () => {
    const w = swarmWorld();
    const torrent = aTorrent({ totalBytes: 5_000_000, pieceBytes: 262_144 });
    const leech = w.addPeer(torrent);
    leech.swarm.setLimits({ maxDownBytesPerSecond: 20_000 });
    leech.meet(...Array.from({ length: 5 }, () => w.addPeer(torrent, { have: "all" })));

    w.world.runFor(200_000);

    expect(leech.swarm.view().activity.snubbed).toBe(0);
    expect(leech.swarm.view().counts.connectedPeers).toBe(5);
    expect(downloaded(leech)() / (200 * 20_000)).toBeGreaterThan(0.9);
  });

  test.each([
    [30_000, 20, 100],
    [600_000, 30, 10],
  ])(
    "at %d B/s from %d peers, too little for a queue at each, the limit is exact to 5 percent and all are heard",
    (limit, peers, seconds) => {
      const w = swarmWorld();
      const torrent = aTorrent({ totalBytes: 14_000_000, pieceBytes: 262_144 });
      const leech = w.addPeer(torrent);
      leech.swarm.setLimits({ maxDownBytesPerSecond: limit });
      leech.meet(...Array.from({ length: peers }, () => w.addPeer(torrent, { have: "all" })));
      // Who came first was asked for more, and has brought it by then.
      w.world.runFor(10_000);

      const before = downloaded(leech)();
      let paused = 0;
      for (let second = 0; second < seconds; second++) {
        w.world.runFor(1_000);
        paused += leech.swarm.view().activity["rate-limited"];
      }
      const rate = (downloaded(leech)() - before) / seconds;

      expect(rate / limit).toBeGreaterThan(0.95);
      expect(rate / limit).toBeLessThan(1.05);
      expect(paused).toBe(0);
    },
  );

  test("at a byte a second a client still shakes hands, and serves whoever asks", () => {
    const w = swarmWorld();
    const torrent = aTorrent({ totalBytes: 2_000_000, pieceBytes: 262_144 });
    const leech = w.addPeer(torrent, { have: piecesWhere(torrent, (piece) => piece === 0) });
    leech.engine.setLimits({ maxDownBytesPerSecond: 1 });
    leech.meet(w.addPeer(torrent, { have: "all" }));
    w.world.runFor(60_000);

    const late = new ScriptedPeer(w.newHost(), { idByte: 1 }).greet(w, leech, torrent.infoHash);
    late.send(emptyMessage(ids.HAVE_NONE), emptyMessage(ids.INTERESTED));
    w.world.runFor(1_000);
    late.send(requestMessage(0, 0));
    w.world.runFor(1_000);

    expect(late.heardOf("unchoke")).toHaveLength(1);
    expect(late.heardOf("block")).toHaveLength(1);
    expect(downloaded(leech)()).toBeLessThanOrEqual(16_384);
  });
});

describe("one that is slow", () => {
  test("a peer that takes and sends a byte now and then does not slow the others", () => {
    const timeWith = (slow: number) => {
      const w = swarmWorld();
      const torrent = aTorrent({ totalBytes: 8_000_000, pieceBytes: 131_072 });
      const links = { upBytesPerSecond: 400_000, downBytesPerSecond: 400_000 };
      const crawl = { upBytesPerSecond: 500, downBytesPerSecond: 500 };
      const leech = w.addPeer(torrent);
      leech.meet(...Array.from({ length: 4 }, () => w.addPeer(torrent, { have: "all", links })));
      leech.meet(...Array.from({ length: slow }, () => w.addPeer(torrent, { have: "all", links: crawl })));
      const startMs = w.world.nowMs;
      w.world.runUntilTrue(() => leech.isComplete, 120_000);
      expect(leech.hasContent).toBe(true);
      return w.world.nowMs - startMs;
    };

    expect(timeWith(3)).toBeLessThan(1.25 * timeWith(0));
  });
});

describe("classes of peers", () => {
  test.each([true, false])(
    "peers of the own network are outside of the limits where that is asked: %s",
    (isExempt) => {
      const w = swarmWorld();
      const torrent = aTorrent({ totalBytes: 20_000_000, pieceBytes: 262_144 });
      const limit = 200_000;
      const links = { upBytesPerSecond: 1_000_000, downBytesPerSecond: 10_000_000 };
      const leech = w.addPeer(torrent);
      leech.engine.setLimits({ maxDownBytesPerSecond: limit, isLanExempt: isExempt });
      const near = w.addPeer(torrent, { have: "all", links, host: "192.168.1.2" });
      const far = w.addPeer(torrent, { have: "all", links });
      leech.meet(near, far);

      w.world.runFor(1_000);
      const before = [near, far].map((peer) => leech.viewOf(peer)?.downloadedBytes ?? 0);
      w.world.runFor(TEN_SECONDS_MS);
      const [fromNear, fromFar] = [near, far].map(
        (peer, i) => ((leech.viewOf(peer)?.downloadedBytes ?? 0) - (before[i] ?? 0)) / 10,
      ) as [number, number];

      if (isExempt) {
        expect(fromNear).toBeGreaterThan(800_000);
        expect(fromFar / limit).toBeGreaterThan(0.9);
        expect(fromFar / limit).toBeLessThan(1.05);
      } else {
        expect((fromNear + fromFar) / limit).toBeGreaterThan(0.95);
        expect((fromNear + fromFar) / limit).toBeLessThan(1.05);
      }
    },
  );

  test.each([true, false])("uploads to them are, too: %s", (isExempt) => {
    const w = swarmWorld();
    const torrent = aTorrent({ totalBytes: 20_000_000, pieceBytes: 262_144 });
    const limit = 100_000;
    const seed = w.addPeer(torrent, { have: "all", config: { exchangesPeers: false } });
    seed.engine.setLimits({ maxUpBytesPerSecond: limit, isLanExempt: isExempt });
    const down = { upBytesPerSecond: 1_000_000, downBytesPerSecond: 1_000_000 };
    const near = w.addPeer(torrent, { links: down, host: "10.1.1.2" });
    near.meet(seed);
    w.addPeer(torrent).meet(seed);

    const rate = rateOver(w, downloaded(near));

    if (isExempt) expect(rate).toBeGreaterThan(800_000);
    else expect(rate).toBeLessThan(1.05 * limit);
  });
});

describe("connection limits", () => {
  test("a torrent takes no more connections than it may", () => {
    const w = swarmWorld();
    const torrent = aTorrent();
    const seed = w.addPeer(torrent, { have: "all", config: { maxConnectionsPerTorrent: 5 } });
    seed.engine.setLimits({ maxUpBytesPerSecond: 10_000 });
    const crowd = Array.from({ length: 12 }, () => w.addPeer(torrent));

    for (const peer of crowd) peer.meet(seed);
    w.world.runFor(3_000);

    expect(seed.swarm.view().counts.connectedPeers).toBe(5);
  });

  test("an engine takes no more connections than it may, and dials no more", () => {
    const w = swarmWorld();
    const torrent = aTorrent();
    const hub = w.addPeer(torrent, { have: "all", config: { maxConnections: 4 } });
    hub.engine.setLimits({ maxUpBytesPerSecond: 10_000 });
    const crowd = Array.from({ length: 12 }, () => w.addPeer(torrent));

    hub.meet(...crowd);
    for (const peer of crowd) peer.meet(hub);
    w.world.runFor(5_000);

    expect(hub.engine.view().connections).toBe(4);
  });

  test("a full swarm lets its least useful peers go when others wait, and keeps those that give", () => {
    const w = swarmWorld();
    const torrent = aTorrent({ totalBytes: 40_000_000, pieceBytes: 262_144 });
    // The idle hold one connection each: the giver must not hear of them.
    const us = w.addPeer(torrent, { config: { maxConnectionsPerTorrent: 4, exchangesPeers: false } });
    const giver = w.addPeer(torrent, { have: "all" });
    giver.engine.setLimits({ maxUpBytesPerSecond: 50_000 });
    const idle = [1, 2, 3].map((idByte) => new ScriptedPeer(w.newHost(), { idByte }).listen(w));
    us.meet(giver, ...idle);
    w.world.runFor(100);
    for (const peer of idle) peer.sendHandshake(torrent.infoHash);
    w.world.runFor(500);
    expect(us.swarm.view().counts.connectedPeers).toBe(4);
    us.meet({ address: { host: w.newHost(), port: 6_881, family: 4 } });

    for (let minute = 0; minute < 11; minute++) {
      for (const peer of idle) if (peer.isOpen) peer.send(new Uint8Array(4));
      w.world.runFor(60_000);
    }

    expect(us.eventsOf("peer-disconnected").filter((event) => event.reason === "too-many")).toHaveLength(1);
    expect(us.viewOf(giver)?.state).toBe("connected");
  });

  test("D9 no more than thirty dials leave in a second, and a hundred wait at most", () => {
    const w = swarmWorld();
    const torrent = aTorrent();
    const hub = w.addPeer(torrent, { config: { maxConnections: 1_000, maxConnectionsPerTorrent: 1_000 } });
    const silent = Array.from({ length: 400 }, () => w.newHost());
    for (const host of silent) w.network.silentHosts.add(host);

    hub.meet(...silent.map((host) => ({ address: { host, port: 6_881, family: 4 as const } })));
    w.world.runFor(10);
    expect(hub.engine.view().halfOpen).toBeLessThanOrEqual(30);
    w.world.runFor(60_000);

    expect(hub.engine.view().halfOpen).toBeLessThanOrEqual(100);
  });
});
