import { describe, expect, test } from "vitest";
import { Bitfield } from "../../src/torrent/bitfield.ts";
import { aTorrent } from "./support/a-torrent.ts";
import { CountingSlabs, MemoryStorage } from "./support/memory-storage.ts";
import { publicSeed } from "./support/public-seed.ts";
import { ScriptedPeer } from "./support/scripted-peer.ts";
import { swarmWorld } from "./support/swarm-world.ts";

describe("arrivals at a public address", () => {
  test("W3 one host has three arrivals under way at most", () => {
    const { w, engine, knock, events } = publicSeed();
    const peers = Array.from({ length: 5 }, () => knock("1.2.3.4"));
    w.world.runFor(500);

    expect(peers.filter((peer) => peer.isOpen)).toHaveLength(3);
    expect(engine.view().pendingIncoming).toBe(3);
    expect(events).toMatchObject([
      { type: "incoming-refused", reason: "too-many" },
      { type: "incoming-refused", reason: "too-many" },
    ]);
  });

  test("WI14 one host may knock ten times a minute", () => {
    const { w, knock, engine } = publicSeed();
    let taken = 0;
    for (let i = 0; i < 25; i++) {
      const peer = knock("1.2.3.4");
      w.world.runFor(500);
      if (peer.isOpen) taken++;
      peer.close();
      w.world.runFor(100);
    }

    expect(taken).toBe(10);
    w.world.runFor(60_000);
    const later = knock("1.2.3.4");
    w.world.runFor(500);
    expect(later.isOpen).toBe(true);
    expect(engine.view().connections).toBe(1);
  });

  test("W3 one /24 has twenty connections at most, and another is welcome", () => {
    const { w, knock, engine } = publicSeed();
    for (let i = 0; i < 30; i++) knock(`1.2.3.${i + 1}`);
    w.world.runFor(500);
    expect(engine.view().connections).toBe(20);

    const other = knock("5.6.7.8");
    w.world.runFor(500);
    expect(other.isOpen).toBe(true);
  });

  test("a second connection of a host that is connected is closed, whatever its id", () => {
    const { join, swarm } = publicSeed();
    const first = join("1.2.3.4", 1);
    const second = join("1.2.3.4", 2);

    expect([first.isOpen, second.isOpen]).toEqual([true, false]);
    expect(swarm.view().counts.connectedPeers).toBe(1);
  });

  test("a banned host is refused at the door, also after a restart that kept the bans", () => {
    const { w, knock, engine, events } = publicSeed();
    engine.importBans([{ party: "1.2.3.4", remainingMs: 3_600_000 }]);
    const peer = knock("1.2.3.4");
    w.world.runFor(500);

    expect(peer.isOpen).toBe(false);
    expect(events).toMatchObject([{ type: "incoming-refused", reason: "banned" }]);
    expect(engine.exportBans()).toMatchObject([{ party: "1.2.3.4" }]);
    w.world.runFor(3_600_000);
    expect(engine.exportBans()).toEqual([]);
  });
});

