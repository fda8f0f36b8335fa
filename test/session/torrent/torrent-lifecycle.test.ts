/** The life of one torrent as its user sees it. */
import { describe, expect, test } from "vitest";
import type { SessionPlatform, TorrentDisk } from "../../../src/session/session-ports.ts";
import { aTorrent, PIECE_BYTES, singleFileInfo, torrentBytes } from "../../support/a-torrent.ts";
import { filledFile, filledFolder, fingerprint } from "../../support/filled-torrent.ts";
import { FOLDER, type Machine, magnetOf, SessionWorld, torrentFile } from "../support/session-world.ts";

const PIECE = 32_768;
const LONG = filledFile("long.bin", 60 * PIECE + 17, PIECE);
const ALBUM = filledFolder(
  "album",
  [
    { path: ["one.flac"], lengthBytes: 3 * PIECE },
    { path: ["two.flac"], lengthBytes: 3 * PIECE + 5 },
    { path: ["cover.jpg"], lengthBytes: 2 * PIECE },
    { path: ["notes"], lengthBytes: 0 },
  ],
  PIECE,
);
const LONG_PATH = `${FOLDER}/long.bin`;

/** A machine that has `LONG` half, at a rate that leaves time to act. */
async function openHalfway(net: SessionWorld): Promise<Machine> {
  await net.openSeeder("10.0.1.1", LONG);
  const machine = await net.open("10.0.2.1", { remember: true, maxDownBytesPerSecond: 100_000 });
  await net.settled(machine.session.commands.add(magnetOf(LONG), {}));
  await net.until(() => machine.torrent(LONG.metainfo.id).havePieces >= 20);
  return machine;
}

function logOf(machine: Machine): string {
  return machine.session
    .getSnapshot()
    .log.map((line) => line.text)
    .join("\n");
}

describe("pausing", () => {
  test("stops all traffic, and resuming goes on from there without hashing anything again", async () => {
    const net = new SessionWorld(41);
    const machine = await openHalfway(net);
    const { id } = LONG.metainfo;
    await machine.session.commands.pause(id);
    await net.until(() => machine.torrent(id).counts.connectedPeers === 0);
    // Pieces that were complete still land on the disk.
    await net.runFor(1_000);
    const paused = machine.torrent(id);
    expect(paused).toMatchObject({ phase: "paused", diagnosis: { code: "U1" } });
    await net.runFor(60_000);
    expect(machine.torrent(id).havePieces).toBe(paused.havePieces);
    await machine.session.commands.resume(id);
    await net.untilPhase(machine, id, "seeding");

    expect(machine.memory.disk.checkedPieces).toBe(0);
    expect(fingerprint(machine.memory.disk.read(LONG_PATH))).toBe(fingerprint(LONG.content));
  });

  test("and resuming in quick turns ends with what was asked for last", async () => {
    const net = new SessionWorld(42);
    const machine = await openHalfway(net);
    const { id } = LONG.metainfo;
    const { pause, resume } = machine.session.commands;
    for (let turn = 0; turn < 5; turn++) await Promise.all([pause(id), resume(id)]);
    await pause(id);
    await net.untilPhase(machine, id, "paused");
    await net.until(() => machine.torrent(id).counts.connectedPeers === 0);
    await Promise.all([resume(id), pause(id), resume(id)]);
    await net.untilPhase(machine, id, "seeding");
  });

  test("from the start keeps a torrent from touching network and disk", async () => {
    const net = new SessionWorld(43);
    await net.openSeeder("10.0.1.1", ALBUM);
    const machine = await net.open("10.0.2.1");
    const { id } = await net.settled(machine.session.commands.add(magnetOf(ALBUM), { paused: true }));
    await net.runFor(30_000);

    expect(machine.torrent(id)).toMatchObject({ phase: "paused", pieceCount: null });
    expect(machine.torrent(id).milestones.firstPeerMs).toBeNull();
    expect(machine.memory.disk.files.size).toBe(0);
  });
});

