import { describe, expect, test } from "vitest";
import { messageWithBody } from "../../../src/wire/protocol/message-encoder.ts";
import * as ids from "../../../src/wire/protocol/message-ids.ts";
import { aTorrent, piecesWhere, type TestTorrent } from "../support/a-torrent.ts";
import { CountingSlabs } from "../support/memory-storage.ts";
import {
  blockMessage,
  emptyMessage,
  indexMessage,
  requestMessage,
  ScriptedPeer,
} from "../support/scripted-peer.ts";
import { type PeerOptions, type SwarmWorld, swarmWorld, type TestPeer } from "../support/swarm-world.ts";

const PLAIN = { hasExtensions: false, hasFast: false, hasDht: false };
const BLOCK = 16_384;

interface Fetching {
  readonly w: SwarmWorld;
  readonly torrent: TestTorrent;
  readonly leech: TestPeer;
}

function aLeech(options: { torrent?: Parameters<typeof aTorrent>[0]; leech?: PeerOptions } = {}): Fetching {
  const w = swarmWorld();
  const torrent = aTorrent(options.torrent ?? { totalBytes: 1_000_000 });
  return { w, torrent, leech: w.addPeer(torrent, options.leech) };
}

/** A scripted peer that has everything, connected to the leech; unchokes it unless told otherwise. */
function aSource(
  { w, torrent, leech }: Fetching,
  options: { plain?: boolean; isSilent?: boolean; choking?: boolean; idByte?: number } = {},
): ScriptedPeer {
  const peer = new ScriptedPeer(w.newHost(), {
    ...(options.plain === true ? { features: PLAIN } : {}),
    ...(options.isSilent === true ? {} : { serves: torrent }),
    idByte: options.idByte ?? 1,
  }).greet(w, leech, torrent.infoHash);
  peer.send(
    options.plain === true ? bitfieldOf(piecesWhere(torrent, () => true).bytes) : emptyMessage(ids.HAVE_ALL),
  );
  if (options.choking !== true) peer.send(emptyMessage(ids.UNCHOKE));
  w.world.runFor(100);
  return peer;
}