describe("engine", () => {
  test("a closed engine has no connections, takes none, and leaves no timer behind", () => {
    const w = swarmWorld();
    const torrent = aTorrent({ totalBytes: 20_000_000 });
    const seed = w.addPeer(torrent, { have: "all" });
    const leech = w.addPeer(torrent);
    leech.meet(seed);
    w.world.runFor(300);
    expect(leech.swarm.view().counts.connectedPeers).toBe(1);

    leech.engine.close();
    leech.engine.close();
    seed.engine.close();
    w.world.runFor(5_000);

    expect(leech.slabs.usedBytes).toBe(0);
    expect(seed.storage.slotsOut).toBe(0);
    const before = w.world.eventsRun;
    w.world.runFor(60_000);
    expect(w.world.eventsRun).toBe(before);
    expect(leech.events.at(-1)).toMatchObject({ type: "peer-disconnected", reason: "stopped" });
    const late = new ScriptedPeer(w.newHost()).dial(w, seed);
    w.world.runFor(500);
    expect(late.isOpen).toBe(false);
  });

  test("the same torrent cannot be added twice, and can be after it was removed", () => {
    const w = swarmWorld();
    const torrent = aTorrent();
    const peer = w.addPeer(torrent);
    const again = () =>
      peer.engine.addSwarm({ infoHash: torrent.infoHash, listenPort: 0, onEvent: () => {} });

    expect(again).toThrow();
    peer.swarm.remove();
    expect(again).not.toThrow();
    expect(() => peer.swarm.start()).toThrow();
  });

  test("events are told when the engine is consistent: a listener may stop the swarm from within one", () => {
    const w = swarmWorld();
    const torrent = aTorrent({ totalBytes: 1_000_000 });
    const seed = w.addPeer(torrent, { have: "all" });
    const slabs = new CountingSlabs();
    const leech = w.addPeer(torrent, { slabs, isStarted: false });
    leech.swarm.remove();
    let verified = 0;
    const storage = new MemoryStorage(torrent, w.world, slabs, false);
    const swarm = leech.engine.addSwarm({
      infoHash: torrent.infoHash,
      listenPort: 0,
      onEvent: (event) => {
        if (event.type === "piece-verified" && ++verified === 3) swarm.stop();
      },
    });
    storage.swarm = swarm;
    swarm.setContent({
      pieceMap: torrent.map,
      rawInfo: torrent.rawInfo,
      have: new Bitfield(torrent.map.pieceCount),
      priorities: new Uint8Array(torrent.map.pieceCount).fill(4),
      storage,
    });
    swarm.start();
    swarm.addCandidates([seed.address], "manual");
    w.world.runFor(10_000);

    expect(swarm.view()).toMatchObject({ state: "stopped", counts: { connectedPeers: 0 } });
    expect(swarm.view().havePieces).toBeGreaterThanOrEqual(3);
    expect(slabs.usedBytes).toBe(0);
  });

  test("a torrent that holds memory and gets nothing gives it to one that could use it", () => {
    const w = swarmWorld();
    const slabs = new CountingSlabs(1_048_576);
    const one = aTorrent({ totalBytes: 4_194_304, pieceBytes: 1_048_576, seed: "one" });
    const two = aTorrent({ totalBytes: 4_194_304, pieceBytes: 1_048_576, seed: "two" });
    const us = w.addPeer(one, { slabs });
    const storage = new MemoryStorage(two, w.world, slabs, false);
    const second = us.engine.addSwarm({ infoHash: two.infoHash, listenPort: 0, onEvent: () => {} });
    storage.swarm = second;
    second.setContent({
      pieceMap: two.map,
      rawInfo: two.rawInfo,
      have: new Bitfield(two.map.pieceCount),
      priorities: new Uint8Array(two.map.pieceCount).fill(4),
      storage,
    });
    // A peer of the first torrent gives one block of a piece and then chokes.
    const miser = new ScriptedPeer(w.newHost(), { serves: one, idByte: 1 }).greet(w, us, one.infoHash);
    let given = 0;
    miser.answer = (_piece, _begin, block) => (given++ === 0 ? block : undefined);
    miser.send(new Uint8Array([0, 0, 0, 1, 14, 0, 0, 0, 1, 1]));
    w.world.runFor(500);
    expect(slabs.usedBytes).toBe(1_048_576);
    const rejects = miser.heardOf("request").slice(1);
    miser.send(new Uint8Array([0, 0, 0, 1, 0]));
    for (const line of rejects) miser.send(rejectOf(line));
    w.world.runFor(500);
    expect(slabs.usedBytes).toBe(1_048_576);

    second.start();
    second.addCandidates([w.addPeer(two, { have: "all" }).address], "manual");
    w.world.runUntilTrue(() => second.view().havePieces === 4, 30_000);

    expect(second.view().havePieces).toBe(4);
    expect(us.storage.discardedPieces).toBe(1);
  });
});

function rejectOf(line: string): Uint8Array {
  const message = new Uint8Array(17);
  const view = new DataView(message.buffer);
  view.setUint32(0, 13);
  message[4] = 16;
  line
    .split(" ")
    .slice(1)
    .forEach((field, i) => {
      view.setUint32(5 + 4 * i, Number(field));
    });
  return message;
}
