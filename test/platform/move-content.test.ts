/** Moving files for real: over a rename and over a copy, past links, in the way of others, and again after a crash. */
import { existsSync, promises as fs, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createNodePlatform, type NodePlatform } from "../../src/platform/index.ts";
import { filledFolder, fingerprint } from "../support/filled-torrent.ts";
import { type TemporaryFolder, temporaryFolder } from "../support/temporary-folder.ts";

const PIECE = 32_768;
const ALBUM = filledFolder(
  "album",
  [
    { path: ["one"], lengthBytes: 3 * 2 ** 20 + 5 },
    { path: ["deep", "two"], lengthBytes: PIECE },
    { path: ["absent"], lengthBytes: PIECE },
    { path: ["late"], lengthBytes: PIECE },
  ],
  PIECE,
);
/** A second file system, where this machine has one for everybody. */
const OTHER_DISK = "/dev/shm";
const hasOtherDisk = existsSync(OTHER_DISK) && statSync(OTHER_DISK).dev !== statSync(tmpdir()).dev;

let folder: TemporaryFolder;
let platform: NodePlatform;
beforeEach(async () => {
  folder = await temporaryFolder();
  platform = await createNodePlatform({ checkThreads: 1 });
  await folder.place("from/album/one", ALBUM.fileContent(0));
  await folder.place("from/album/deep/two", ALBUM.fileContent(1));
  await folder.place("from/album/late.part", Uint8Array.of(1, 2, 3));
  await folder.place(`from/.${ALBUM.metainfo.id}.parts`, Uint8Array.of(9));
});
afterEach(async () => {
  await platform.close();
  await folder.remove();
});

const from = (): string => join(folder.path, "from");
const move = (to: string, options = {}): Promise<void> =>
  platform.disk.moveTorrent(ALBUM.metainfo, { from: from(), to }, options);

async function expectMoved(to: string): Promise<void> {
  const read = async (path: string) => new Uint8Array(await fs.readFile(join(to, path)));
  expect(fingerprint(await read("album/one"))).toBe(fingerprint(ALBUM.fileContent(0)));
  expect(fingerprint(await read("album/deep/two"))).toBe(fingerprint(ALBUM.fileContent(1)));
  expect(await read("album/late.part")).toEqual(Uint8Array.of(1, 2, 3));
  expect(await read(`.${ALBUM.metainfo.id}.parts`)).toEqual(Uint8Array.of(9));
  expect(existsSync(join(to, `album/.${ALBUM.metainfo.id}.moving`))).toBe(false);
}

describe("moving a torrent's files", () => {
  test("takes all that is there, under either name, and the folders that are empty then", async () => {
    const ratios: number[] = [];
    await move(join(folder.path, "to"), { onProgress: (ratio: number) => ratios.push(ratio) });

    await expectMoved(join(folder.path, "to"));
    expect(await fs.readdir(from())).toEqual([]);
    expect(ratios.at(-1)).toBe(1);
  });

  test("leaves the user's own files and links where they are", async () => {
    await folder.place("from/album/own.txt", Uint8Array.of(7));
    await folder.place("outside", Uint8Array.of(8));
    await fs.symlink(join(folder.path, "outside"), join(from(), "album/absent"));
    await move(join(folder.path, "to"));

    expect((await fs.readdir(join(from(), "album"))).sort()).toEqual(["absent", "own.txt"]);
    expect(await folder.read("outside")).toEqual(Uint8Array.of(8));
  });

  test("refuses before anything is moved when a file is in the way", async () => {
    await folder.place("to/album/deep/two", Uint8Array.of(1));

    await expect(move(join(folder.path, "to"))).rejects.toMatchObject({ code: "PATH_IN_THE_WAY" });
    expect(existsSync(join(from(), "album/one"))).toBe(true);
    expect(await folder.read("to/album/deep/two")).toEqual(Uint8Array.of(1));
  });

  test("refuses a file of the same length and another content", async () => {
    await folder.place("to/album/deep/two", new Uint8Array(PIECE));

    await expect(move(join(folder.path, "to"))).rejects.toMatchObject({ code: "PATH_IN_THE_WAY" });
    expect(fingerprint(await folder.read("from/album/deep/two"))).toBe(fingerprint(ALBUM.fileContent(1)));
  });

  test("goes on after a crash between copying and deleting, and when all is done already", async () => {
    await folder.place("to/album/one", ALBUM.fileContent(0));
    await folder.place(`to/album/.${ALBUM.metainfo.id}.moving`, Uint8Array.of(1));
    const to = join(folder.path, "to");
    await move(to);
    await move(to);

    expect(fingerprint(await folder.read("to/album/one"))).toBe(fingerprint(ALBUM.fileContent(0)));
    expect(existsSync(from())).toBe(true);
  });

  test("refuses a folder that cannot be one", async () => {
    await folder.place("file", Uint8Array.of(1));
    await expect(move(join(folder.path, "file"))).rejects.toMatchObject({ code: "PATH_IN_THE_WAY" });
  });

  test("does nothing more once it is called off", async () => {
    const abort = new AbortController();
    abort.abort();
    await expect(move(join(folder.path, "to"), { signal: abort.signal })).rejects.toThrow();

    expect(existsSync(join(from(), "album/one"))).toBe(true);
  });

  test.skipIf(!hasOtherDisk)(
    "to another file system copies, keeps times and holes, and deletes",
    async () => {
      const to = await fs.mkdtemp(join(OTHER_DISK, "starling-move-"));
      try {
        const hole = await fs.open(join(from(), "album/absent"), "w");
        await hole.truncate(64 * 2 ** 20);
        await hole.close();
        const { mtimeMs } = await fs.stat(join(from(), "album/one"));
        await move(to);

        await expectMoved(to);
        const sparse = await fs.stat(join(to, "album/absent"));
        expect(sparse).toMatchObject({ size: 64 * 2 ** 20 });
        expect(sparse.blocks * 512).toBeLessThan(2 ** 20);
        expect(Math.abs((await fs.stat(join(to, "album/one"))).mtimeMs - mtimeMs)).toBeLessThan(1);
        expect(await fs.readdir(from())).toEqual([]);
      } finally {
        await fs.rm(to, { recursive: true });
      }
    },
  );
});
