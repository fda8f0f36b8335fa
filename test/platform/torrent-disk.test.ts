/** What only a real disk can do to a torrent (threats 3.4). The promises of the port are in `contracts.test.ts`. */
import { promises as fs, readdirSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createNodePlatform, type NodePlatform, type NodePlatformOptions } from "../../src/platform/index.ts";
import { Bitfield } from "../../src/torrent/bitfield.ts";
import { BLOCK_BYTES, SEGMENT_BYTES } from "../../src/torrent/piece-map.ts";
import { OpenedTorrent } from "../contracts/opened-torrent.ts";
import {
  type FilledTorrent,
  filledFile,
  filledFolder,
  fingerprint,
  patterned,
} from "../support/filled-torrent.ts";
import { runProgram } from "../support/run-program.ts";
import { type TemporaryFolder, temporaryFolder } from "../support/temporary-folder.ts";
import { until } from "../support/until.ts";

const PIECE = 32_768;

let folder: TemporaryFolder;
let downloads: string;
let platform: NodePlatform;
beforeEach(async () => {
  folder = await temporaryFolder();
  downloads = join(folder.path, "downloads");
  await start();
});
afterEach(async () => {
  await platform.close();
  await folder.remove();
});

async function start(options: NodePlatformOptions = {}): Promise<void> {
  platform = await createNodePlatform({ checkThreads: 1, ...options });
}

async function open(torrent: FilledTorrent): Promise<OpenedTorrent> {
  const world = {
    ...folder,
    disk: platform.disk,
    slabs: platform.slabs,
    folder: downloads,
    until,
    close: folder.remove,
  };
  return OpenedTorrent.open(world, torrent);
}

const read = (path: string) => folder.read(join("downloads", path));
const place = (path: string, bytes: Uint8Array) => folder.place(join("downloads", path), bytes);

function album(...names: readonly string[]): FilledTorrent {
  return filledFolder(
    "album",
    names.map((name) => ({ path: name.split("/"), lengthBytes: PIECE })),
    PIECE,
  );
}

/** Content files of this test that the process has open. */
function openDescriptors(): number {
  return readdirSync("/proc/self/fd").filter((descriptor) => {
    try {
      return readlinkSync(`/proc/self/fd/${descriptor}`).startsWith(downloads);
    } catch {
      return false;
    }
  }).length;
}

test("ST10: a link out of the folder is refused, and nothing is written behind it", async () => {
  await fs.mkdir(join(folder.path, "outside"));
  await fs.mkdir(downloads);
  await fs.symlink(join(folder.path, "outside"), join(downloads, "album"));
  const opened = await open(album("a"));
  await opened.store(0);

  expect(opened.verdicts.get(0)).toEqual({ kind: "failed", code: "ELOOP" });
  expect(await fs.readdir(join(folder.path, "outside"))).toEqual([]);
  await expect(opened.disk.prepare(0)).rejects.toMatchObject({ code: "PATH_IN_THE_WAY" });
});

test("ST10: a file that became a folder, a link or a FIFO fails its pieces and hangs nothing", async () => {
  await fs.mkdir(join(downloads, "album", "folder"), { recursive: true });
  await fs.symlink(join(folder.path, "elsewhere"), join(downloads, "album", "link"));
  runProgram("mkfifo", join(downloads, "album", "fifo"));
  const opened = await open(album("folder", "link", "fifo", "free"));
  await opened.store(0, 1, 2, 3);

  expect([0, 1, 2, 3].map((piece) => opened.verdicts.get(piece))).toEqual([
    { kind: "failed", code: "EISDIR" },
    { kind: "failed", code: "ELOOP" },
    { kind: "failed", code: "EFTYPE" },
    { kind: "good" },
  ]);
  expect(await opened.goodPieces()).toEqual([3]);
  expect((await opened.disk.stamps()).map((stamp) => stamp === null)).toEqual([true, true, true, false]);
  await opened.disk.sync();
});

test("a file in place of the torrent's folder is named before anything is downloaded", async () => {
  await place("album", Uint8Array.of(1));
  const opened = await open(album("a", "b"));

  await expect(opened.disk.prepare(0)).rejects.toMatchObject({
    code: "PATH_IN_THE_WAY",
    message: `Something else is in the way at ${join(downloads, "album", "a")}.`,
  });
});