describe("needing more than before", () => {
  /** Both have everything, and have parted because of it. */
  async function openParted(net: SessionWorld): Promise<Machine> {
    await net.openSeeder("10.0.1.1", ALBUM);
    const machine = await net.open("10.0.2.1", { dht: false });
    await net.settled(
      machine.session.commands.add(torrentFile(ALBUM), { peers: ["10.0.1.1:20000"], select: "1,3" }),
    );
    const { id } = ALBUM.metainfo;
    await net.untilPhase(machine, id, "seeding");
    await net.until(() => machine.torrent(id).counts.connectedPeers === 0);
    return machine;
  }

  test("because a check found damage calls back peers that had nothing for us", async () => {
    const net = new SessionWorld(461);
    const machine = await openParted(net);
    const { id } = ALBUM.metainfo;
    machine.memory.disk.place(`${FOLDER}/album/one.flac`, new Uint8Array(3 * PIECE));
    const before = net.world.nowMs;
    await net.settled(machine.session.commands.verify(id));
    await net.untilPhase(machine, id, "downloading");
    await net.untilPhase(machine, id, "seeding");

    expect(net.world.nowMs - before).toBeLessThan(60_000);
    expect(fingerprint(machine.memory.disk.read(`${FOLDER}/album/one.flac`))).toBe(
      fingerprint(ALBUM.fileContent(0)),
    );
  });

  test("because more files are selected calls them back too", async () => {
    const net = new SessionWorld(462);
    const machine = await openParted(net);
    const { id } = ALBUM.metainfo;
    const before = net.world.nowMs;
    await net.settled(machine.session.commands.setFilePriorities(id, [4, 4, 4, 4]));
    await net.until(() => machine.torrent(id).havePieces === ALBUM.metainfo.pieceMap.pieceCount);

    expect(net.world.nowMs - before).toBeLessThan(60_000);
  });
});

describe("removing", () => {
  test("forgets the torrent and keeps its files", async () => {
    const net = new SessionWorld(44);
    const machine = await openHalfway(net);
    const { id } = LONG.metainfo;
    await net.settled(machine.session.commands.remove(id, { deleteData: false }));

    expect(machine.session.getSnapshot().torrents).toEqual([]);
    expect(machine.memory.disk.read(LONG_PATH)).toBeDefined();
    expect([...machine.memory.records.keys()].filter((name) => name.includes(id))).toEqual([]);
    await net.close(machine);
    const again = await net.open("10.0.2.1", { remember: true, memory: machine.memory });
    expect(again.session.getSnapshot().torrents).toEqual([]);
  });

  test("can be taken back for some minutes, and all is as it was", async () => {
    const net = new SessionWorld(451);
    const machine = await openHalfway(net);
    const { id } = LONG.metainfo;
    const { commands } = machine.session;
    await net.settled(commands.setTorrent(id, { labels: ["kept"] }));
    await net.settled(commands.remove(id, { deleteData: false }));
    await net.runFor(60_000);
    await net.settled(commands.restore(id));
    expect(machine.torrent(id)).toMatchObject({ labels: ["kept"], name: "long.bin" });
    await net.untilPhase(machine, id, "seeding");
    await net.close(machine);
    const again = await net.open("10.0.2.1", { remember: true, memory: machine.memory });
    await net.untilPhase(again, id, "seeding");

    expect(fingerprint(again.memory.disk.read(LONG_PATH))).toBe(fingerprint(LONG.content));
    expect(again.torrent(id).totals.downloadedBytes).toBeLessThan(LONG.content.length + 10 * PIECE);
  });

  test("cannot be taken back later, twice, or when the data went too", async () => {
    const net = new SessionWorld(452);
    const machine = await net.open("10.0.2.1");
    const { id } = LONG.metainfo;
    const { add, remove, restore } = machine.session.commands;
    const gone = { code: "NOT_FOUND" };
    await net.settled(add(magnetOf(LONG), { paused: true }));
    await net.settled(remove(id, { deleteData: false }));
    await net.settled(restore(id));
    await expect(restore(id)).rejects.toMatchObject(gone);
    await net.settled(remove(id, { deleteData: false }));
    await net.runFor(601_000);
    await expect(restore(id)).rejects.toMatchObject(gone);
    await net.settled(add(magnetOf(LONG), { paused: true }));
    await net.settled(remove(id, { deleteData: true }));
    await expect(restore(id)).rejects.toMatchObject(gone);
  });

  test("with its data deletes the files that it made, and no others", async () => {
    const net = new SessionWorld(45);
    await net.openSeeder("10.0.1.1", ALBUM);
    const machine = await net.open("10.0.2.1");
    machine.memory.disk.place(`${FOLDER}/album/cover.jpg`, ALBUM.fileContent(2));
    machine.memory.disk.place(`${FOLDER}/album/own.txt`, Uint8Array.of(1));
    const { id } = await net.settled(machine.session.commands.add(torrentFile(ALBUM), {}));
    await net.untilPhase(machine, id, "seeding");
    expect(machine.memory.disk.files.size).toBe(5);
    await net.settled(machine.session.commands.remove(id, { deleteData: true }));

    expect([...machine.memory.disk.files.keys()].sort()).toEqual([
      `${FOLDER}/album/cover.jpg`,
      `${FOLDER}/album/own.txt`,
    ]);
  });

  test("in the midst of a download ends it at once", async () => {
    const net = new SessionWorld(46);
    const machine = await openHalfway(net);
    const beforeMs = net.world.nowMs;
    await net.settled(machine.session.commands.remove(LONG.metainfo.id, { deleteData: true }));

    expect(net.world.nowMs - beforeMs).toBeLessThan(500);
    expect(machine.memory.disk.files.size).toBe(0);
    await net.runFor(30_000);
    expect(machine.memory.disk.files.size).toBe(0);
    expect([...machine.memory.records.keys()].filter((name) => name.startsWith("resume"))).toEqual([]);
  });
});

