import { describe, expect, test } from "vitest";
import { concatBytes } from "../../../src/core/bytes.ts";
import { PieceMap } from "../../../src/torrent/piece-map.ts";
import { messageWithBody } from "../../../src/wire/protocol/message-encoder.ts";
import * as ids from "../../../src/wire/protocol/message-ids.ts";
import { aTorrent, piecesWhere } from "../support/a-torrent.ts";
import { emptyMessage, indexMessage, ScriptedPeer } from "../support/scripted-peer.ts";
import { swarmWorld } from "../support/swarm-world.ts";

const EXTENDED = { hasExtensions: true, hasFast: true, hasDht: false };

describe("what a swarm shows", () => {
  test("before the metadata everything of the content is unknown or nothing", () => {
    const w = swarmWorld();
    const us = w.addPeer(aTorrent(), { have: "magnet" });

    expect(us.swarm.view()).toMatchObject({
      state: "running",
      hasMetadata: false,
      metadataRatio: 0,
      metadataPeers: 0,
      totalBytes: undefined,
      pieceCount: 0,
      copies: 0,
      rarity: [],
      reachableRatio: 0,
      firstPeerAtMs: undefined,
    });
    expect(us.swarm.strips(10)).toEqual({ have: "", availability: "" });
  });

  test("rates, totals and counts follow a transfer", () => {
    const w = swarmWorld();
    const torrent = aTorrent({ totalBytes: 20_000_000, pieceBytes: 131_072 });
    const links = { upBytesPerSecond: 1_000_000, downBytesPerSecond: 10_000_000 };
    const seed = w.addPeer(torrent, { have: "all", links });
    const leech = w.addPeer(torrent);
    leech.meet(seed);
    w.world.runFor(8_000);

    const view = leech.swarm.view();
    expect(view.downBytesPerSecond / 1_000_000).toBeCloseTo(1, 1);
    expect(seed.swarm.view().upBytesPerSecond / 1_000_000).toBeCloseTo(1, 1);
    expect(view.counts).toMatchObject({
      connectedPeers: 1,
      connectedSeeds: 1,
      unchokedByPeers: 1,
      interestedPeers: 0,
      incomingPeers: 0,
    });
    expect(seed.swarm.view().counts).toMatchObject({
      incomingPeers: 1,
      interestedPeers: 1,
      unchokedPeers: 1,
    });
    expect(view.activity.sending).toBe(1);
    expect(view.totals.protocolDownBytes).toBeLessThan(view.totals.downloadedBytes / 500);
    expect(view.totals.protocolUpBytes).toBeGreaterThan(17 * (view.totals.downloadedBytes / 16_384));
    expect(view.wantedHaveBytes).toBe(view.haveBytes);
    expect(view).toMatchObject({ copies: 1, reachableRatio: 1, unavailablePieces: 0 });
    expect(leech.engine.view()).toMatchObject({ connections: 1, swarms: 1 });
    expect(leech.viewOf(seed)).toMatchObject({
      client: "Starling 0.1.0",
      source: "manual",
      transport: "tcp",
      haveRatio: 1,
      amInterested: true,
      peerChoking: false,
      activity: "sending",
    });
    expect(leech.viewOf(seed)?.rttMs).toBeLessThan(100);
  });

  test("each idle peer has its reason", () => {
    const w = swarmWorld();
    const torrent = aTorrent({ totalBytes: 1_000_000 });
    const us = w.addPeer(torrent, { have: piecesWhere(torrent, (piece) => piece < 8) });
    const join = (idByte: number, ...messages: Uint8Array[]) => {
      const peer = new ScriptedPeer(w.newHost(), { idByte }).greet(w, us, torrent.infoHash);
      peer.send(...messages);
      return peer;
    };
    const nothing = join(1, emptyMessage(ids.HAVE_NONE));
    const choking = join(2, emptyMessage(ids.HAVE_ALL));
    const silent = join(3, emptyMessage(ids.HAVE_ALL), emptyMessage(ids.UNCHOKE));
    w.world.runFor(10_000);

    expect(us.viewOf(nothing)).toMatchObject({ activity: "nothing-for-us", haveRatio: 0 });
    expect(us.viewOf(choking)).toMatchObject({ activity: "chokes-us", amInterested: true });
    expect(us.viewOf(silent)?.activity).toBe("requested");
    expect(us.viewOf(silent)?.activityMs).toBeGreaterThan(4_000);
    expect(us.swarm.view().activity).toMatchObject({ "nothing-for-us": 1, "chokes-us": 1, requested: 1 });
  });

  test("the strips show tenths had and fewest copies, ours included", () => {
    const w = swarmWorld();
    const torrent = aTorrent({ totalBytes: 20 * 16_384, pieceBytes: 16_384 });
    const us = w.addPeer(torrent, { have: piecesWhere(torrent, (piece) => piece < 9) });
    const peer = new ScriptedPeer(w.newHost()).greet(w, us, torrent.infoHash);
    peer.send(messageWithBody(ids.BITFIELD, piecesWhere(torrent, (piece) => piece >= 4 && piece < 12).bytes));
    w.world.runFor(100);

    expect(us.swarm.strips(5)).toEqual({ have: "99200", availability: "12100" });
    expect(us.swarm.strips(40).have).toBe(`${"9".repeat(18)}${"0".repeat(22)}`);
    expect(us.swarm.view()).toMatchObject({ unavailablePieces: 8, reachableRatio: 0.6 });
    expect(us.swarm.reachableShare(10, 14)).toBe(0.5);
    expect(us.swarm.begunStrip(20)).toBe("0".repeat(20));
  });

  test("rarity counts the missing pieces by their copies, those of seeds apart", () => {
    const w = swarmWorld();
    const torrent = aTorrent({ totalBytes: 20 * 16_384, pieceBytes: 16_384 });
    const us = w.addPeer(torrent, { have: piecesWhere(torrent, (piece) => piece < 9) });
    const join = (idByte: number, message: Uint8Array) =>
      new ScriptedPeer(w.newHost(), { idByte }).greet(w, us, torrent.infoHash).send(message);
    join(1, messageWithBody(ids.BITFIELD, piecesWhere(torrent, (piece) => piece >= 4 && piece < 12).bytes));
    join(2, messageWithBody(ids.BITFIELD, piecesWhere(torrent, (piece) => piece === 11).bytes));
    join(3, emptyMessage(ids.HAVE_ALL));
    w.world.runFor(100);

    expect(us.swarm.view().rarity).toEqual([8, 2, 1, ...new Array(14).fill(0)]);
  });

  test("dials that fail are told apart, and seeds of a magnet are recognised", () => {
    const w = swarmWorld();
    const torrent = aTorrent();
    const us = w.addPeer(torrent, { have: "magnet" });
    const silent = w.newHost();
    w.network.silentHosts.add(silent);
    const addresses = [silent, w.newHost(), w.newHost()].map((host) => ({
      address: { host, port: 6_881, family: 4 as const },
    }));
    const seed = new ScriptedPeer(w.newHost(), { features: EXTENDED }).listen(w);
    us.meet(...addresses, seed);
    w.world.runFor(200);
    seed.sendHandshake(torrent.infoHash);
    seed.send(
      emptyMessage(ids.HAVE_ALL),
      messageWithBody(
        ids.EXTENDED,
        new TextEncoder().encode("\x00d1:md11:ut_metadatai9ee13:metadata_sizei50000ee"),
      ),
    );
    w.world.runFor(15_500);

    expect(us.swarm.view().counts).toMatchObject({
      connectedSeeds: 1,
      dialFailures: { timedOut: 1, refused: 2, noHandshake: 0, other: 0 },
    });
    expect(us.swarm.view()).toMatchObject({ metadataPeers: 1, metadataBytes: 50_000 });
    expect(seed.heardOf("extended").length).toBeGreaterThan(1);
  });

  test("peers that we reached are exported for the next start", () => {
    const w = swarmWorld();
    const torrent = aTorrent();
    const us = w.addPeer(torrent);
    const seed = w.addPeer(torrent, { have: "all" });
    us.meet(seed, { address: { host: w.newHost(), port: 6_881, family: 4 } });
    w.world.runUntilTrue(() => us.isComplete, 60_000);

    expect(us.swarm.exportPeers(10)).toEqual([{ address: seed.address }]);
  });
});

describe("size", () => {
  test("in a torrent of two million pieces a HAVE costs the same as in a small one", () => {
    const w = swarmWorld();
    const pieces = 2_000_000;
    const torrent = { ...aTorrent(), map: new PieceMap(pieces * 16_384, 16_384) };
    const us = w.addPeer({ ...torrent, content: new Uint8Array(0) });
    const peer = new ScriptedPeer(w.newHost()).greet(w, us, torrent.infoHash);
    peer.send(emptyMessage(ids.HAVE_NONE));
    w.world.runFor(100);
    const haves = concatBytes(
      Array.from({ length: 50_000 }, (_, i) => indexMessage(ids.HAVE, (i * 7_919) % pieces)),
    );
    peer.send(haves);

    // 50,000 messages; anything that walks the pieces once a message would take longer than a test may.
    w.world.runFor(1_000);

    expect(us.swarm.view().counts.connectedPeers).toBe(1);
    expect(us.viewOf(peer)?.haveRatio).toBe(50_000 / pieces);
    expect(us.swarm.strips(60).have).toBe("0".repeat(60));
  });
});