test("a download folder that is a file, or more than the disk holds, is refused with the figures", async () => {
  await folder.place("downloads", Uint8Array.of(1));
  const opened = await open(album("a"));
  await expect(opened.disk.prepare(0)).rejects.toMatchObject({ code: "PATH_IN_THE_WAY" });

  await fs.rm(downloads);
  await expect(opened.disk.prepare(2 ** 60)).rejects.toMatchObject({
    code: "DISK_FULL",
    message: expect.stringMatching(/ has \d+ MiB free; \d+ MiB are needed\.$/),
  });
  await expect(opened.disk.prepare(PIECE)).resolves.toBeUndefined();
});

test("ST15: another file at the path counts for nothing and keeps its end (never truncated)", async () => {
  const torrent = filledFile("one.bin", 2 * PIECE, PIECE);
  const before = patterned(5 * PIECE, 9);
  await place("one.bin", before);
  const opened = await open(torrent);
  expect(await opened.goodPieces()).toEqual([]);
  await opened.store(0, 1);

  const after = await read("one.bin");
  expect(fingerprint(after?.subarray(0, 2 * PIECE))).toBe(fingerprint(torrent.content));
  expect(fingerprint(after?.subarray(2 * PIECE))).toBe(fingerprint(before.subarray(2 * PIECE)));
});

test("files are sparse: a piece at the end does not fill what lies before it", async () => {
  const torrent = filledFile("one.bin", 200 * PIECE, PIECE);
  const opened = await open(torrent);
  await opened.store(199);

  const stats = await fs.stat(join(downloads, "one.bin"));
  expect(stats.size).toBe(200 * PIECE);
  expect(stats.blocks * 512).toBeLessThan(4 * PIECE);
});

test("ST07: blocks of a file that was cut are not served", async () => {
  const torrent = filledFile("one.bin", 4 * PIECE, PIECE);
  await place("one.bin", torrent.content);
  const opened = await open(torrent);
  expect(await opened.goodPieces()).toHaveLength(4);
  await fs.truncate(join(downloads, "one.bin"), 2 * PIECE + 100);

  opened.disk.readBlock(1, 3, 0, BLOCK_BYTES);
  opened.disk.readBlock(2, 2, 0, BLOCK_BYTES);
  opened.disk.readBlock(3, 1, 0, BLOCK_BYTES);
  await until(() => opened.blocks.size === 3);
  expect(opened.blocks.get(1)).toEqual({ bytes: undefined, code: "ENODATA" });
  expect(opened.blocks.get(2)).toEqual({ bytes: undefined, code: "ENODATA" });
  expect(opened.blocks.get(3)?.bytes).toBeDefined();
  expect(platform.slots.usedSlots).toBe(0);
});

test("one unreadable block does not take the blocks beside it with it", async () => {
  const torrent = filledFile("one.bin", 8 * BLOCK_BYTES, 8 * BLOCK_BYTES);
  await place("one.bin", torrent.content.subarray(0, 3 * BLOCK_BYTES));
  const opened = await open(torrent);
  for (let block = 0; block < 8; block++) opened.disk.readBlock(block, 0, block * BLOCK_BYTES, BLOCK_BYTES);
  await until(() => opened.blocks.size === 8);

  const readable = [...opened.blocks].filter(([, { bytes }]) => bytes !== undefined).map(([block]) => block);
  expect(readable).toEqual([0, 1, 2]);
});

test("more files than descriptors are written, read and checked", async () => {
  const torrent = album(...Array.from({ length: 150 }, (_, i) => `part-${i % 7}/file-${i}`));
  const opened = await open(torrent);
  const all = Array.from({ length: 150 }, (_, piece) => piece);
  await opened.store(...all);
  for (const piece of [0, 149, 3, 77]) {
    const block = await opened.block(piece, 0, BLOCK_BYTES);
    expect(fingerprint(block)).toBe(fingerprint(torrent.piece(piece).subarray(0, BLOCK_BYTES)));
  }

  expect(openDescriptors()).toBe(40);
  expect(await opened.goodPieces()).toEqual(all);
  await opened.disk.close();
  expect(openDescriptors()).toBe(0);
});

