import { describe, expect, test } from "vitest";
import { aTorrent, piecesWhere } from "../support/a-torrent.ts";
import { swarmWorld } from "../support/swarm-world.ts";

/** Thirty megabytes take two seconds of a core; a busy machine gives them less than that. */
const BUSY_MACHINE_MS = 30_000;

describe("transfer", () => {
  test("a leech completes from a seed, and both let go of each other", () => {
    const { world, addPeer } = swarmWorld();
    const torrent = aTorrent();
    const seed = addPeer(torrent, { have: "all" });
    const leech = addPeer(torrent);

    leech.meet(seed);
    world.runUntilTrue(() => leech.isComplete, 60_000);

    expect(leech.isComplete).toBe(true);
    expect(leech.hasContent).toBe(true);
    expect(leech.eventsOf("piece-verified")).toHaveLength(torrent.map.pieceCount);
    expect(leech.swarm.view().totals).toMatchObject({
      downloadedBytes: torrent.content.length,
      wastedHashFailBytes: 0,
      wastedRedundantBytes: 0,
      wastedUnrequestedBytes: 0,
    });
    world.runFor(3_000);
    expect(leech.swarm.view().counts.connectedPeers).toBe(0);
    expect(leech.eventsOf("peer-disconnected").map((event) => event.reason)).toEqual(["useless"]);
    expect(leech.slabs.usedBytes).toBe(0);
    expect(seed.storage.slotsOut).toBe(0);
    expect(seed.swarm.view().totals.uploadedBytes).toBe(torrent.content.length);
    world.runFor(8 * 60_000);
    for (const peer of [seed, leech]) expect(peer.eventsOf("peer-connected")).toHaveLength(1);
  });

  test("who wants nothing and has nothing watches: seeds stay, and not a block is asked for", () => {
    const { world, addPeer } = swarmWorld();
    const torrent = aTorrent();
    const seed = addPeer(torrent, { have: "all" });
    const watcher = addPeer(torrent, { priorities: new Uint8Array(torrent.map.pieceCount) });

    watcher.meet(seed);
    world.runFor(30_000);

    const view = watcher.swarm.view();
    expect(view.counts).toMatchObject({ connectedPeers: 1, connectedSeeds: 1 });
    expect(view.copies).toBe(1);
    expect(view.totals.downloadedBytes).toBe(0);
  });

  test.each([
    ["one piece shorter than a block", 1_000, 16_384],
    ["an exact number of pieces", 65_536 * 3, 65_536],
    ["a last piece of one byte", 65_536 * 3 + 1, 65_536],
    ["pieces that are no multiple of a block", 200_000, 50_000],
    ["pieces longer than a segment", 5_000_000, 2_097_152 + 16_384],
    ["pieces of half a block", 100_000, 8_192],
  ])("content of %s arrives exact", (_what, totalBytes, pieceBytes) => {
    const { world, addPeer } = swarmWorld();
    const torrent = aTorrent({ totalBytes, pieceBytes });
    const seed = addPeer(torrent, { have: "all" });
    const leech = addPeer(torrent);

    leech.meet(seed);
    world.runUntilTrue(() => leech.isComplete, 60_000);

    expect(leech.hasContent).toBe(true);
    expect(leech.slabs.usedBytes).toBe(0);
  });

  test(
    "a magnet gets its metadata, then its content",
    () => {
      const { world, addPeer } = swarmWorld();
      const torrent = aTorrent({ totalBytes: 30_000_000, pieceBytes: 16_384 });
      const seed = addPeer(torrent, { have: "all" });
      const leech = addPeer(torrent, { have: "magnet" });

      leech.meet(seed);
      world.runUntilTrue(() => leech.eventsOf("metadata-complete").length > 0, 10_000);

      expect(leech.eventsOf("metadata-complete")[0]?.rawInfo).toEqual(torrent.rawInfo);
      expect(torrent.rawInfo.length).toBeGreaterThan(2 * 16_384);
      world.runUntilTrue(() => leech.isComplete, 60_000);
      expect(leech.hasContent).toBe(true);
    },
    BUSY_MACHINE_MS,
  );

  test("one that got its metadata from peers serves it to others", () => {
    const { world, addPeer } = swarmWorld();
    const torrent = aTorrent();
    const seed = addPeer(torrent, { have: "all" });
    const first = addPeer(torrent, { have: "magnet" });
    const second = addPeer(torrent, { have: "magnet" });
    first.meet(seed);
    world.runUntilTrue(() => first.isComplete, 60_000);
    seed.swarm.stop();

    second.meet(first);
    world.runUntilTrue(() => second.isComplete, 60_000);

    expect(second.hasContent).toBe(true);
  });

  test("peers with halves of the content complete each other", () => {
    const { world, addPeer } = swarmWorld();
    const torrent = aTorrent({ totalBytes: 2_000_000, pieceBytes: 32_768 });
    const even = addPeer(torrent, { have: piecesWhere(torrent, (piece) => piece % 2 === 0) });
    const odd = addPeer(torrent, { have: piecesWhere(torrent, (piece) => piece % 2 === 1) });

    even.meet(odd);
    world.runUntilTrue(() => even.isComplete && odd.isComplete, 60_000);

    expect(even.hasContent).toBe(true);
    expect(odd.hasContent).toBe(true);
  });

  test("in a swarm of three the leeches exchange what the seed gave to one of them", () => {
    const { world, addPeer } = swarmWorld();
    const torrent = aTorrent({ totalBytes: 8_000_000, pieceBytes: 65_536 });
    const links = { upBytesPerSecond: 1_000_000, downBytesPerSecond: 10_000_000 };
    const seed = addPeer(torrent, { have: "all", links });
    const leeches = [addPeer(torrent, { links }), addPeer(torrent, { links })];
    leeches[0]?.meet(seed);
    leeches[1]?.meet(seed, ...leeches.slice(0, 1));

    world.runUntilTrue(() => leeches.every((leech) => leech.isComplete), 120_000);

    for (const leech of leeches) expect(leech.hasContent).toBe(true);
    expect(seed.swarm.view().totals.uploadedBytes).toBeLessThan(1.6 * torrent.content.length);
    for (const leech of leeches) expect(leech.swarm.view().totals.uploadedBytes).toBeGreaterThan(1_000_000);
  });

  test("only what is wanted is fetched, and more when more is wanted", () => {
    const { world, addPeer } = swarmWorld();
    const torrent = aTorrent({ totalBytes: 640_000, pieceBytes: 32_000 });
    const seed = addPeer(torrent, { have: "all" });
    const priorities = new Uint8Array(torrent.map.pieceCount).fill(4, 0, 5);
    const leech = addPeer(torrent, { priorities });

    leech.meet(seed);
    world.runUntilTrue(() => leech.isComplete, 60_000);

    expect([...leech.storage.writtenPieces].sort()).toEqual([0, 1, 2, 3, 4]);
    leech.swarm.setPriorities(new Uint8Array(torrent.map.pieceCount).fill(4));
    leech.meet(seed);
    world.runUntilTrue(() => leech.eventsOf("wanted-complete").length === 2, 20 * 60_000);
    expect(leech.hasContent).toBe(true);
  });
});