describe("a full disk", () => {
  test("ST01 stops the torrent, which goes on by itself within 30 s of space", async () => {
    const net = new SessionWorld(47);
    await net.openSeeder("10.0.1.1", LONG);
    const memory = net.newMemory();
    memory.disk.freeSpaceBytes = 70 * PIECE;
    const machine = await net.open("10.0.2.1", { memory, maxDownBytesPerSecond: 200_000 });
    const { id } = await net.settled(machine.session.commands.add(magnetOf(LONG), {}));
    await net.until(() => machine.torrent(id).havePieces >= 10);
    memory.disk.freeSpaceBytes = 3 * PIECE;
    const failed = await net.untilPhase(machine, id, "failed");
    expect(failed.failure?.code).toBe("DISK_FULL");
    await net.runFor(60_000);
    expect(machine.torrent(id).phase).toBe("failed");
    memory.disk.freeSpaceBytes = 100 * PIECE;
    const beforeMs = net.world.nowMs;
    await net.until(() => machine.torrent(id).phase === "downloading");
    expect(net.world.nowMs - beforeMs).toBeLessThanOrEqual(30_000);
    await net.untilPhase(machine, id, "seeding");

    expect(fingerprint(memory.disk.read(LONG_PATH))).toBe(fingerprint(LONG.content));
  });

  test("is noticed before anything is fetched", async () => {
    const net = new SessionWorld(48);
    await net.openSeeder("10.0.1.1", LONG);
    const memory = net.newMemory();
    memory.disk.freeSpaceBytes = 10 * PIECE;
    const machine = await net.open("10.0.2.1", { memory });
    const { id } = await net.settled(machine.session.commands.add(magnetOf(LONG), {}));
    const failed = await net.untilPhase(machine, id, "failed");

    expect(failed.failure?.code).toBe("DISK_FULL");
    expect(failed.totals.downloadedBytes).toBe(0);
  });
});

