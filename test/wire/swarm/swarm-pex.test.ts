import { describe, expect, test } from "vitest";
import { concatBytes, fromHex, utf8Bytes } from "../../../src/core/bytes.ts";
import { type Endpoint, endpoint } from "../../../src/core/endpoint.ts";
import { messageWithBody } from "../../../src/wire/protocol/message-encoder.ts";
import * as ids from "../../../src/wire/protocol/message-ids.ts";
import {
  decodePexMessage,
  encodePexMessage,
  PEX_REACHABLE,
  PEX_SEED,
  type PexMessage,
} from "../../../src/wire/protocol/ut-pex.ts";
import { aTorrent, piecesWhere, type TestTorrent } from "../support/a-torrent.ts";
import { ScriptedPeer } from "../support/scripted-peer.ts";
import { type SwarmWorld, swarmWorld, type TestPeer } from "../support/swarm-world.ts";

const EXTENDED = { hasExtensions: true, hasFast: true, hasDht: false };
const OUR_UT_PEX = 2;
const THEIR_UT_PEX = 9;

describe("peer exchange", () => {
  test("peers that know only one of them find each other through it", () => {
    const w = swarmWorld();
    const torrent = aTorrent({ totalBytes: 4_000_000, pieceBytes: 65_536 });
    const links = { upBytesPerSecond: 60_000, downBytesPerSecond: 1_000_000 };
    const hub = w.addPeer(torrent, { have: piecesWhere(torrent, (piece) => piece % 9 === 8) });
    const others = Array.from({ length: 8 }, (_, i) =>
      w.addPeer(torrent, { have: piecesWhere(torrent, (piece) => piece % 9 === i), links }),
    );
    for (const peer of others) peer.meet(hub);

    w.world.runFor(10_000);

    for (const peer of others) {
      expect(peer.swarm.view().counts.connectedPeers).toBe(8);
    }
    const sources = others.flatMap((peer) => peer.swarm.peers().map(({ source }) => source));
    expect(sources.filter((source) => source === "pex")).toHaveLength((8 * 7) / 2);
    w.world.runUntilTrue(() => others.every((peer) => peer.isComplete), 10 * 60_000);
    for (const peer of others) expect(peer.hasContent).toBe(true);
  });

  test("told is who was dialled and who says where it listens, with its flags, and never the listener itself", () => {
    const w = swarmWorld();
    const torrent = aTorrent();
    const us = w.addPeer(torrent, { have: piecesWhere(torrent, (piece) => piece === 0) });
    const seed = w.addPeer(torrent, { have: "all" });
    seed.engine.setLimits({ maxUpBytesPerSecond: 0 });
    us.meet(seed);
    const listens = scripted(w, us, torrent, 1, "1:pi7777e");
    scripted(w, us, torrent, 2, "");
    const told = listen(scripted(w, us, torrent, 3, "1:pi8888e"));

    w.world.runFor(5_000);

    expect(told).toHaveLength(1);
    expect(told[0]?.dropped).toEqual([]);
    expect(new Set(told[0]?.added)).toEqual(
      new Set([
        { address: seed.address, flags: PEX_SEED | PEX_REACHABLE },
        { address: endpoint(listens.host, 7_777), flags: 0 },
      ]),
    );
  });

  test("messages come once a minute at most, and say who has left", () => {
    const w = swarmWorld();
    const torrent = aTorrent();
    const us = w.addPeer(torrent);
    const first = scripted(w, us, torrent, 1, "1:pi7001e");
    const told = listen(scripted(w, us, torrent, 2, "1:pi7002e"));
    w.world.runFor(5_000);
    first.close();
    const third = scripted(w, us, torrent, 3, "1:pi7003e");
    w.world.runFor(50_000);
    expect(told).toHaveLength(1);

    w.world.runFor(20_000);

    expect(told).toHaveLength(2);
    expect(told[1]).toEqual({
      added: [{ address: endpoint(third.host, 7_003), flags: 0 }],
      dropped: [endpoint(first.host, 7_001)],
    });
  });

  test("PA15 W7 of ten thousand named a fourth of the pool at most is dialled, nothing that may not be contacted", () => {
    const w = swarmWorld();
    const torrent = aTorrent();
    const us = w.addPeer(torrent);
    const liar = scripted(w, us, torrent, 1, "");
    const named = Array.from({ length: 50 }, (_, i) => endpoint(`127.9.${i}.1`, 6_881));
    const martians = ["0.0.0.0", "224.0.0.1", "255.255.255.255", "192.0.2.7", "9.9.9.9"];

    liar.send(pex(martians.map((host) => endpoint(host, 6_881))));
    w.world.runFor(60_000);
    expect(us.swarm.view().counts).toMatchObject({ candidates: 0, failedDials: 0, connectingPeers: 0 });
    for (let minute = 0; minute < 5; minute++) {
      liar.send(pex(named.map((address) => ({ ...address, port: 7_000 + minute }))), new Uint8Array(4));
      w.world.runFor(60_000);
    }

    const { candidates, connectingPeers } = us.swarm.view().counts;
    expect(liar.isOpen).toBe(true);
    expect(candidates + connectingPeers).toBeLessThanOrEqual(50);
  });

  test("PA15 the third message within a minute ends the connection, and the early ones are not used", () => {
    const w = swarmWorld();
    const torrent = aTorrent();
    const us = w.addPeer(torrent);
    const flooder = scripted(w, us, torrent, 1, "");
    for (const host of ["127.9.0.1", "127.9.0.2", "127.9.0.3"]) flooder.send(pex([endpoint(host, 6_881)]));
    w.world.runFor(500);
    expect(flooder.isOpen).toBe(true);

    flooder.send(pex([endpoint("127.9.0.4", 6_881)]));
    w.world.runFor(500);

    expect(flooder.isOpen).toBe(false);
    expect(us.eventsOf("peer-disconnected")).toMatchObject([{ reason: "flood" }]);
    expect(us.swarm.view().counts.failedDials).toBe(1);
  });

  test.each([
    ["a list of half an address", extended(OUR_UT_PEX, utf8Bytes("d5:added3:abce"))],
    ["more than 8 KiB", extended(OUR_UT_PEX, new Uint8Array(8_193))],
  ])("PA15 %s ends the connection", (_name, message) => {
    const w = swarmWorld();
    const torrent = aTorrent();
    const us = w.addPeer(torrent);
    const peer = scripted(w, us, torrent, 1, "");

    peer.send(message);
    w.world.runFor(500);

    expect(peer.isOpen).toBe(false);
    expect(us.eventsOf("peer-disconnected")).toMatchObject([{ reason: "protocol-error" }]);
  });

  test("who has everything does not dial seeds", () => {
    const w = swarmWorld();
    const torrent = aTorrent();
    const us = w.addPeer(torrent, { have: "all" });
    const peer = scripted(w, us, torrent, 1, "");
    const address = endpoint("127.9.0.1", 6_881);

    peer.send(extended(OUR_UT_PEX, encodePexMessage({ added: [{ address, flags: PEX_SEED }], dropped: [] })));
    w.world.runFor(5_000);

    expect(us.swarm.view().counts).toMatchObject({ candidates: 0, failedDials: 0, connectingPeers: 0 });
  });

  test("switched off, nothing is announced, told or heard", () => {
    const w = swarmWorld();
    const torrent = aTorrent();
    const us = w.addPeer(torrent, { config: { exchangesPeers: false } });
    scripted(w, us, torrent, 1, "1:pi7001e");
    const peer = scripted(w, us, torrent, 2, "1:pi7002e");
    const told = listen(peer);

    peer.send(pex([endpoint("127.9.0.1", 6_881)]));
    w.world.runFor(10_000);

    expect(told).toEqual([]);
    expect(us.swarm.view().counts).toMatchObject({ candidates: 0, failedDials: 0, connectingPeers: 0 });
    const handshake = peer.heardOf("extended 0")[0] ?? peer.heardOf("extended")[0] ?? "";
    expect(Buffer.from(fromHex(handshake.split(" ")[2] ?? "") ?? []).toString("latin1")).not.toContain(
      "ut_pex",
    );
  });
});

