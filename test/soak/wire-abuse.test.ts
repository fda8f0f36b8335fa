/** Abuse of the wire at full size (threats, section 3.3); small ones by the same names run in `npm test`. */
import { describe, expect, test } from "vitest";
import { SeededRandom } from "../../src/sim/index.ts";
import * as ids from "../../src/wire/protocol/message-ids.ts";
import { aTorrent, piecesWhere } from "../wire/support/a-torrent.ts";
import { mutated, recordedSession } from "../wire/support/mutated-session.ts";
import { bannedHosts, expectPoisonHandled, poisonedSwarm } from "../wire/support/poisoned-swarm.ts";
import { publicSeed } from "../wire/support/public-seed.ts";
import { emptyMessage, indexMessage, requestMessage, ScriptedPeer } from "../wire/support/scripted-peer.ts";
import { swarmWorld } from "../wire/support/swarm-world.ts";

const MIB = 2 ** 20;
const FULL = { totalBytes: 64 * MIB, pieceBytes: 256 * 1024 };
const SEEDS = 20;

describe("poison in 64 MiB", () => {
  test.each([
    ["WI01", 1, 100],
    ["WI02", 1, 20],
    ["WI03", 2, 20],
    ["WI04", 5, 20],
    ["WI05", 10, 20],
  ])("%s %d of %d peers lie, from twenty seeds of chance", (id, poisoners, seeds) => {
    for (let i = 0; i < SEEDS; i++) {
      const seed = `${id} ${i}`;
      const swarm = poisonedSwarm({ ...FULL, poisoners, seeds, seed });
      const baselineMs = poisonedSwarm({ ...FULL, poisoners: 0, seeds, seed }).tookMs;
      console.log(`${seed}: ${(swarm.tookMs / baselineMs).toFixed(2)} of the time without liars`);
      expectPoisonHandled(swarm, seed);
      expect(swarm.tookMs / baselineMs, seed).toBeLessThan(poisoners >= 10 ? 3 : 2);
    }
  });

  test("WI06 one block in 200 is spoilt, and whoever does it is found by its third at the latest", () => {
    for (let i = 0; i < SEEDS; i++) {
      const seed = `WI06 ${i}`;
      const swarm = poisonedSwarm({ ...FULL, poisoners: 1, seed, lies: (block) => block % 200 === 100 });
      expect(swarm.leech.hasContent, seed).toBe(true);
      expect(swarm.leech.eventsOf("piece-bad").length, seed).toBeLessThanOrEqual(4);
      for (const peer of swarm.honest) expect(bannedHosts(swarm.leech).has(peer.host), seed).toBe(false);
    }
  });
});