test("more reads than slots are answered in order as slots come back", async () => {
  await platform.close();
  await start({ readSlots: 4 });
  const torrent = filledFile("one.bin", 40 * BLOCK_BYTES, BLOCK_BYTES);
  await place("one.bin", torrent.content);
  const opened = await open(torrent);
  for (let piece = 0; piece < 40; piece++) opened.disk.readBlock(piece, piece, 0, BLOCK_BYTES);
  await until(() => opened.blocks.size === 40);

  expect([...opened.blocks.keys()]).toEqual(Array.from({ length: 40 }, (_, piece) => piece));
  expect(platform.slots.usedSlots).toBe(0);
});

test("reads beyond what may wait are refused instead of queued", async () => {
  await platform.close();
  await start({ readSlots: 1 });
  const torrent = filledFile("one.bin", BLOCK_BYTES, BLOCK_BYTES);
  await place("one.bin", torrent.content);
  const opened = await open(torrent);
  for (let token = 0; token < 5_010; token++) opened.disk.readBlock(token, 0, 0, BLOCK_BYTES);
  await until(() => opened.blocks.size === 5_010);

  const refused = [...opened.blocks.values()].filter(({ code }) => code === "EBUSY");
  expect(refused).toHaveLength(9);
});

test("more jobs than the ring holds are all done", async () => {
  const torrent = filledFile("one.bin", PIECE, PIECE);
  await place("one.bin", torrent.content);
  const opened = await open(torrent);
  for (let i = 0; i < 10_000; i++) opened.disk.discardPiece(0);
  const checks = Array.from({ length: 50 }, () => opened.goodPieces());
  await opened.store(0);

  expect(opened.verdicts.get(0)).toEqual({ kind: "good" });
  expect(await Promise.all(checks)).toEqual(Array.from({ length: 50 }, () => [0]));
});

test("a check ends soon when it is aborted, and says why", async () => {
  const torrent = filledFile("one.bin", 64 * SEGMENT_BYTES, SEGMENT_BYTES);
  await place("one.bin", torrent.content);
  const opened = await open(torrent);
  const all = new Bitfield(64);
  all.setAll();
  const abort = new AbortController();
  let progress = 0;
  const check = opened.disk.check(all, {
    signal: abort.signal,
    onProgress: (checked) => {
      progress = checked;
      abort.abort(new Error("enough"));
    },
  });

  await expect(check).rejects.toThrow("enough");
  expect(progress).toBeLessThan(64);
});

test("a piece is read from the part file, moved out of it when wanted, and the part file ends with the torrent", async () => {
  const torrent = filledFolder(
    "album",
    [
      { path: ["wanted"], lengthBytes: 10_000 },
      { path: ["small"], lengthBytes: 5_000 },
      { path: ["large"], lengthBytes: 70_000 },
    ],
    PIECE,
  );
  const opened = await open(torrent);
  opened.disk.setWanted([true, false, false]);
  await opened.store(0);
  const partFile = `.${torrent.metainfo.id}.parts`;
  expect((await fs.readdir(downloads)).sort()).toEqual([partFile, "album"]);
  expect(await fs.readdir(join(downloads, "album"))).toEqual(["wanted"]);
  await opened.disk.sync();

  opened.disk.setWanted([true, true, false]);
  expect(await opened.goodPieces()).toEqual([0]);
  expect(fingerprint(await read("album/small"))).toBe(fingerprint(torrent.fileContent(1)));
  await opened.disk.deleteData();
  expect(await fs.readdir(downloads)).toEqual([]);
});

test("a piece within an unwanted file that arrives late goes to the file itself, beginning included", async () => {
  const torrent = filledFolder(
    "album",
    [
      { path: ["wanted"], lengthBytes: 10_000 },
      { path: ["large"], lengthBytes: 3 * PIECE },
    ],
    PIECE,
  );
  const opened = await open(torrent);
  opened.disk.setWanted([true, false]);
  await opened.store(0, 2, 1, 3);

  expect(fingerprint(await read("album/large"))).toBe(fingerprint(torrent.fileContent(1)));
  expect(await opened.goodPieces()).toEqual([0, 1, 2, 3]);
});