/** A peer that is connected to `us` and takes peer exchange; `fields` of its extension handshake follow `m`. */
function scripted(
  w: SwarmWorld,
  us: TestPeer,
  torrent: TestTorrent,
  idByte: number,
  fields: string,
): ScriptedPeer {
  const peer = new ScriptedPeer(w.newHost(), { features: EXTENDED, idByte }).greet(w, us, torrent.infoHash);
  peer.send(extended(0, utf8Bytes(`d1:md6:ut_pexi${THEIR_UT_PEX}ee${fields}e`)));
  return peer;
}

/** What the peer is told from now on. */
function listen(peer: ScriptedPeer): PexMessage[] {
  const told: PexMessage[] = [];
  peer.onExtended = (id, body) => {
    if (id !== THEIR_UT_PEX) return;
    const message = decodePexMessage(body);
    if (message.ok) told.push(message.value);
  };
  return told;
}

function pex(addresses: readonly Endpoint[]): Uint8Array {
  const added = addresses.map((address) => ({ address, flags: 0 }));
  return extended(OUR_UT_PEX, encodePexMessage({ added, dropped: [] }));
}

function extended(id: number, body: Uint8Array): Uint8Array {
  return messageWithBody(ids.EXTENDED, concatBytes([Uint8Array.of(id), body]));
}
