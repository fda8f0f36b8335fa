import { describe, expect, test } from "vitest";
import { messageWithBody } from "../../../src/wire/protocol/message-encoder.ts";
import * as ids from "../../../src/wire/protocol/message-ids.ts";
import { aTorrent, piecesWhere } from "../support/a-torrent.ts";
import { emptyMessage, indexMessage, requestMessage, ScriptedPeer } from "../support/scripted-peer.ts";
import { type PeerOptions, swarmWorld } from "../support/swarm-world.ts";

const PLAIN = { hasExtensions: false, hasFast: false, hasDht: false };
const BLOCK = 16_384;

/** A seed and a scripted peer that is connected, and interested where nothing else is said. */
function served(
  options: { plain?: boolean; uninterested?: boolean; seed?: PeerOptions; totalBytes?: number } = {},
) {
  const w = swarmWorld();
  const torrent = aTorrent({ totalBytes: options.totalBytes ?? 1_000_000 });
  const seed = w.addPeer(torrent, { have: "all", ...options.seed });
  const scripted = options.plain === true ? { features: PLAIN } : {};
  const peer = new ScriptedPeer(w.newHost(), scripted).greet(w, seed, torrent.infoHash);
  if (options.plain !== true) peer.send(emptyMessage(ids.HAVE_NONE));
  if (options.uninterested !== true) peer.send(emptyMessage(ids.INTERESTED));
  w.world.runFor(200);
  return { w, torrent, seed, peer };
}

