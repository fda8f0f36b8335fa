import { describe, expect, test } from "vitest";
import { peerIdFrom } from "../../../src/core/ids.ts";
import * as ids from "../../../src/wire/protocol/message-ids.ts";
import { aTorrent, piecesWhere } from "../support/a-torrent.ts";
import { emptyMessage, ScriptedPeer } from "../support/scripted-peer.ts";
import { type PeerOptions, swarmWorld } from "../support/swarm-world.ts";

const FAST = { hasExtensions: false, hasFast: true, hasDht: false };
const PLAIN = { hasExtensions: false, hasFast: false, hasDht: false };
const FULL = { hasExtensions: true, hasFast: true, hasDht: true };

describe("handshake", () => {
  test("an incoming one is answered as soon as the info-hash is known, before the peer id", () => {
    const w = swarmWorld();
    const torrent = aTorrent();
    const seed = w.addPeer(torrent, { have: "all" });
    const peer = new ScriptedPeer(w.newHost()).dial(w, seed);
    const head = new Uint8Array(48);
    head.set(new TextEncoder().encode("\x13BitTorrent protocol"));
    head.set(torrent.infoHash, 28);

    peer.send(head);
    w.world.runFor(500);

    expect(peer.recording.lines.map((line) => line.split(" ")[0])).toEqual(["head", "peer-id"]);
  });

  test("for a torrent that is not here, or is stopped, the connection is closed", () => {
    const w = swarmWorld();
    const seed = w.addPeer(aTorrent(), { have: "all" });
    const other = aTorrent({ seed: "another" });

    const peer = new ScriptedPeer(w.newHost()).greet(w, seed, other.infoHash);

    expect(peer.isOpen).toBe(false);
    expect(peer.recording.lines).toEqual([]);
    expect(seed.wireEvents).toMatchObject([{ type: "incoming-refused", reason: "unknown-torrent" }]);
    seed.swarm.stop();
    const late = new ScriptedPeer(w.newHost()).greet(w, seed, aTorrent().infoHash);
    expect(late.isOpen).toBe(false);
  });

  test("a dialled peer that answers for another torrent is left", () => {
    const w = swarmWorld();
    const leech = w.addPeer(aTorrent());
    const peer = new ScriptedPeer(w.newHost()).listen(w);

    leech.meet(peer);
    w.world.runFor(200);
    peer.sendHandshake(aTorrent({ seed: "another" }).infoHash);
    w.world.runFor(500);

    expect(peer.isOpen).toBe(false);
    expect(leech.swarm.view().counts.failedDials).toBe(1);
  });

  test("PA12 one that stalls after 67 bytes is closed after ten seconds, and so is one that never begins", () => {
    const w = swarmWorld();
    const torrent = aTorrent();
    const seed = w.addPeer(torrent, { have: "all" });
    const stalling = new ScriptedPeer(w.newHost()).dial(w, seed);
    const silent = new ScriptedPeer(w.newHost()).dial(w, seed);
    const head = new Uint8Array(67);
    head.set(new TextEncoder().encode("\x13BitTorrent protocol"));
    head.set(torrent.infoHash, 28);
    stalling.send(head);

    w.world.runFor(9_000);
    expect([stalling.isOpen, silent.isOpen]).toEqual([true, true]);
    w.world.runFor(2_500);

    expect([stalling.isOpen, silent.isOpen]).toEqual([false, false]);
    expect(seed.engine.view()).toMatchObject({ connections: 0, pendingIncoming: 0 });
  });

  test("WI07 500 slow dribblers are gone in ten seconds, and an honest peer gets in meanwhile", () => {
    const w = swarmWorld();
    const torrent = aTorrent();
    const seed = w.addPeer(torrent, {
      have: "all",
      config: { maxPendingIncoming: 600, maxConnections: 1_000 },
    });
    const crowd = Array.from({ length: 500 }, () => new ScriptedPeer(w.newHost()).dial(w, seed));
    const dribble = new TextEncoder().encode("\x13BitTorrent protocol");
    for (let second = 0; second < 8; second++) {
      for (const peer of crowd) peer.send(dribble.subarray(second, second + 1));
      w.world.runFor(1_000);
    }

    const honest = w.addPeer(torrent);
    honest.meet(seed);
    expect(w.world.runUntilTrue(() => honest.swarm.view().counts.connectedPeers === 1, 1_000)).toBe(true);

    w.world.runFor(3_000);
    expect(crowd.filter((peer) => peer.isOpen)).toHaveLength(0);
    expect(honest.isComplete).toBe(true);
  });

  test("W3 no more than a hundred arrivals wait at a time", () => {
    const w = swarmWorld();
    const seed = w.addPeer(aTorrent(), { have: "all" });
    const crowd = Array.from({ length: 150 }, () => new ScriptedPeer(w.newHost()).dial(w, seed));

    w.world.runFor(1_000);

    expect(crowd.filter((peer) => peer.isOpen)).toHaveLength(100);
    expect(seed.engine.view().pendingIncoming).toBe(100);
  });

  test("WI19 who dials its own address notices, and does not try again", () => {
    const w = swarmWorld();
    const peer = w.addPeer(aTorrent());

    peer.meet(peer);
    w.world.runFor(600_000);

    expect(peer.swarm.view().counts).toMatchObject({ connectedPeers: 0, candidates: 0 });
    expect(peer.wireEvents.filter((event) => event.type === "self-connection")).toEqual([
      { type: "self-connection", address: peer.address },
    ]);
  });

  test.each([
    ["smaller", 0x01, 0x02],
    ["greater", 0x02, 0x01],
  ])("WI19 of two connections opened towards each other one remains, with the %s id", (_which, one, two) => {
    const w = swarmWorld();
    const torrent = aTorrent({ totalBytes: 50_000_000, pieceBytes: 262_144 });
    const links = { upBytesPerSecond: 1_000_000, downBytesPerSecond: 1_000_000 };
    const idOf = (first: number) => peerIdFrom(new Uint8Array(20).fill(first));
    const a = w.addPeer(torrent, { have: "all", links, peerId: idOf(one) });
    const b = w.addPeer(torrent, { links, peerId: idOf(two) });

    a.meet(b);
    b.meet(a);
    w.world.runFor(5_000);

    expect(a.swarm.view().counts).toMatchObject({ connectedPeers: 1, connectingPeers: 0 });
    expect(b.swarm.view().counts).toMatchObject({ connectedPeers: 1, connectingPeers: 0 });
    expect(a.swarm.peers()[0]?.isIncoming).not.toBe(b.swarm.peers()[0]?.isIncoming);
    expect(b.swarm.view().downBytesPerSecond).toBeGreaterThan(100_000);
  });

  test("a second connection of a peer that is here already is closed", () => {
    const w = swarmWorld();
    const torrent = aTorrent();
    const seed = w.addPeer(torrent, { have: "all" });
    const host = w.newHost();
    const first = new ScriptedPeer(host).greet(w, seed, torrent.infoHash);

    const second = new ScriptedPeer(host).greet(w, seed, torrent.infoHash);

    expect([first.isOpen, second.isOpen]).toEqual([true, false]);
  });

  test("a peer that comes back takes the place of its connection that fell silent", () => {
    const w = swarmWorld();
    const torrent = aTorrent();
    const seed = w.addPeer(torrent, { have: "all" });
    const host = w.newHost();
    new ScriptedPeer(host).greet(w, seed, torrent.infoHash);
    w.world.runFor(40_000);

    const second = new ScriptedPeer(host).greet(w, seed, torrent.infoHash);

    expect(second.isOpen).toBe(true);
    expect(seed.swarm.view().counts.connectedPeers).toBe(1);
  });
});