describe("what Starling refuses", () => {
  const privateInfo = singleFileInfo({ private: 1, name: "secret" });

  test("a private torrent file", async () => {
    const net = new SessionWorld(49);
    const { session } = await net.open("10.0.1.1");
    const add = session.commands.add({ kind: "metainfo", bytes: torrentBytes(privateInfo) }, {});

    await expect(net.settled(add)).rejects.toMatchObject({ code: "TORRENT_PRIVATE" });
    expect(session.getSnapshot().torrents).toEqual([]);
  });

  test("a private torrent that shows itself as one only when its metadata comes", async () => {
    const net = new SessionWorld(50);
    const secret = aTorrent(privateInfo);
    await net.openMetadataServer("10.0.1.1", 7000, secret);
    const machine = await net.open("10.0.2.1");
    const { id } = await net.settled(
      machine.session.commands.add(
        { kind: "magnet", text: `magnet:?xt=urn:btih:${secret.id}&x.pe=10.0.1.1:7000` },
        {},
      ),
    );
    const failed = await net.untilPhase(machine, id, "failed");

    expect(failed).toMatchObject({
      name: "secret",
      isPrivate: true,
      failure: { code: "TORRENT_PRIVATE" },
      diagnosis: { code: "U6", severity: "problem" },
    });
    await expect(machine.session.commands.resume(id)).rejects.toMatchObject({ code: "TORRENT_PRIVATE" });
    await expect(machine.session.commands.verify(id)).rejects.toMatchObject({ code: "TORRENT_PRIVATE" });
    expect(machine.memory.disk.files.size).toBe(0);
    await net.until(() => machine.torrent(id).counts.connectedPeers === 0);
  });

  test("a v2-only torrent, as file and as link", async () => {
    const net = new SessionWorld(51);
    const { session } = await net.open("10.0.1.1");
    const info = {
      "file tree": { a: { "": { length: 1, "pieces root": new Uint8Array(32) } } },
      "meta version": 2,
      name: "a",
      "piece length": PIECE_BYTES,
    };

    await expect(
      net.settled(session.commands.add({ kind: "metainfo", bytes: torrentBytes(info) }, {})),
    ).rejects.toMatchObject({ code: "TORRENT_V2_ONLY" });
    await expect(
      net.settled(
        session.commands.add({ kind: "magnet", text: `magnet:?xt=urn:btmh:1220${"ab".repeat(32)}` }, {}),
      ),
    ).rejects.toMatchObject({ code: "TORRENT_V2_ONLY" });
  });
});

describe("a torrent that is added for its metadata only", () => {
  test("rests when that is here, creates nothing and is not remembered", async () => {
    const net = new SessionWorld(52);
    await net.openSeeder("10.0.1.1", ALBUM);
    const machine = await net.open("10.0.2.1", { remember: true });
    const { id } = await net.settled(machine.session.commands.add(magnetOf(ALBUM), { metadataOnly: true }));
    const known = await net.untilPhase(machine, id, "paused");
    await net.runFor(30_000);

    expect(known).toMatchObject({ name: "album", pieceCount: ALBUM.metainfo.pieceMap.pieceCount });
    expect(machine.torrent(id).totals.downloadedBytes).toBe(0);
    expect(machine.memory.disk.files.size).toBe(0);
    expect(await machine.session.commands.exportTorrent(id)).toEqual(torrentFile(ALBUM).bytes);
    await net.close(machine);
    expect([...machine.memory.records.keys()].filter((name) => name.includes(id))).toEqual([]);
  });

  test("is downloaded when it is added again in earnest", async () => {
    const net = new SessionWorld(53);
    await net.openSeeder("10.0.1.1", ALBUM);
    const machine = await net.open("10.0.2.1", { remember: true });
    const { commands } = machine.session;
    const { id } = await net.settled(commands.add(magnetOf(ALBUM), { metadataOnly: true }));
    await net.untilPhase(machine, id, "paused");
    const again = await net.settled(commands.add(magnetOf(ALBUM), { select: "cover.jpg" }));
    expect(again).toEqual({ id, isNew: true });
    await net.untilPhase(machine, id, "seeding");

    expect([...machine.memory.disk.files.keys()]).toEqual([`${FOLDER}/album/cover.jpg`]);
    expect(machine.session.getSnapshot().torrents).toHaveLength(1);
  });
});