describe("serving", () => {
  test("a lone interested peer is unchoked at once", () => {
    const { peer } = served();

    expect(peer.heardOf("unchoke")).toEqual(["unchoke"]);
  });

  test("a peer that is not interested stays choked", () => {
    const { w, peer } = served({ uninterested: true });

    w.world.runFor(60_000);

    expect(peer.heardOf("unchoke")).toEqual([]);
  });

  test("requested blocks arrive exact, the last and shortest included, in order", () => {
    const { w, torrent, peer } = served();
    const last = torrent.map.pieceCount - 1;
    const lastBytes = torrent.map.blockBytes(last, torrent.map.blocksOf(last) - 1);
    const lastBegin = (torrent.map.blocksOf(last) - 1) * BLOCK;

    peer.send(
      requestMessage(3, BLOCK),
      requestMessage(0, 100, 7),
      requestMessage(last, lastBegin, lastBytes),
    );
    w.world.runFor(500);

    expect(peer.heardOf("block")).toEqual([
      `block 3 ${BLOCK} ${BLOCK}`,
      "block 0 100 7",
      `block ${last} ${lastBegin} ${lastBytes}`,
    ]);
    const payloads = peer.recording.lines.filter((line) => line.startsWith("payload"));
    const hex = (start: number, length: number) =>
      `payload ${Buffer.from(torrent.content.subarray(start, start + length)).toString("hex")}`;
    expect(payloads[1]).toBe(hex(100, 7));
    expect(payloads[2] === hex(torrent.map.startOf(last) + lastBegin, lastBytes)).toBe(true);
    expect(payloads[0] === hex(3 * 65_536 + BLOCK, BLOCK)).toBe(true);
  });

  test.each([
    ["a block longer than 16 KiB", [0, 0, BLOCK + 1]],
    ["no bytes", [0, 0, 0]],
    ["bytes beyond the piece", [0, 65_536 - 100, 101]],
    ["bytes beyond the last piece", [15, 16_960, 1]],
    ["a piece that does not exist", [16, 0, BLOCK]],
    ["a huge offset", [0, 0xffff_ffff, 2]],
  ])("a request for %s is rejected", (_what, [piece, begin, length]) => {
    const { w, seed, peer } = served();

    peer.send(requestMessage(piece as number, begin as number, length as number));
    w.world.runFor(500);

    expect(peer.heardOf("reject")).toEqual([`reject ${piece} ${begin} ${length}`]);
    expect(peer.isOpen).toBe(true);
    expect(seed.storage.reads).toBe(0);
  });

  test("a request for a piece that we lack is rejected", () => {
    const w = swarmWorld();
    const torrent = aTorrent();
    const us = w.addPeer(torrent, { have: piecesWhere(torrent, (piece) => piece === 0) });
    const peer = new ScriptedPeer(w.newHost()).greet(w, us, torrent.infoHash);
    peer.send(emptyMessage(ids.INTERESTED));
    w.world.runFor(200);

    peer.send(requestMessage(1, 0), requestMessage(0, 0));
    w.world.runFor(500);

    expect(peer.heardOf("reject")).toEqual([`reject 1 0 ${BLOCK}`]);
    expect(peer.heardOf("block")).toEqual([`block 0 0 ${BLOCK}`]);
  });

  test("WI10 more than 300 requests that cannot be served end the connection", () => {
    const { w, seed, peer } = served();

    peer.send(...Array.from({ length: 300 }, () => requestMessage(99, 0)));
    w.world.runFor(500);
    expect(peer.isOpen).toBe(true);
    peer.send(requestMessage(99, 0));
    w.world.runFor(500);

    expect(peer.isOpen).toBe(false);
    expect(seed.eventsOf("peer-disconnected")).toMatchObject([{ reason: "flood" }]);
  });

  test("WI10 of 5,000 requests at once 500 are held and every one is answered exactly once", () => {
    const { w, seed, peer } = served({ seed: { links: { upBytesPerSecond: 2e6, downBytesPerSecond: 2e6 } } });

    peer.send(...Array.from({ length: 5_000 }, (_, i) => requestMessage(i % 15, (i % 4) * BLOCK)));
    w.world.runFor(300);
    const queued = seed.swarm.peers()[0]?.queuedUploads ?? 0;
    expect(queued).toBeGreaterThan(400);
    expect(queued).toBeLessThanOrEqual(532);
    w.world.runFor(60_000);

    expect(peer.heardOf("block").length + peer.heardOf("reject").length).toBe(5_000);
    expect(peer.heardOf("block").length).toBeGreaterThanOrEqual(500);
    expect(seed.engine.view().sendBufferBytes).toBe(0);
  });

  test("WI13 a peer that asks and never reads costs half a megabyte, and goes after two minutes", () => {
    const { w, seed, peer } = served();
    peer.pauseReading();

    peer.send(...Array.from({ length: 500 }, (_, i) => requestMessage(i % 15, (i % 4) * BLOCK)));
    w.world.runFor(10_000);

    expect(seed.engine.view().sendBufferBytes).toBeLessThanOrEqual(512 * 1024);
    expect(seed.engine.view().sendBufferBytes).toBeGreaterThan(0);
    for (let i = 0; i < 4; i++) {
      peer.send(new Uint8Array(4));
      w.world.runFor(30_000);
    }
    expect(seed.eventsOf("peer-disconnected")).toMatchObject([{ reason: "not-reading" }]);
    expect(seed.engine.view().sendBufferBytes).toBe(0);
    w.world.runFor(5_000);
    expect(seed.storage.slotsOut).toBe(0);
  });

  test("with Fast a cancelled request is answered once, by a reject or by its block", () => {
    const { w, seed, peer } = served();
    seed.storage.latencyMs = 200;

    peer.send(...[0, 1, 2, 3].map((block) => requestMessage(0, block * BLOCK)));
    w.world.runFor(100);
    peer.send(...[1, 3].map((block) => requestMessage(0, block * BLOCK, BLOCK, ids.CANCEL)));
    w.world.runFor(1_000);

    expect(peer.heardOf("block")).toEqual([`block 0 0 ${BLOCK}`, `block 0 ${2 * BLOCK} ${BLOCK}`]);
    expect(peer.heardOf("reject")).toEqual([`reject 0 ${BLOCK} ${BLOCK}`, `reject 0 ${3 * BLOCK} ${BLOCK}`]);
    expect(seed.storage.slotsOut).toBe(0);
  });

  test("without Fast a cancelled request is dropped in silence", () => {
    const { w, seed, peer } = served({ plain: true });
    seed.storage.latencyMs = 200;

    peer.send(requestMessage(0, 0), requestMessage(0, BLOCK));
    w.world.runFor(100);
    peer.send(requestMessage(0, 0, BLOCK, ids.CANCEL));
    w.world.runFor(1_000);

    expect(peer.heardOf("block")).toEqual([`block 0 ${BLOCK} ${BLOCK}`]);
  });

  test("a cancel that crosses its block is no offence, a thousand that nothing explains are", () => {
    const { w, peer } = served();
    peer.send(requestMessage(0, 0));
    w.world.runFor(500);
    peer.send(requestMessage(0, 0, BLOCK, ids.CANCEL));
    w.world.runFor(100);
    expect(peer.isOpen).toBe(true);

    peer.send(...Array.from({ length: 1_000 }, () => requestMessage(0, 0, BLOCK, ids.CANCEL)));
    w.world.runFor(500);

    expect(peer.isOpen).toBe(false);
  });

  test("with Fast a choke comes before the rejects of what was asked", () => {
    const { w, seed, peer } = served();
    seed.storage.latencyMs = 60_000;
    peer.send(requestMessage(0, 0), requestMessage(0, BLOCK));
    w.world.runFor(200);

    peer.send(emptyMessage(ids.NOT_INTERESTED));
    w.world.runUntilTrue(() => peer.heardOf("choke").length > 0, 30_000);
    w.world.runFor(200);

    expect(peer.heard.slice(-3)).toEqual(["choke", `reject 0 0 ${BLOCK}`, `reject 0 ${BLOCK} ${BLOCK}`]);
    w.world.runFor(60_000);
    expect(peer.heardOf("block")).toEqual([]);
    expect(seed.storage.slotsOut).toBe(0);
  });

  test("requests of a choked peer are rejected; it has two seconds of grace, then they count", () => {
    const { w, torrent, peer } = served({ uninterested: true, totalBytes: 20_000_000 });
    const granted = peer.heardOf("allowed-fast").map((line) => Number(line.split(" ")[1]));
    const piece = Array.from({ length: torrent.map.pieceCount }, (_, i) => i).find(
      (i) => !granted.includes(i),
    );
    const request = requestMessage(piece as number, 0);
    w.world.runFor(5_000);

    peer.send(...Array.from({ length: 250 }, () => request));
    w.world.runFor(500);
    expect(peer.heardOf("reject")).toHaveLength(250);
    expect(peer.isOpen).toBe(true);
    peer.send(...Array.from({ length: 60 }, () => request));
    w.world.runFor(500);

    expect(peer.isOpen).toBe(false);
  });

  test("allowed fast pieces are served to a choked beginner, a bounded number of times", () => {
    const { w, torrent, peer } = served({ uninterested: true, totalBytes: 20_000_000 });
    const granted = peer.heardOf("allowed-fast").map((line) => Number(line.split(" ")[1]));
    expect(granted).toHaveLength(10);

    peer.send(requestMessage(granted[0] as number, 0));
    w.world.runFor(500);
    expect(peer.heardOf("block")).toEqual([`block ${granted[0]} 0 ${BLOCK}`]);

    for (let round = 0; round < 40; round++) {
      peer.send(
        ...Array.from({ length: 4 }, (_, block) => requestMessage(granted[0] as number, block * BLOCK)),
      );
      w.world.runFor(300);
    }
    const servedBytes = peer.heardOf("block").length * BLOCK;
    expect(servedBytes).toBeLessThanOrEqual(3 * 10 * torrent.map.pieceBytes + 4 * BLOCK);
  });

  test("a peer that has pieces to trade is granted none", () => {
    const w = swarmWorld();
    const torrent = aTorrent({ totalBytes: 20_000_000 });
    const seed = w.addPeer(torrent, { have: "all" });
    const peer = new ScriptedPeer(w.newHost()).greet(w, seed, torrent.infoHash);

    peer.send(messageWithBody(ids.BITFIELD, piecesWhere(torrent, (piece) => piece < 50).bytes));
    w.world.runFor(500);

    expect(peer.heardOf("allowed-fast")).toEqual([]);
  });

  test("a block that the disk cannot read is rejected and reported, and the peer stays", () => {
    const { w, seed, peer } = served();
    seed.storage.isUnreadable = true;

    peer.send(requestMessage(2, 0));
    w.world.runFor(500);

    expect(peer.heardOf("reject")).toEqual([`reject 2 0 ${BLOCK}`]);
    expect(seed.eventsOf("block-unreadable")).toEqual([
      { type: "block-unreadable", pieceIndex: 2, code: "EIO" },
    ]);
    expect(peer.isOpen).toBe(true);
    expect(seed.swarm.view().totals.uploadedBytes).toBe(0);
  });

  test("a peer that vanishes with blocks on their way leaves nothing behind", () => {
    const { w, seed, peer } = served();
    peer.send(...Array.from({ length: 40 }, (_, i) => requestMessage(i % 15, (i % 4) * BLOCK)));
    w.world.runFor(15);

    w.network.cut(peer.host);
    w.world.runFor(1_000);

    expect(seed.storage.slotsOut).toBe(0);
    expect(seed.engine.view()).toMatchObject({ connections: 0, sendBufferBytes: 0 });
  });

  test("HAVE is told once, in batches, and to those only that lack the piece or may be super-seeds", () => {
    const w = swarmWorld();
    const torrent = aTorrent({ totalBytes: 500_000 });
    const seed = w.addPeer(torrent, { have: "all" });
    const leech = w.addPeer(torrent);
    const half = new ScriptedPeer(w.newHost(), { idByte: 1 }).greet(w, leech, torrent.infoHash);
    const lower = piecesWhere(torrent, (piece) => piece < 4);
    half.send(messageWithBody(ids.BITFIELD, lower.bytes), emptyMessage(ids.INTERESTED));
    const idle = new ScriptedPeer(w.newHost(), { idByte: 2 }).greet(w, leech, torrent.infoHash);
    idle.send(messageWithBody(ids.BITFIELD, lower.bytes));
    w.world.runFor(100);

    leech.meet(seed);
    w.world.runUntilTrue(() => leech.isComplete, 60_000);
    w.world.runFor(300);

    expect(half.heardOf("have").sort()).toEqual(["have 4", "have 5", "have 6", "have 7"]);
    // One that lacks pieces and wants none may be a super-seed, which counts on hearing of all.
    expect(idle.heardOf("have")).toHaveLength(torrent.map.pieceCount);
  });

  test("WI09 flapping between choke and unchoke two hundred times a second ends the connection", () => {
    const { w, peer } = served();

    peer.send(...Array.from({ length: 180 }, (_, i) => emptyMessage(i % 2)));
    w.world.runFor(2_000);
    expect(peer.isOpen).toBe(true);
    peer.send(...Array.from({ length: 201 }, (_, i) => emptyMessage(i % 2)));
    w.world.runFor(500);

    expect(peer.isOpen).toBe(false);
  });

  test.each([
    ["a HAVE out of range", [indexMessage(ids.HAVE, 16)]],
    ["HAVE_ALL after HAVE_NONE", [emptyMessage(ids.HAVE_NONE), emptyMessage(ids.HAVE_ALL)]],
    ["HAVE_ALL after a bitfield", [bitfieldOf([0xff, 0]), emptyMessage(ids.HAVE_ALL)]],
    ["HAVE_NONE after HAVE", [indexMessage(ids.HAVE, 1), emptyMessage(ids.HAVE_NONE)]],
    ["a bitfield of another length", [bitfieldOf([0xff, 0, 0])]],
  ])("PA11 WI11 %s ends the connection", (_what, messages) => {
    const w = swarmWorld();
    const torrent = aTorrent({ totalBytes: 1_000_000 });
    const seed = w.addPeer(torrent, { have: "all" });
    const peer = new ScriptedPeer(w.newHost()).greet(w, seed, torrent.infoHash);

    peer.send(...messages);
    w.world.runFor(500);

    expect(peer.isOpen).toBe(false);
    expect(seed.eventsOf("peer-disconnected")).toMatchObject([{ reason: "protocol-error" }]);
  });

  test("PA11 a later bitfield adds what it says, as aria2 sends it in place of many HAVEs", () => {
    const w = swarmWorld();
    const torrent = aTorrent({ totalBytes: 1_000_000 });
    const seed = w.addPeer(torrent, { have: "all" });
    const peer = new ScriptedPeer(w.newHost()).greet(w, seed, torrent.infoHash);
    peer.send(indexMessage(ids.HAVE, 1), bitfieldOf([0x40, 0]), bitfieldOf([0x0f, 0x80]), bitfieldOf([0, 0]));
    w.world.runFor(500);

    expect(peer.isOpen).toBe(true);
    expect(seed.viewOf(peer)?.haveRatio).toBe(6 / 16);
    peer.send(bitfieldOf([0, 0, 0]));
    w.world.runFor(500);
    expect(peer.isOpen).toBe(false);
  });

  test("WI11 bitfield after bitfield ends the connection when they come too fast", () => {
    const w = swarmWorld();
    const torrent = aTorrent({ totalBytes: 1_000_000 });
    const seed = w.addPeer(torrent, { have: "all" });
    const peer = new ScriptedPeer(w.newHost()).greet(w, seed, torrent.infoHash);
    peer.send(...Array.from({ length: 25 }, () => bitfieldOf([0x0f, 0])));
    w.world.runFor(500);

    expect(peer.isOpen).toBe(false);
  });

  test("PA11 spare bits end the connection", () => {
    const w = swarmWorld();
    const torrent = aTorrent({ totalBytes: 9 * 65_536 });
    const seed = w.addPeer(torrent, { have: "all" });
    const peer = new ScriptedPeer(w.newHost()).greet(w, seed, torrent.infoHash);

    peer.send(bitfieldOf([0xff, 0xc0]));
    w.world.runFor(500);

    expect(peer.isOpen).toBe(false);
  });

  test("WI11 a peer that announces its pieces again and again is closed", () => {
    const { w, torrent, peer } = served();

    for (let i = 0; i < 4 * torrent.map.pieceCount; i++) peer.send(indexMessage(ids.HAVE, i % 8));
    w.world.runFor(500);

    expect(peer.isOpen).toBe(false);
  });
});

function bitfieldOf(bytes: readonly number[]): Uint8Array {
  return messageWithBody(ids.BITFIELD, new Uint8Array(bytes));
}