describe("fetching", () => {
  test("interest is told when a peer has what we want, and taken back when it has no more", () => {
    const f = aLeech();
    const peer = new ScriptedPeer(f.w.newHost()).greet(f.w, f.leech, f.torrent.infoHash);
    peer.send(emptyMessage(ids.HAVE_NONE));
    f.w.world.runFor(100);
    expect(peer.heardOf("interested")).toEqual([]);

    peer.send(indexMessage(ids.HAVE, 3));
    f.w.world.runFor(100);
    expect(peer.heardOf("interested")).toHaveLength(1);

    const source = aSource(f, { idByte: 2 });
    f.w.world.runUntilTrue(() => f.leech.isComplete, 60_000);
    f.w.world.runFor(500);
    expect(source.sentBlocks).toBeGreaterThan(0);
    expect(peer.heardOf("not-interested")).toHaveLength(1);
  });

  test("nothing is requested while the peer chokes us", () => {
    const f = aLeech();
    const source = aSource(f, { choking: true });

    f.w.world.runFor(5_000);
    expect(source.heardOf("interested")).toHaveLength(1);
    expect(source.heardOf("request")).toEqual([]);

    source.send(emptyMessage(ids.UNCHOKE));
    f.w.world.runUntilTrue(() => f.leech.isComplete, 60_000);
    expect(f.leech.hasContent).toBe(true);
  });

  test("requests leave in one write, grow with what arrives, and respect reqq", () => {
    const f = aLeech({ torrent: { totalBytes: 40_000_000, pieceBytes: 262_144 } });
    const source = new ScriptedPeer(f.w.newHost(), {
      features: { hasExtensions: true, hasFast: true, hasDht: false },
      serves: f.torrent,
    }).greet(f.w, f.leech, f.torrent.infoHash);
    const handshake = new TextEncoder().encode("\x00d1:md11:ut_metadatai3ee4:reqqi20ee");
    source.send(
      messageWithBody(ids.EXTENDED, handshake),
      emptyMessage(ids.HAVE_ALL),
      emptyMessage(ids.UNCHOKE),
    );
    f.w.world.runFor(25);
    const first = f.leech.swarm.peers()[0]?.pendingRequests ?? 0;
    expect(first).toBeGreaterThanOrEqual(2);

    let most = 0;
    f.w.world.runUntilTrue(() => {
      most = Math.max(most, f.leech.swarm.peers()[0]?.pendingRequests ?? 0);
      return f.leech.isComplete;
    }, 120_000);

    expect(f.leech.hasContent).toBe(true);
    expect(most).toBe(20);
  });

  test("without Fast a choke drops the requests, and blocks that crossed it still count", () => {
    const f = aLeech();
    const source = aSource(f, { plain: true, isSilent: true });
    const asked = source.heardOf("request");
    expect(asked.length).toBeGreaterThan(1);
    const [, piece, begin] = (asked[0] as string).split(" ").map(Number) as [number, number, number];

    source.send(emptyMessage(ids.CHOKE), blockOf(f.torrent, piece, begin));
    f.w.world.runFor(300);
    expect(f.leech.swarm.view().totals).toMatchObject({ downloadedBytes: BLOCK, wastedUnrequestedBytes: 0 });
    expect(f.leech.swarm.peers()[0]?.pendingRequests).toBe(0);

    source.send(emptyMessage(ids.UNCHOKE));
    f.w.world.runFor(300);
    const again = source.heardOf("request").slice(asked.length);
    expect(again.length).toBeGreaterThan(1);
    expect(again).not.toContain(asked[0]);
  });

  test("with Fast a choke leaves the requests standing until they are rejected, and then others are asked", () => {
    const f = aLeech();
    const source = aSource(f, { isSilent: true });
    const asked = source.heardOf("request");

    source.send(emptyMessage(ids.CHOKE));
    f.w.world.runFor(300);
    expect(f.leech.swarm.peers()[0]?.pendingRequests).toBe(asked.length);

    source.send(...asked.map((line) => rejectOf(line)));
    f.w.world.runFor(300);
    expect(f.leech.swarm.peers()[0]?.pendingRequests).toBe(0);
    aSource(f, { idByte: 2 });
    f.w.world.runUntilTrue(() => f.leech.isComplete, 60_000);
    expect(f.leech.hasContent).toBe(true);
  });

  test("a peer that rejects while it lets us download is asked again only after a pause that grows", () => {
    const f = aLeech();
    const source = aSource(f, { isSilent: true });
    let answered = 0;
    const rejectAll = () => {
      const asked = source.heardOf("request");
      source.send(...asked.slice(answered).map((line) => rejectOf(line)));
      answered = asked.length;
      f.w.world.runFor(200);
    };
    rejectAll();
    f.w.world.runFor(600);
    expect(source.heardOf("request")).toHaveLength(answered);

    for (let second = 0; second < 60; second++) {
      rejectAll();
      f.w.world.runFor(800);
    }

    expect(answered).toBeLessThan(200);
    expect(source.isOpen).toBe(true);
  });

  test("rejects of what was never asked end the connection when they do not stop", () => {
    const f = aLeech();
    const source = aSource(f, { isSilent: true });

    source.send(...Array.from({ length: 300 }, () => requestMessage(0, 99, BLOCK, ids.REJECT)));
    f.w.world.runFor(300);
    expect(source.isOpen).toBe(true);
    source.send(requestMessage(0, 99, BLOCK, ids.REJECT));
    f.w.world.runFor(300);

    expect(source.isOpen).toBe(false);
  });

  test("WI12 unsolicited blocks are counted, never written, and end the connection when they do not stop", () => {
    const f = aLeech();
    const source = aSource(f, { isSilent: true, choking: true });
    const junk = (piece: number, begin: number, length: number) =>
      blockMessage(piece, begin, new Uint8Array(length).fill(0xbd));

    source.send(junk(0, 0, BLOCK), junk(0, 7, BLOCK), junk(99, 0, BLOCK), junk(1, 0, 0), junk(2, 0, 5));
    f.w.world.runFor(500);
    expect(source.isOpen).toBe(true);
    expect(f.leech.swarm.view().totals).toMatchObject({
      downloadedBytes: 0,
      wastedUnrequestedBytes: 3 * BLOCK + 5,
    });
    source.send(...Array.from({ length: 12 }, () => junk(0, 0, BLOCK)));
    f.w.world.runFor(500);

    expect(source.isOpen).toBe(false);
    expect(f.leech.storage.writtenPieces).toEqual([]);
    expect(f.leech.slabs.usedBytes).toBe(0);
  });

  test("W1 a giant length prefix ends the connection before anything is buffered", () => {
    const f = aLeech();
    const source = aSource(f, { isSilent: true });

    source.send(new Uint8Array([0xff, 0xff, 0xff, 0xff]));
    f.w.world.runFor(200);

    expect(source.isOpen).toBe(false);
    expect(f.leech.eventsOf("peer-disconnected")).toMatchObject([
      { reason: "protocol-error", detail: expect.stringContaining("message-too-long") },
    ]);
  });

  test("while choked we fetch what the peer allows fast, and what it rejects we leave", () => {
    const f = aLeech();
    const source = aSource(f, { choking: true });

    source.send(indexMessage(ids.ALLOWED_FAST, 5), indexMessage(ids.ALLOWED_FAST, 9));
    f.w.world.runFor(3_000);

    expect([...f.leech.storage.writtenPieces].sort()).toEqual([5, 9]);
    expect(source.heardOf("request")).toHaveLength(8);
  });

  test("suggested pieces come first", () => {
    const f = aLeech({ torrent: { totalBytes: 10_000_000 } });
    const source = aSource(f, { choking: true, isSilent: true });

    source.send(indexMessage(ids.SUGGEST, 77), emptyMessage(ids.UNCHOKE));
    f.w.world.runFor(300);

    expect(source.heardOf("request")[0]).toBe(`request 77 0 ${BLOCK}`);
  });

  test("WI08 a peer that dribbles loses its requests within twenty seconds, and goes after a minute", () => {
    const f = aLeech();
    const dribbler = aSource(f, { isSilent: true });
    const [first] = dribbler.heardOf("request");
    const [, piece, begin] = (first as string).split(" ").map(Number) as [number, number, number];
    const message = blockOf(f.torrent, piece, begin);
    dribbler.send(message.subarray(0, 17));
    let sent = 17;
    const dribble = (seconds: number) => {
      for (let i = 0; i < seconds; i++) {
        dribbler.send(message.subarray(sent, ++sent));
        f.w.world.runFor(1_000);
      }
    };
    dribble(15);
    aSource(f, { idByte: 2 });
    expect(f.leech.isComplete).toBe(false);

    dribble(10);

    expect(f.leech.isComplete).toBe(true);
    expect(f.leech.hasContent).toBe(true);
    dribble(40);
    expect(dribbler.isOpen).toBe(false);
  });

  test("a peer that goes silent is snubbed after a minute; its late block is still welcome", () => {
    const f = aLeech();
    const source = aSource(f, { isSilent: true });
    const [first] = source.heardOf("request");
    const [, piece, begin] = (first as string).split(" ").map(Number) as [number, number, number];
    f.w.world.runFor(65_000);
    expect(f.leech.viewOf(source)).toMatchObject({ isSnubbed: true, activity: "snubbed" });
    expect(f.leech.viewOf(source)?.pendingRequests).toBeLessThanOrEqual(1);

    source.send(blockOf(f.torrent, piece, begin));
    f.w.world.runFor(1_200);

    expect(f.leech.swarm.view().totals).toMatchObject({
      downloadedBytes: BLOCK,
      wastedUnrequestedBytes: 0,
      wastedRedundantBytes: 0,
    });
    expect(f.leech.viewOf(source)?.isSnubbed).toBe(false);
  });

  test("endgame: the last blocks are asked of two, the loser is cancelled, and little arrives twice", () => {
    const f = aLeech({ torrent: { totalBytes: 1_000_000, pieceBytes: 262_144 } });
    const slow = aSource(f, { isSilent: true });
    expect(slow.heardOf("request").length).toBeGreaterThan(3);

    const fast = aSource(f, { idByte: 2 });
    f.w.world.runUntilTrue(() => f.leech.isComplete, 10_000);

    expect(f.leech.hasContent).toBe(true);
    expect(fast.sentBlocks).toBe(62);
    f.w.world.runFor(200);
    expect(slow.heardOf("cancel")).toHaveLength(slow.heardOf("request").length);
    expect(f.leech.swarm.view().totals.wastedRedundantBytes).toBe(0);
  });

  test("two connections that send one block at the same time never mix their bytes", () => {
    const f = aLeech({ torrent: { totalBytes: BLOCK, pieceBytes: BLOCK } });
    const one = aSource(f, { isSilent: true });
    const two = aSource(f, { isSilent: true, idByte: 2 });
    f.w.world.runFor(2_000);
    expect([one, two].map((peer) => peer.heardOf("request").length)).toEqual([1, 1]);
    const good = blockOf(f.torrent, 0, 0);
    const bad = blockMessage(0, 0, new Uint8Array(BLOCK).fill(0xbd));

    one.send(bad.subarray(0, 8_000));
    f.w.world.runFor(100);
    two.send(good);
    f.w.world.runFor(30);
    one.send(bad.subarray(8_000));
    f.w.world.runFor(1_000);

    expect(f.leech.isComplete).toBe(true);
    expect(f.leech.swarm.view().totals).toMatchObject({
      wastedHashFailBytes: 0,
      wastedRedundantBytes: BLOCK,
    });
  });

  test("the sole source of a bad piece is banned, and the honest peer completes", () => {
    const f = aLeech({ torrent: { totalBytes: 2_000_000, pieceBytes: 131_072 } });
    const poisoner = f.w.addPeer(f.torrent, { have: "all" });
    poisoner.storage.corrupt = (block) => block.fill(0);
    f.leech.meet(poisoner);
    f.w.world.runUntilTrue(() => f.leech.eventsOf("peer-banned").length > 0, 20_000);

    expect(f.leech.eventsOf("piece-bad")[0]?.suspects.map((suspect) => suspect.host)).toEqual([
      poisoner.host,
    ]);
    expect(f.leech.eventsOf("peer-banned")).toMatchObject([{ address: { host: poisoner.host } }]);
    const honest = f.w.addPeer(f.torrent, { have: "all" });
    f.leech.meet(honest, poisoner);
    f.w.world.runUntilTrue(() => f.leech.isComplete, 60_000);

    expect(f.leech.hasContent).toBe(true);
    expect(f.leech.eventsOf("peer-banned")).toHaveLength(1);
    expect(f.leech.swarm.view().totals.wastedHashFailBytes).toBeGreaterThan(0);
    expect(f.leech.swarm.view().counts.bannedPeers).toBe(1);
  });

  test("peers that vanish are missed, and when one returns the download completes", () => {
    const f = aLeech({ torrent: { totalBytes: 20_000_000, pieceBytes: 262_144 } });
    const links = { upBytesPerSecond: 2_000_000, downBytesPerSecond: 2_000_000 };
    const seed = f.w.addPeer(f.torrent, { have: "all", links });
    f.leech.meet(seed);
    f.w.world.runFor(4_000);
    f.w.network.silentHosts.add(seed.host);
    f.w.network.cut(seed.host);
    f.w.world.runFor(500);
    const had = f.leech.swarm.view();
    expect(had.havePieces).toBeGreaterThan(5);
    expect(had.counts.connectedPeers).toBe(0);
    expect(had.unavailablePieces).toBe(had.wantedMissingPieces);

    f.w.world.runFor(60_000);
    f.w.network.silentHosts.delete(seed.host);
    f.w.world.runUntilTrue(() => f.leech.isComplete, 15 * 60_000);

    expect(f.leech.hasContent).toBe(true);
    expect(f.leech.swarm.view().totals.downloadedBytes).toBeLessThan(f.torrent.content.length + 2_000_000);
  });

  test("memory that segments of a long piece give back is used at once, not at the next verdict", () => {
    const slabs = new CountingSlabs(2 * 2 ** 20);
    const f = aLeech({ torrent: { totalBytes: 16 * 2 ** 20, pieceBytes: 16 * 2 ** 20 }, leech: { slabs } });
    const links = { upBytesPerSecond: 100_000_000, downBytesPerSecond: 100_000_000 };
    f.leech.storage.latencyMs = 50;
    f.leech.meet(f.w.addPeer(f.torrent, { have: "all", links }));
    f.w.world.runUntilTrue(() => f.leech.swarm.view().totals.downloadedBytes > 0, 60_000);
    const startedMs = f.w.world.nowMs;
    f.w.world.runUntilTrue(() => f.leech.isComplete, 5 * 60_000);

    // Two segments at a time, each of which comes to memory, is stored, and is missed for a tick at most.
    expect(f.w.world.nowMs - startedMs).toBeLessThan(5_000);
  });

  test("a long piece that lost a segment to the disk before it was complete is fetched anew", () => {
    const f = aLeech({ torrent: { totalBytes: 6 * 2 ** 20, pieceBytes: 3 * 2 ** 20 } });
    let failures = 0;
    f.leech.storage.failsSegmentWith = () => (failures++ === 0 ? "EIO" : undefined);
    const seed = f.w.addPeer(f.torrent, { have: "all" });
    f.leech.meet(seed);
    f.w.world.runUntilTrue(() => f.leech.eventsOf("disk-failed").length > 0, 60_000);
    f.leech.swarm.resumeDownloading();
    f.w.world.runUntilTrue(() => f.leech.isComplete, 5 * 60_000);

    expect(f.leech.eventsOf("disk-failed")).toEqual([{ type: "disk-failed", code: "EIO" }]);
    expect(f.leech.hasContent).toBe(true);
  });

  test("when the disk fails nothing more is asked for, uploading goes on, and it resumes when told", () => {
    const f = aLeech({ torrent: { totalBytes: 3_000_000, pieceBytes: 65_536 } });
    f.leech.storage.failsWith = () => (f.leech.storage.writtenPieces.length >= 10 ? "ENOSPC" : undefined);
    const seed = f.w.addPeer(f.torrent, { have: "all" });
    f.leech.meet(seed);
    f.w.world.runUntilTrue(() => f.leech.eventsOf("disk-failed").length > 0, 60_000);
    f.w.world.runFor(3_000);

    expect(f.leech.eventsOf("disk-failed")).toEqual([{ type: "disk-failed", code: "ENOSPC" }]);
    expect(f.leech.swarm.view()).toMatchObject({ isDownloadHalted: true, havePieces: 10 });
    expect(f.leech.viewOf(seed)).toMatchObject({ pendingRequests: 0, amInterested: false });
    expect(f.leech.eventsOf("peer-banned")).toEqual([]);
    expect(f.leech.slabs.usedBytes).toBe(0);
    const other = new ScriptedPeer(f.w.newHost()).greet(f.w, f.leech, f.torrent.infoHash);
    other.send(emptyMessage(ids.HAVE_NONE), emptyMessage(ids.INTERESTED));
    f.w.world.runFor(200);
    other.send(requestMessage(f.leech.storage.writtenPieces[0] as number, 0));
    f.w.world.runFor(200);
    expect(other.heardOf("block")).toHaveLength(1);

    f.leech.storage.failsWith = () => undefined;
    f.leech.swarm.resumeDownloading();
    f.w.world.runUntilTrue(() => f.leech.isComplete, 60_000);
    expect(f.leech.hasContent).toBe(true);
  });

  test("a piece that got lost on disk is fetched again", () => {
    const f = aLeech();
    const seed = f.w.addPeer(f.torrent, { have: "all" });
    f.leech.meet(seed);
    f.w.world.runUntilTrue(() => f.leech.isComplete, 60_000);
    f.leech.storage.content.fill(0, 0, 65_536);

    f.leech.swarm.pieceLost(0);
    expect(f.leech.swarm.view().wantedMissingPieces).toBe(1);
    f.w.world.runUntilTrue(() => f.leech.eventsOf("wanted-complete").length === 2, 30 * 60_000);

    expect(f.leech.hasContent).toBe(true);
  });

  test("with memory for two segments a torrent of long pieces still completes", () => {
    const w = swarmWorld();
    const torrent = aTorrent({ totalBytes: 12_000_000, pieceBytes: 4_194_304 });
    const slabs = new CountingSlabs(2 * 1_048_576);
    const leech = w.addPeer(torrent, { slabs });
    const seeds = [w.addPeer(torrent, { have: "all" }), w.addPeer(torrent, { have: "all" })];

    leech.meet(...seeds);
    w.world.runUntilTrue(() => leech.isComplete, 120_000);

    expect(leech.hasContent).toBe(true);
    expect(slabs.peakBytes).toBeLessThanOrEqual(2 * 1_048_576);
    expect(slabs.usedBytes).toBe(0);
  });

  test("a stopped swarm gives everything back and continues where it was", () => {
    const f = aLeech({ torrent: { totalBytes: 20_000_000, pieceBytes: 262_144 } });
    const seed = f.w.addPeer(f.torrent, {
      have: "all",
      links: { upBytesPerSecond: 4_000_000, downBytesPerSecond: 4_000_000 },
    });
    f.leech.meet(seed);
    f.w.world.runFor(2_000);

    f.leech.swarm.stop();
    f.w.world.runFor(1_000);
    const view = f.leech.swarm.view();
    expect(view).toMatchObject({ state: "stopped", counts: { connectedPeers: 0, connectingPeers: 0 } });
    expect(view.havePieces).toBeGreaterThan(3);
    expect(f.leech.slabs.usedBytes).toBe(0);
    f.w.world.runFor(60_000);
    expect(f.leech.swarm.view().havePieces).toBe(view.havePieces);

    f.leech.swarm.start();
    f.leech.meet(seed);
    f.w.world.runUntilTrue(() => f.leech.isComplete, 120_000);
    expect(f.leech.hasContent).toBe(true);
  });

  test("upload-only peers and seeds are let go when we want nothing more", () => {
    const f = aLeech({ leech: { have: "all" } });
    const seed = f.w.addPeer(f.torrent, { have: "all" });
    f.leech.meet(seed);
    f.w.world.runFor(3_000);

    expect(f.leech.swarm.view().counts.connectedPeers).toBe(0);
    const partial = new ScriptedPeer(f.w.newHost(), {
      features: { hasExtensions: true, hasFast: true, hasDht: false },
    }).greet(f.w, f.leech, f.torrent.infoHash);
    partial.send(
      emptyMessage(ids.HAVE_NONE),
      messageWithBody(ids.EXTENDED, new TextEncoder().encode("\x00d11:upload_onlyi1ee")),
    );
    f.w.world.runFor(1_500);
    expect(partial.isOpen).toBe(false);
  });

  test("completion is told to peers as upload-only (BEP 21)", () => {
    const f = aLeech({ torrent: { totalBytes: 200_000 } });
    const watcher = new ScriptedPeer(f.w.newHost(), {
      features: { hasExtensions: true, hasFast: true, hasDht: false },
      idByte: 9,
    }).greet(f.w, f.leech, f.torrent.infoHash);
    watcher.send(emptyMessage(ids.HAVE_NONE));
    aSource(f);
    f.w.world.runUntilTrue(() => f.leech.isComplete, 60_000);
    f.w.world.runFor(100);

    const handshakes = watcher
      .heardOf("extended")
      .map((line) => Buffer.from(line.split(" ")[2] ?? "", "hex").toString());
    expect(handshakes.map((text) => text.includes("upload_onlyi1e"))).toEqual([false, true]);
  });

  test("a keep-alive is sent within a minute, and a peer that is silent for two is closed", () => {
    const f = aLeech();
    const peer = new ScriptedPeer(f.w.newHost()).greet(f.w, f.leech, f.torrent.infoHash);

    f.w.world.runFor(60_000);
    expect(peer.heardOf("keep-alive")).toHaveLength(1);
    f.w.world.runFor(58_000);
    expect(peer.isOpen).toBe(true);
    f.w.world.runFor(5_000);

    expect(peer.isOpen).toBe(false);
    expect(f.leech.eventsOf("peer-disconnected")).toMatchObject([{ reason: "idle" }]);
  });

  test("a connection that neither side has any interest in ends after ten minutes", () => {
    const f = aLeech();
    const peer = new ScriptedPeer(f.w.newHost()).greet(f.w, f.leech, f.torrent.infoHash);
    for (let minute = 0; minute < 11; minute++) {
      peer.send(new Uint8Array(4));
      f.w.world.runFor(60_000);
    }

    expect(peer.isOpen).toBe(false);
    expect(f.leech.eventsOf("peer-disconnected")).toMatchObject([{ reason: "useless" }]);
  });
});

function bitfieldOf(bytes: Uint8Array): Uint8Array {
  return messageWithBody(ids.BITFIELD, bytes);
}

function blockOf(torrent: TestTorrent, piece: number, begin: number): Uint8Array {
  const start = torrent.map.startOf(piece) + begin;
  return blockMessage(
    piece,
    begin,
    torrent.content.subarray(start, start + torrent.map.blockBytes(piece, begin / BLOCK)),
  );
}

/** The reject of a request as it was written down. */
function rejectOf(line: string): Uint8Array {
  const [, piece, begin, length] = line.split(" ").map(Number) as [number, number, number, number];
  return requestMessage(piece, begin, length, ids.REJECT);
}
