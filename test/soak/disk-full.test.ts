/** Disks that are full, read-only or somebody else's (threats ST01, ST02, ST06). Needs root: mounts small file systems. */
import { promises as fs } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createNodePlatform, FileStateStore, type NodePlatform } from "../../src/platform/index.ts";
import { OpenedTorrent } from "../contracts/opened-torrent.ts";
import { type FilledTorrent, filledFile, fingerprint } from "../support/filled-torrent.ts";
import { runProgram } from "../support/run-program.ts";
import { type TemporaryFolder, temporaryFolder } from "../support/temporary-folder.ts";
import { until } from "../support/until.ts";

const isRoot = process.getuid?.() === 0;
const PIECE = 65_536;

let folder: TemporaryFolder;
let disk: string;
let platform: NodePlatform;
beforeEach(async () => {
  folder = await temporaryFolder();
  disk = join(folder.path, "disk");
  await fs.mkdir(disk);
  if (isRoot) runProgram("mount", "-t", "tmpfs", "-o", "size=1m", "starling-test", disk);
  platform = await createNodePlatform({ checkThreads: 1 });
});
afterEach(async () => {
  await platform.close();
  if (isRoot) runProgram("umount", disk);
  await folder.remove();
});

function open(torrent: FilledTorrent): Promise<OpenedTorrent> {
  const world = {
    ...folder,
    disk: platform.disk,
    slabs: platform.slabs,
    folder: disk,
    until,
    close: folder.remove,
  };
  return OpenedTorrent.open(world, torrent);
}

test.runIf(isRoot)(
  "ST01: a full disk fails its pieces by name; with room again they are stored exactly",
  async () => {
    const torrent = filledFile("one.bin", 24 * PIECE, PIECE);
    const all = Array.from({ length: 24 }, (_, piece) => piece);
    const opened = await open(torrent);
    await expect(opened.disk.prepare(24 * PIECE)).rejects.toMatchObject({ code: "DISK_FULL" });
    await opened.store(...all);
    const failed = all.filter((piece) => opened.verdicts.get(piece)?.kind === "failed");
    expect(failed.length).toBeGreaterThan(7);
    for (const piece of failed)
      expect(opened.verdicts.get(piece)).toEqual({ kind: "failed", code: "ENOSPC" });
    expect(await opened.goodPieces()).toEqual(all.filter((piece) => !failed.includes(piece)));

    runProgram("mount", "-o", "remount,size=4m", disk);
    opened.verdicts.clear();
    await opened.store(...failed);
    expect(await opened.goodPieces()).toEqual(all);
    expect(fingerprint(new Uint8Array(await fs.readFile(join(disk, "one.bin"))))).toBe(
      fingerprint(torrent.content),
    );
  },
);

test.runIf(isRoot)(
  "ST02: state on a full disk keeps its former generation, and no empty file appears",
  async () => {
    const store = new FileStateStore(join(disk, "state"));
    const before = new Uint8Array(300_000).fill(1);
    await store.save("resume", before);
    await fs.writeFile(join(disk, "filler"), new Uint8Array(600_000));

    await expect(store.save("resume", new Uint8Array(300_000).fill(2))).rejects.toMatchObject({
      code: "DISK_FULL",
    });
    expect(fingerprint(await store.load("resume"))).toBe(fingerprint(before));
    expect(await fs.readdir(join(disk, "state"))).toEqual(["resume"]);
  },
);

test.runIf(isRoot)("ST06: a file system that became read-only says so and still serves", async () => {
  const torrent = filledFile("one.bin", 4 * PIECE, PIECE);
  const opened = await open(torrent);
  await opened.store(0, 1);
  await opened.disk.close();
  runProgram("mount", "-o", "remount,ro", disk);

  const again = await open(torrent);
  await again.store(2);
  expect(again.verdicts.get(2)).toEqual({ kind: "failed", code: "EROFS" });
  expect(fingerprint(await again.block(1, 0, 16_384))).toBe(
    fingerprint(torrent.piece(1).subarray(0, 16_384)),
  );
  await expect(again.disk.prepare(PIECE)).rejects.toMatchObject({ code: "PATH_NOT_WRITABLE" });
  runProgram("mount", "-o", "remount,rw", disk);
});
