/**
 * What hostile peers do (threats WI) over uTP and in RC4: the rules are above the transport, and so they must hold over each. A few here;
 * the soak runs those of whole swarms again with WIRE_WAY=utp and rc4.
 */
import { expect, test } from "vitest";
import * as ids from "../../../src/wire/protocol/message-ids.ts";
import { aTorrent } from "../support/a-torrent.ts";
import { expectPoisonHandled, poisonedSwarm } from "../support/poisoned-swarm.ts";
import { emptyMessage, indexMessage, ScriptedPeer } from "../support/scripted-peer.ts";
import { swarmWorld } from "../support/swarm-world.ts";

const SMALL = { seeds: 6, totalBytes: 1_000_000, pieceBytes: 65_536 };

test.each(["rc4", "utp"] as const)(
  "WI04 over %s two of six peers poison, and the download ends exact",
  (way) => {
    expectPoisonHandled(poisonedSwarm({ ...SMALL, poisoners: 2, way }), way);
  },
);

test.each(["rc4", "utp"] as const)(
  "WI16 over %s all peers die in the middle, others come, and it completes",
  (way) => {
    const w = swarmWorld({ way });
    const torrent = aTorrent({ totalBytes: 1_000_000, pieceBytes: 65_536 });
    const first = w.addPeer(torrent, { have: "all" });
    const leech = w.addPeer(torrent);
    leech.meet(first);
    w.world.runUntilTrue(() => leech.swarm.view().havePieces > 3, 60_000);
    first.engine.close();
    leech.meet(w.addPeer(torrent, { have: "all" }));
    w.world.runUntilTrue(() => leech.isComplete, 300_000);
    expect(leech.hasContent).toBe(true);
  },
);

test("WI19 over uTP of two connections opened towards each other one remains", () => {
  const w = swarmWorld({ way: "utp" });
  const torrent = aTorrent({ totalBytes: 50_000_000, pieceBytes: 262_144 });
  const a = w.addPeer(torrent, { have: "all" });
  const b = w.addPeer(torrent);
  a.meet(b);
  b.meet(a);
  // Long before all is fetched: two seeds part.
  w.world.runFor(300);
  for (const { swarm } of [a, b])
    expect(swarm.view().counts).toMatchObject({ connectedPeers: 1, connectingPeers: 0 });
  expect(a.swarm.peers()[0]?.isIncoming).not.toBe(b.swarm.peers()[0]?.isIncoming);
});

test("WI09 over uTP flapping between choke and unchoke ends the connection", () => {
  const w = swarmWorld({ way: "utp" });
  const torrent = aTorrent();
  const us = w.addPeer(torrent);
  const peer = new ScriptedPeer(w.newHost()).greet(w, us, torrent.infoHash);
  for (let i = 0; i < 300; i++) peer.send(emptyMessage(ids.CHOKE), emptyMessage(ids.UNCHOKE));
  w.world.runFor(5_000);
  expect(peer.isOpen).toBe(false);
});

test("WI11 over uTP a HAVE that is out of range ends the connection", () => {
  const w = swarmWorld({ way: "utp" });
  const torrent = aTorrent();
  const us = w.addPeer(torrent);
  const peer = new ScriptedPeer(w.newHost()).greet(w, us, torrent.infoHash);
  peer.send(indexMessage(ids.HAVE, torrent.map.pieceCount));
  w.world.runFor(5_000);
  expect(peer.isOpen).toBe(false);
});

test("WI07 over uTP who dribbles its handshake is gone after ten seconds", () => {
  const w = swarmWorld({ way: "utp" });
  const us = w.addPeer(aTorrent());
  const peer = new ScriptedPeer(w.newHost()).dial(w, us);
  for (let second = 0; second < 15; second++) {
    peer.send(Uint8Array.of(second === 0 ? 19 : 0x42));
    w.world.runFor(1_000);
  }
  expect(peer.isOpen).toBe(false);
});