describe("a seeding goal", () => {
  test("of ratio 0 finishes the torrent as soon as it is complete", async () => {
    const net = new SessionWorld(54);
    await net.openSeeder("10.0.1.1", ALBUM);
    const machine = await net.open("10.0.2.1");
    const { id } = await net.settled(machine.session.commands.add(magnetOf(ALBUM), { seedRatio: 0 }));
    const done = await net.untilPhase(machine, id, "finished");

    expect(done).toMatchObject({ progressRatio: 1 });
    expect(done.finishedAtUnixMs).not.toBeNull();
    await net.until(() => machine.torrent(id).counts.connectedPeers === 0);
    expect(fingerprint(machine.memory.disk.read(`${FOLDER}/album/two.flac`))).toBe(
      fingerprint(ALBUM.fileContent(1)),
    );
  });

  test("of time finishes it when that is over, and resuming drops the goal", async () => {
    const net = new SessionWorld(55);
    await net.openSeeder("10.0.1.1", ALBUM);
    const machine = await net.open("10.0.2.1");
    const { id } = await net.settled(machine.session.commands.add(magnetOf(ALBUM), { seedForMs: 60_000 }));
    await net.untilPhase(machine, id, "seeding");
    const beforeMs = net.world.nowMs;
    await net.untilPhase(machine, id, "finished");
    expect(net.world.nowMs - beforeMs).toBeGreaterThan(58_000);
    await machine.session.commands.resume(id);
    await net.runFor(120_000);

    expect(machine.torrent(id).phase).toBe("seeding");
  });

  test("that was met does not keep more files from being fetched", async () => {
    const net = new SessionWorld(56);
    await net.openSeeder("10.0.1.1", ALBUM);
    const machine = await net.open("10.0.2.1");
    const { id } = await net.settled(
      machine.session.commands.add(torrentFile(ALBUM), { seedRatio: 0, select: "3" }),
    );
    await net.untilPhase(machine, id, "finished");
    await machine.session.commands.setFilePriorities(id, [4, 0, 4, 0]);
    await net.until(() => machine.memory.disk.files.has(`${FOLDER}/album/one.flac`));
    await net.untilPhase(machine, id, "finished");

    expect(fingerprint(machine.memory.disk.read(`${FOLDER}/album/one.flac`))).toBe(
      fingerprint(ALBUM.fileContent(0)),
    );
  });
});

describe("a selection", () => {
  test("fetches the files it names and creates no others", async () => {
    const net = new SessionWorld(57);
    await net.openSeeder("10.0.1.1", ALBUM);
    const machine = await net.open("10.0.2.1");
    const { id } = await net.settled(machine.session.commands.add(magnetOf(ALBUM), { select: "*.flac" }));
    const done = await net.untilPhase(machine, id, "seeding");

    expect([...machine.memory.disk.files.keys()].sort()).toEqual([
      `${FOLDER}/album/one.flac`,
      `${FOLDER}/album/two.flac`,
    ]);
    expect(done.progressRatio).toBe(1);
    expect(done.haveBytes).toBeLessThan(ALBUM.content.length);
  });

  test("of the magnet link counts where the user made none", async () => {
    const net = new SessionWorld(58);
    await net.openSeeder("10.0.1.1", ALBUM);
    const machine = await net.open("10.0.2.1");
    const { id } = await net.settled(machine.session.commands.add(magnetOf(ALBUM, "&so=2"), {}));
    await net.untilPhase(machine, id, "seeding");

    expect([...machine.memory.disk.files.keys()]).toEqual([`${FOLDER}/album/cover.jpg`]);
  });

  test("that does not fit the files fails the torrent, and resuming says why again", async () => {
    const net = new SessionWorld(59);
    await net.openSeeder("10.0.1.1", ALBUM);
    const machine = await net.open("10.0.2.1");
    const { id } = await net.settled(machine.session.commands.add(magnetOf(ALBUM), { select: "99" }));
    const failed = await net.untilPhase(machine, id, "failed");

    expect(failed.failure?.code).toBe("USAGE");
    await expect(machine.session.commands.resume(id)).rejects.toMatchObject({ code: "USAGE" });
    await net.runFor(5_000);
    expect(machine.torrent(id).phase).toBe("failed");
  });

  test("can be widened while the torrent seeds", async () => {
    const net = new SessionWorld(60);
    await net.openSeeder("10.0.1.1", ALBUM);
    const machine = await net.open("10.0.2.1");
    const { commands } = machine.session;
    const { id } = await net.settled(commands.add(torrentFile(ALBUM), { select: "1" }));
    await net.untilPhase(machine, id, "seeding");
    await expect(commands.setFilePriorities(id, [4, 4])).rejects.toMatchObject({ code: "USAGE" });
    await commands.setFilePriorities(id, [4, 4, 4, 4]);
    await net.until(() => machine.torrent(id).haveBytes === ALBUM.content.length);
    await net.untilPhase(machine, id, "seeding");

    expect(machine.memory.disk.files.size).toBe(4);
    expect(fingerprint(machine.memory.disk.read(`${FOLDER}/album/two.flac`))).toBe(
      fingerprint(ALBUM.fileContent(1)),
    );
  });
});

