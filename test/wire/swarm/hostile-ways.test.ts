/**
 * What hostile peers do (threats WI) over uTP and in RC4: the rules are above the transport, and so they must hold over each. A few here;
 * whole files run again another way with WIRE_WAY=utp or rc4, as the soak does.
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