describe("introduction", () => {
  const some = (torrent: ReturnType<typeof aTorrent>): PeerOptions => ({
    have: piecesWhere(torrent, (piece) => piece < 2),
  });

  test.each([
    ["a seed with Fast", FAST, (): PeerOptions => ({ have: "all" }), ["have-all"]],
    ["a seed without Fast", PLAIN, (): PeerOptions => ({ have: "all" }), ["bitfield f8"]],
    ["a beginner with Fast", FAST, (): PeerOptions => ({}), ["have-none"]],
    ["a beginner without Fast", PLAIN, (): PeerOptions => ({}), []],
    ["one with two pieces", FAST, some, ["bitfield c0"]],
    ["a magnet with Fast", FAST, (): PeerOptions => ({ have: "magnet" }), ["have-none"]],
    ["a magnet without Fast", PLAIN, (): PeerOptions => ({ have: "magnet" }), []],
  ])("%s tells its pieces first", (_what, features, options, expected) => {
    const w = swarmWorld();
    const torrent = aTorrent();
    const us = w.addPeer(torrent, options(torrent));

    const peer = new ScriptedPeer(w.newHost(), { features }).greet(w, us, torrent.infoHash);

    expect(peer.heard.filter((line) => !line.startsWith("allowed-fast"))).toEqual(expected);
  });

  test("extensions and the DHT port follow the pieces", () => {
    const w = swarmWorld();
    const torrent = aTorrent();
    const us = w.addPeer(torrent, { have: "all", config: { dhtPort: 7_001 } });

    const peer = new ScriptedPeer(w.newHost(), { features: FULL }).greet(w, us, torrent.infoHash);

    expect(peer.heard.slice(0, 3).map((line) => line.split(" ").slice(0, 2).join(" "))).toEqual([
      "have-all",
      "extended 0",
      "port 7001",
    ]);
  });

  test("who announces no DHT is told no port, and a told port becomes an event", () => {
    const w = swarmWorld();
    const torrent = aTorrent();
    const us = w.addPeer(torrent, { have: "all", config: { dhtPort: 7_001 } });
    const peer = new ScriptedPeer(w.newHost(), { features: FAST }).greet(w, us, torrent.infoHash);
    expect(peer.heardOf("port")).toEqual([]);

    const dht = new ScriptedPeer(w.newHost(), { features: FULL, idByte: 1 }).greet(w, us, torrent.infoHash);
    dht.send(
      new Uint8Array([0, 0, 0, 3, ids.PORT, 0x1a, 0xe1]),
      new Uint8Array([0, 0, 0, 3, ids.PORT, 0, 0]),
    );
    w.world.runFor(200);

    expect(us.eventsOf("dht-node-found")).toEqual([
      { type: "dht-node-found", address: { host: dht.host, port: 6_881, family: 4 } },
    ]);
  });

  test("while the disk is being checked nothing is claimed, afterwards all of it", () => {
    const w = swarmWorld();
    const torrent = aTorrent();
    const us = w.addPeer(torrent, { have: "magnet" });
    us.swarm.remove();
    const later = us.engine.addSwarm({
      infoHash: torrent.infoHash,
      listenPort: 6_881,
      rawInfo: torrent.rawInfo,
      onEvent: () => {},
    });
    later.start();
    const peer = new ScriptedPeer(w.newHost(), { features: FAST }).greet(w, us, torrent.infoHash);
    peer.send(emptyMessage(ids.HAVE_NONE));
    w.world.runFor(1_000);
    expect(peer.heard).toEqual([]);

    later.setContent({
      pieceMap: torrent.map,
      rawInfo: torrent.rawInfo,
      have: piecesWhere(torrent, () => true),
      priorities: new Uint8Array(torrent.map.pieceCount).fill(4),
      storage: us.storage,
    });
    w.world.runFor(500);

    expect(peer.heard[0]).toBe("have-all");
  });

  test("a seed that met a peer before its disk was checked says afterwards that it only uploads (BEP 21)", () => {
    const w = swarmWorld();
    const torrent = aTorrent();
    const us = w.addPeer(torrent, { have: "magnet" });
    const features = { hasExtensions: true, hasFast: true, hasDht: false };
    const peer = new ScriptedPeer(w.newHost(), { features }).greet(w, us, torrent.infoHash);
    peer.send(emptyMessage(ids.HAVE_NONE));
    w.world.runFor(1_000);
    us.swarm.setContent({
      pieceMap: torrent.map,
      rawInfo: torrent.rawInfo,
      have: piecesWhere(torrent, () => true),
      priorities: new Uint8Array(torrent.map.pieceCount).fill(4),
      storage: us.storage,
    });
    w.world.runFor(500);

    const handshakes = peer
      .heardOf("extended")
      .map((line) => Buffer.from(line.split(" ")[2] ?? "", "hex").toString());
    expect(handshakes.map((text) => text.includes("upload_onlyi1e"))).toEqual([false, true]);
  });
});