describe("verifying", () => {
  test("finds what changed behind our back, and fetches it again", async () => {
    const net = new SessionWorld(61);
    await net.openSeeder("10.0.1.1", LONG);
    const machine = await net.open("10.0.2.1");
    const { id } = await net.settled(machine.session.commands.add(torrentFile(LONG), {}));
    await net.untilPhase(machine, id, "seeding");
    machine.memory.disk.write(LONG_PATH, 7 * PIECE, new Uint8Array(100));
    await machine.session.commands.verify(id);
    await net.until(() => machine.torrent(id).havePieces === LONG.metainfo.pieceMap.pieceCount - 1);
    expect(machine.memory.disk.checkedPieces).toBe(LONG.metainfo.pieceMap.pieceCount);
    await net.untilPhase(machine, id, "seeding");

    expect(fingerprint(machine.memory.disk.read(LONG_PATH))).toBe(fingerprint(LONG.content));
  });

  test("a paused torrent leaves it paused, with what was found", async () => {
    const net = new SessionWorld(62);
    const machine = await net.open("10.0.2.1");
    machine.memory.disk.place(LONG_PATH, LONG.content.subarray(0, 10 * PIECE));
    const { id } = await net.settled(machine.session.commands.add(torrentFile(LONG), { paused: true }));
    await machine.session.commands.verify(id);
    await net.until(() => machine.torrent(id).phase === "paused" && machine.torrent(id).havePieces === 10);
  });

  test("before the metadata is known is refused", async () => {
    const net = new SessionWorld(63);
    const machine = await net.open("10.0.2.1");
    const { id } = await net.settled(machine.session.commands.add(magnetOf(LONG), {}));

    await expect(machine.session.commands.verify(id)).rejects.toMatchObject({ code: "NOT_FOUND" });
    await expect(machine.session.commands.exportTorrent(id)).rejects.toMatchObject({ code: "NOT_FOUND" });
  });
});

describe("a torrent that is shared", () => {
  const odd = filledFolder(
    "odd",
    [
      { path: ["con.txt"], lengthBytes: 3 * PIECE },
      { path: ["plain"], lengthBytes: PIECE + 1 },
    ],
    PIECE,
  );
  const realPaths = ["odd/con.txt", "odd/plain"];

  test("is found under names of its own, which a restart remembers", async () => {
    const net = new SessionWorld(65);
    const memory = net.newMemory();
    realPaths.forEach((path, i) => {
      memory.disk.place(`${FOLDER}/${path}`, odd.fileContent(i));
    });
    const first = await net.open("10.0.1.1", { memory, remember: true });
    const { id } = await net.settled(
      first.session.commands.add(torrentFile(odd), { seedOnly: true, paths: realPaths }),
    );
    await net.untilPhase(first, id, "seeding");
    expect(first.torrent(id).progressRatio).toBe(1);
    await net.close(first);
    const again = await net.open("10.0.1.1", { memory, remember: true });
    await net.untilPhase(again, id, "seeding");
    expect(again.torrent(id).progressRatio).toBe(1);
    const leecher = await net.open("10.0.2.1");
    await net.settled(leecher.session.commands.add(magnetOf(odd), {}));
    await net.untilPhase(leecher, id, "seeding");

    expect([...leecher.memory.disk.files.keys()].sort()).toEqual(
      odd.metainfo.files.map((file) => `${FOLDER}/${file.path}`).sort(),
    );
    expect(odd.metainfo.files[0]?.path).not.toBe(realPaths[0]);
  });

  test("refuses paths that lead out of the folder, or are not one for each file", async () => {
    const net = new SessionWorld(66);
    const { session } = await net.open("10.0.1.1");

    for (const paths of [["odd/plain"], ["../x", "odd/plain"], ["/etc/passwd", "odd/plain"]]) {
      const add = session.commands.add(torrentFile(odd), { seedOnly: true, paths });
      await expect(net.settled(add)).rejects.toMatchObject({ code: "USAGE" });
    }
    expect(session.getSnapshot().torrents).toEqual([]);
  });

  test("never overwrites data that differs: it says so, and serves the rest", async () => {
    const net = new SessionWorld(64);
    await net.openSeeder("10.0.1.1", LONG);
    const memory = net.newMemory();
    const damaged = LONG.content.slice();
    damaged[5 * PIECE] = 0;
    memory.disk.place(LONG_PATH, damaged);
    const machine = await net.open("10.0.2.1", { memory });
    const { id } = await net.settled(machine.session.commands.add(torrentFile(LONG), { seedOnly: true }));
    await net.untilPhase(machine, id, "seeding");
    await net.runFor(30_000);

    expect(logOf(machine)).toContain("1 piece on disk differ");
    expect(machine.torrent(id).havePieces).toBe(LONG.metainfo.pieceMap.pieceCount - 1);
    expect(fingerprint(memory.disk.read(LONG_PATH))).toBe(fingerprint(damaged));
  });
});

