/** lt_donthave (BEP 54): pieces that we lose, and pieces that peers take back. */
import { describe, expect, test } from "vitest";
import { concatBytes, utf8Bytes } from "../../../src/core/bytes.ts";
import { dontHaveMessage, messageWithBody } from "../../../src/wire/protocol/message-encoder.ts";
import * as ids from "../../../src/wire/protocol/message-ids.ts";
import { aTorrent, piecesWhere, type TestTorrent } from "../support/a-torrent.ts";
import { emptyMessage, indexMessage, requestMessage, ScriptedPeer } from "../support/scripted-peer.ts";
import { type SwarmWorld, swarmWorld, type TestPeer } from "../support/swarm-world.ts";

const OUR_LT_DONTHAVE = 3;
const THEIR_LT_DONTHAVE = 7;

describe("a piece that we lose", () => {
  test("peers that understand it are told, and its requests are rejected", () => {
    const w = swarmWorld();
    const torrent = aTorrent();
    const seed = w.addPeer(torrent, { have: "all" });
    const peer = meet(w, seed, torrent, 1, { lt_donthave: THEIR_LT_DONTHAVE });
    const other = meet(w, seed, torrent, 2, {});

    seed.swarm.pieceLost(2);
    w.world.runFor(200);
    peer.send(emptyMessage(ids.INTERESTED), requestMessage(2, 0));
    w.world.runFor(500);

    expect(peer.heardOf("extended")).toContain(`extended ${THEIR_LT_DONTHAVE} 00000002`);
    expect(peer.heardOf("reject")).toEqual(["reject 2 0 16384"]);
    expect(other.heardOf("extended").some((line) => !line.startsWith("extended 0 "))).toBe(false);
  });

  test("blocks of it that wait for their turn are rejected, those of others are sent", () => {
    const w = swarmWorld();
    const torrent = aTorrent();
    const seed = w.addPeer(torrent, { have: "all" });
    const peer = meet(w, seed, torrent, 1, { lt_donthave: THEIR_LT_DONTHAVE });
    peer.send(emptyMessage(ids.INTERESTED));
    w.world.runFor(500);
    expect(peer.heardOf("unchoke")).toHaveLength(1);
    seed.swarm.setLimits({ maxUpBytesPerSecond: 0 });
    // The first is what the limit had left.
    peer.send(requestMessage(0, 0), requestMessage(2, 0), requestMessage(3, 0), requestMessage(2, 16_384));
    w.world.runFor(500);

    seed.swarm.pieceLost(2);
    seed.swarm.setLimits({ maxUpBytesPerSecond: null });
    w.world.runFor(2_000);

    expect(new Set(peer.heardOf("reject"))).toEqual(new Set(["reject 2 0 16384", "reject 2 16384 16384"]));
    expect(peer.heardOf("block")).toEqual([
      expect.stringMatching(/^block 0 0 /),
      expect.stringMatching(/^block 3 0 /),
    ]);
  });

  test("is fetched again from a peer, which meanwhile knows that we lack it", () => {
    const w = swarmWorld();
    const torrent = aTorrent();
    const seed = w.addPeer(torrent, { have: "all" });
    seed.engine.setLimits({ maxUpBytesPerSecond: 1_000 });
    const leech = w.addPeer(torrent, { have: piecesWhere(torrent, (piece) => piece === 1) });
    leech.meet(seed);
    w.world.runFor(1_000);
    expect(leech.viewOf(seed)?.haveRatio).toBe(1);

    seed.swarm.pieceLost(1);
    w.world.runFor(50);
    expect(leech.viewOf(seed)?.haveRatio).toBe(4 / 5);
    w.world.runFor(30_000);

    expect(seed.eventsOf("piece-verified")).toEqual([{ type: "piece-verified", pieceIndex: 1 }]);
    expect(seed.eventsOf("peer-disconnected")).toEqual([]);
    expect(seed.swarm.view()).toMatchObject({ havePieces: 5, wantedMissingPieces: 0 });
  });
});