test("ST16: what was created stays ours over a restart, and only that is deleted", async () => {
  const stateFolder = join(folder.path, "state");
  await platform.close();
  await start({ stateFolder });
  const torrent = album("ours", "theirs", "sub/ours");
  await place("album/theirs", torrent.fileContent(1));
  const first = await open(torrent);
  await first.store(0, 1, 2);
  await first.disk.close();
  await platform.close();

  await start({ stateFolder });
  await place("album/unlisted", Uint8Array.of(1));
  await (await open(torrent)).disk.deleteData();
  expect((await fs.readdir(join(downloads, "album"))).sort()).toEqual(["theirs", "unlisted"]);
  expect(await fs.readdir(join(stateFolder, "made"))).toEqual([]);
});

test("ST16: a link in place of a file of ours is not followed when data is deleted", async () => {
  const torrent = album("a", "b");
  const opened = await open(torrent);
  await opened.store(0, 1);
  await folder.place("outside/a", Uint8Array.of(7));
  await fs.rm(join(downloads, "album", "a"));
  await fs.symlink(join(folder.path, "outside", "a"), join(downloads, "album", "a"));
  await opened.disk.deleteData();

  expect(await folder.read("outside/a")).toEqual(Uint8Array.of(7));
  expect(await fs.readdir(join(downloads, "album"))).toEqual(["a"]);
});

test("a torrent of the same content in another folder does not own what the first one made", async () => {
  const torrent = album("a");
  const first = await open(torrent);
  await first.store(0);
  await first.disk.close();
  downloads = join(folder.path, "elsewhere");
  await folder.place("elsewhere/album/a", torrent.content);
  await (await open(torrent)).disk.deleteData();

  expect(await folder.read("elsewhere/album/a")).toBeDefined();
});

test("ST18: a piece of 128 MiB passes through an arena of 4 MiB", async () => {
  await platform.close();
  await start({ arenaBytes: 4 * SEGMENT_BYTES });
  const opened = await open(filledFile("film", 128 * SEGMENT_BYTES, 128 * SEGMENT_BYTES));
  const piece = opened.torrent.piece(0);
  for (let at = 0; at < piece.length; at += SEGMENT_BYTES) {
    await until(() => platform.slabs.usedBytes < 2 * SEGMENT_BYTES, "room in the arena");
    opened.send(0, piece.subarray(at, at + SEGMENT_BYTES), at);
  }
  await opened.verdict(0);
  expect(opened.verdicts.get(0)).toEqual({ kind: "good" });
});

test("answers that come after close are kept to itself, and slabs and slots come back", async () => {
  const torrent = filledFile("one.bin", 4 * PIECE, PIECE);
  await place("one.bin", torrent.content);
  const opened = await open(torrent);
  for (const piece of [0, 1, 2, 3]) {
    opened.send(piece, torrent.piece(piece));
    opened.disk.readBlock(piece, piece, 0, BLOCK_BYTES);
  }
  await opened.disk.close();

  expect(opened.verdicts.size + opened.blocks.size).toBe(0);
  expect(platform.slabs.usedBytes).toBe(0);
  expect(platform.slots.usedSlots).toBe(0);
});

test("many torrents share a worker without mixing anything up", async () => {
  const torrents = Array.from({ length: 12 }, (_, i) => filledFile(`t-${i}.bin`, 3 * PIECE + i, PIECE));
  const opened = await Promise.all(torrents.map(open));
  for (let piece = 0; piece < 3; piece++)
    for (const [i, one] of opened.entries()) one.send(piece, (torrents[i] as FilledTorrent).piece(piece));
  await Promise.all(opened.map((one) => one.verdict(0, 1, 2)));

  for (const one of opened)
    expect([...one.verdicts.values()].every(({ kind }) => kind === "good")).toBe(true);
  for (const [i, torrent] of torrents.entries()) {
    expect(fingerprint(await read(`t-${i}.bin`))).toBe(fingerprint(torrent.content.subarray(0, 3 * PIECE)));
  }
});