describe("a check that takes long", () => {
  /** A disk whose checks end only when they are called off. */
  function endlessChecks(platform: SessionPlatform): SessionPlatform {
    const openTorrent: SessionPlatform["disk"]["openTorrent"] = async (metainfo, folder, events) => {
      const disk = await platform.disk.openTorrent(metainfo, folder, events);
      const check: TorrentDisk["check"] = (pieces, { signal }) =>
        new Promise((_, reject) => {
          signal?.addEventListener("abort", () => reject(new Error(`called off after ${pieces.count}`)));
        });
      return new Proxy(disk, {
        get: (target, name) => {
          if (name === "check") return check;
          const value: unknown = Reflect.get(target, name);
          return typeof value === "function" ? value.bind(target) : value;
        },
      });
    };
    return {
      ...platform,
      disk: {
        openTorrent,
        moveTorrent: (...move) => platform.disk.moveTorrent(...move),
        freeBytes: (folder) => platform.disk.freeBytes(folder),
      },
    };
  }

  async function openChecking(net: SessionWorld): Promise<Machine> {
    const memory = net.newMemory();
    memory.disk.place(LONG_PATH, LONG.content);
    for (const [i, file] of ALBUM.metainfo.files.entries())
      memory.disk.place(`${FOLDER}/${file.path}`, ALBUM.fileContent(i));
    const machine = await net.open("10.0.2.1", { memory, remember: true, platform: endlessChecks });
    await net.settled(machine.session.commands.add(torrentFile(LONG), {}));
    await net.settled(machine.session.commands.add(torrentFile(ALBUM), {}));
    await net.runFor(5_000);
    for (const { metainfo } of [LONG, ALBUM]) expect(machine.torrent(metainfo.id).phase).toBe("checking");
    return machine;
  }

  test("is called off by a pause, and by removing a torrent that waits for its turn", async () => {
    const net = new SessionWorld(67);
    const machine = await openChecking(net);
    await net.settled(machine.session.commands.remove(ALBUM.metainfo.id, { deleteData: false }));
    await machine.session.commands.pause(LONG.metainfo.id);
    await net.untilPhase(machine, LONG.metainfo.id, "paused");

    expect(machine.session.getSnapshot().torrents).toHaveLength(1);
    expect(machine.torrent(LONG.metainfo.id).failure).toBeUndefined();
  });

  test("PR01 does not keep the session from ending", async () => {
    const net = new SessionWorld(68);
    const machine = await openChecking(net);
    const beforeMs = net.world.nowMs;
    await net.close(machine);

    expect(net.world.nowMs - beforeMs).toBeLessThan(500);
    const again = await net.open("10.0.2.1", { memory: machine.memory, remember: true });
    await net.untilPhase(again, LONG.metainfo.id, "seeding");
    await net.untilPhase(again, ALBUM.metainfo.id, "seeding");
  });
});