describe("a piece that a peer takes back", () => {
  test("is not counted on any more, and interest ends with the last one", () => {
    const w = swarmWorld();
    const torrent = aTorrent();
    const us = w.addPeer(torrent);
    const peer = meet(w, us, torrent, 1, {});
    peer.send(indexMessage(ids.HAVE, 1));
    w.world.runFor(200);
    expect(us.viewOf(peer)?.amInterested).toBe(true);

    peer.send(dontHaveMessage(OUR_LT_DONTHAVE, 1));
    w.world.runFor(200);

    expect(us.viewOf(peer)).toMatchObject({ amInterested: false, haveRatio: 0 });
  });

  test.each([true, false])("its blocks are asked of somebody else, with Fast: %s", (hasFast) => {
    const w = swarmWorld();
    const torrent = aTorrent({ totalBytes: 65_536 });
    const us = w.addPeer(torrent);
    const peer = meet(w, us, torrent, 1, {}, hasFast);
    peer.send(indexMessage(ids.HAVE, 0), emptyMessage(ids.UNCHOKE));
    w.world.runFor(500);
    const asked = peer.heardOf("request");
    expect(asked.length).toBeGreaterThan(0);

    peer.send(dontHaveMessage(OUR_LT_DONTHAVE, 0));
    if (hasFast) {
      for (const line of asked) {
        const [, piece, begin, length] = line.split(" ").map(Number);
        peer.send(requestMessage(piece as number, begin as number, length, ids.REJECT));
      }
    }
    us.meet(w.addPeer(torrent, { have: "all" }));
    w.world.runFor(2_000);

    // Before any time limit of a request.
    expect(us.hasContent).toBe(true);
    expect(peer.isOpen).toBe(true);
  });

  test("before the metadata is known is remembered, unless the peer got it again", () => {
    const w = swarmWorld();
    const torrent = aTorrent();
    const us = w.addPeer(torrent, { have: "magnet" });
    const peer = meet(w, us, torrent, 1, {});
    peer.send(indexMessage(ids.HAVE, 1), indexMessage(ids.HAVE, 2));
    peer.send(dontHaveMessage(OUR_LT_DONTHAVE, 1), dontHaveMessage(OUR_LT_DONTHAVE, 2));
    peer.send(indexMessage(ids.HAVE, 2));
    w.world.runFor(200);
    const seed = w.addPeer(torrent, { have: "all" });
    seed.engine.setLimits({ maxUpBytesPerSecond: 0 });

    us.meet(seed);
    w.world.runUntilTrue(() => us.swarm.view().totalBytes !== undefined, 20_000);

    expect(us.viewOf(peer)?.haveRatio).toBe(1 / torrent.map.pieceCount);
  });

  test.each([
    ["that does not exist", [dontHaveMessage(OUR_LT_DONTHAVE, 5)], "protocol-error"],
    ["in three bytes", [extended(OUR_LT_DONTHAVE, new Uint8Array(3))], "protocol-error"],
    ["in five bytes", [extended(OUR_LT_DONTHAVE, new Uint8Array(5))], "protocol-error"],
    ["again and again", Array.from({ length: 11 }, () => dontHaveMessage(OUR_LT_DONTHAVE, 0)), "flood"],
  ])("W5 a piece %s ends the connection", (_name, messages, reason) => {
    const w = swarmWorld();
    const torrent = aTorrent();
    const us = w.addPeer(torrent);
    const peer = meet(w, us, torrent, 1, {});

    peer.send(...messages);
    w.world.runFor(500);

    expect(us.eventsOf("peer-disconnected")).toMatchObject([{ reason }]);
  });

  test("W5 a seed that changes its mind all the time is let go", () => {
    const w = swarmWorld();
    const torrent = aTorrent({ totalBytes: 3_000_000, pieceBytes: 16_384 });
    const us = w.addPeer(torrent);
    const peer = meet(w, us, torrent, 1, {});
    peer.send(emptyMessage(ids.HAVE_ALL));
    const flip = [dontHaveMessage(OUR_LT_DONTHAVE, 0), indexMessage(ids.HAVE, 0)];

    for (let i = 0; i < 16; i++) peer.send(...flip);
    w.world.runFor(500);
    expect(peer.isOpen).toBe(true);
    peer.send(...flip);
    w.world.runFor(500);

    expect(us.eventsOf("peer-disconnected")).toMatchObject([{ reason: "flood" }]);
  });
});

function meet(
  w: SwarmWorld,
  us: TestPeer,
  torrent: TestTorrent,
  idByte: number,
  names: { readonly lt_donthave?: number },
  hasFast = true,
): ScriptedPeer {
  const features = { hasExtensions: true, hasFast, hasDht: false };
  const peer = new ScriptedPeer(w.newHost(), { features, idByte }).greet(w, us, torrent.infoHash);
  const name = names.lt_donthave === undefined ? "" : `11:lt_donthavei${names.lt_donthave}e`;
  peer.send(extended(0, utf8Bytes(`d1:md${name}ee`)));
  w.world.runFor(100);
  return peer;
}

function extended(id: number, body: Uint8Array): Uint8Array {
  return messageWithBody(ids.EXTENDED, concatBytes([Uint8Array.of(id), body]));
}