describe("floods", () => {
  test("WI10 a hundred thousand requests at once: five hundred are held, every one is answered, memory stays", () => {
    const w = swarmWorld();
    const torrent = aTorrent({ totalBytes: 2 * MIB });
    const seed = w.addPeer(torrent, { have: "all" });
    const peer = new ScriptedPeer(w.newHost(), { idByte: 1 }).greet(w, seed, torrent.infoHash);
    peer.send(emptyMessage(ids.HAVE_NONE), emptyMessage(ids.INTERESTED));
    w.world.runFor(1_000);
    let peak = 0;
    for (let i = 0; i < 1_000; i++) {
      const piece = i % torrent.map.pieceCount;
      peer.send(...Array.from({ length: 100 }, (_, j) => requestMessage(piece, 16_384 * (j % 4))));
      w.world.runFor(100);
      peak = Math.max(peak, seed.engine.view().sendBufferBytes);
      expect(seed.swarm.peers()[0]?.queuedUploads ?? 0).toBeLessThanOrEqual(600);
    }
    w.world.runFor(60_000);

    expect(peak).toBeLessThanOrEqual(512 * 1024);
    expect(peer.heardOf("block").length + peer.heardOf("reject").length).toBe(100_000);
  });

  test("WI11 a million HAVEs end the connection and leave nothing behind", () => {
    const w = swarmWorld();
    const torrent = aTorrent({ totalBytes: 4 * MIB });
    const us = w.addPeer(torrent);
    const peer = new ScriptedPeer(w.newHost(), { idByte: 1 }).greet(w, us, torrent.infoHash);
    peer.send(emptyMessage(ids.HAVE_NONE));
    for (let i = 0; i < 1_000 && peer.isOpen; i++) {
      peer.send(
        ...Array.from({ length: 1_000 }, (_, j) => indexMessage(ids.HAVE, j % torrent.map.pieceCount)),
      );
      w.world.runFor(10);
    }

    expect(peer.isOpen).toBe(false);
    expect(us.eventsOf("peer-disconnected")[0]?.reason).toBe("flood");
  });

  test("WI13 a peer that asks for 500 blocks and never reads is let go after two minutes", () => {
    const w = swarmWorld();
    const torrent = aTorrent({ totalBytes: 16 * MIB });
    const seed = w.addPeer(torrent, { have: "all" });
    const peer = new ScriptedPeer(w.newHost(), { idByte: 1 }).greet(w, seed, torrent.infoHash);
    peer.send(emptyMessage(ids.HAVE_NONE), emptyMessage(ids.INTERESTED));
    w.world.runFor(1_000);
    peer.pauseReading();
    peer.send(...Array.from({ length: 500 }, (_, i) => requestMessage(i % 200, 16_384 * (i % 4))));
    let peak = 0;
    for (let second = 0; second < 600; second++) {
      w.world.runFor(1_000);
      peak = Math.max(peak, seed.engine.view().sendBufferBytes);
    }

    expect(peak).toBeLessThanOrEqual(512 * 1024);
    expect(seed.engine.view()).toMatchObject({ connections: 0, sendBufferBytes: 0 });
  });

  test("WI14 ten thousand connections a minute from one host, and from two hundred", () => {
    for (const hosts of [1, 200]) {
      const { w, engine, knock, join } = publicSeed();
      const open: ScriptedPeer[] = [];
      for (let i = 0; i < 10_000; i++) {
        const host = i % hosts;
        open.push(knock(`5.${host >> 4}.${host & 15}.7`));
        w.world.runFor(6);
        expect(engine.view().connections).toBeLessThanOrEqual(200);
        expect(engine.view().pendingIncoming).toBeLessThanOrEqual(hosts === 1 ? 3 : 100);
        if (i % 100 === 0) for (const peer of open.splice(0, 50)) peer.close();
      }
      for (const peer of open) peer.close();
      w.world.runFor(15_000);
      const honest = join("8.8.4.4", 1);
      w.world.runFor(1_000);
      expect(honest.isOpen, `after ${hosts}`).toBe(true);
    }
  });
});

describe("swarms that cannot or will not give", () => {
  test("WI17 ten leeches with all pieces but one among them get all of these, and rest for an hour", () => {
    const w = swarmWorld();
    const torrent = aTorrent({ totalBytes: 16 * MIB, pieceBytes: 65_536 });
    const leeches = Array.from({ length: 10 }, (_, i) =>
      w.addPeer(torrent, { have: piecesWhere(torrent, (piece) => piece !== 77 && piece % 10 === i) }),
    );
    for (const leech of leeches) leech.meet(...leeches.filter((other) => other !== leech));
    w.world.runFor(120_000);
    for (const leech of leeches)
      expect(leech.swarm.view()).toMatchObject({ wantedMissingPieces: 1, unavailablePieces: 1 });
    const before = w.world.eventsRun;
    w.world.runFor(3_600_000);

    expect(w.world.eventsRun - before).toBeLessThan(10 * 36_000 * 3);
  });

  test("WI20 ten peers send damaged sessions again and again for ten minutes, two are honest", () => {
    for (let run = 0; run < 20; run++) {
      const seed = `WI20 ${run}`;
      const random = new SeededRandom(seed);
      const w = swarmWorld({ seed });
      const torrent = aTorrent({ totalBytes: 4 * MIB, pieceBytes: 65_536, seed });
      const slow = { upBytesPerSecond: 5_000, downBytesPerSecond: 500_000 };
      const honest = [1, 2].map(() => w.addPeer(torrent, { have: "all", links: slow }));
      const leech = w.addPeer(torrent);
      const session = recordedSession(torrent.map.pieceCount, random);
      leech.meet(...honest);
      for (let second = 0; second < 600; second++) {
        const liar = new ScriptedPeer(w.newHost(), { idByte: second % 10 }).dial(w, leech);
        liar.sendHandshake(torrent.infoHash);
        liar.send(mutated(session, random));
        w.world.runFor(1_000);
        if (second % 10 === 9) liar.close();
      }
      w.world.runUntilTrue(() => leech.isComplete, 30 * 60_000);

      expect(leech.hasContent, seed).toBe(true);
      for (const peer of honest) expect(bannedHosts(leech).has(peer.host), seed).toBe(false);
    }
  });
});
