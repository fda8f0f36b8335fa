import { promises as fs } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { toHex } from "../../src/core/bytes.ts";
import { hashPath } from "../../src/platform/index.ts";
import { type Metainfo, parseInfoDictionary } from "../../src/torrent/metainfo.ts";
import { filledFile, filledFolder, patterned } from "../support/filled-torrent.ts";
import { type TemporaryFolder, temporaryFolder } from "../support/temporary-folder.ts";

let folder: TemporaryFolder;
beforeEach(async () => {
  folder = await temporaryFolder();
});
afterEach(() => folder.remove());

const MIB = 2 ** 20;

function parsed(rawInfo: Uint8Array): Metainfo {
  const metainfo = parseInfoDictionary(rawInfo);
  if (!metainfo.ok) throw new Error(metainfo.fault.message);
  return metainfo.value;
}

test("a file becomes the torrent that its content stands for", async () => {
  const expected = filledFile("film.mkv", 3 * MIB + 12_345, 65_536);
  await folder.place("film.mkv", expected.content);
  const made = await hashPath(join(folder.path, "film.mkv"), { pieceBytes: 65_536 });

  expect(parsed(made.rawInfo).id).toBe(expected.metainfo.id);
  expect(made.folder).toBe(folder.path);
});

test("a folder becomes a torrent of all its files in order, empty ones included", async () => {
  const files = [
    { path: ["a.txt"], lengthBytes: 10 },
    { path: ["b", "c.bin"], lengthBytes: 100_000 },
    { path: ["b", "empty"], lengthBytes: 0 },
    { path: ["z.bin"], lengthBytes: 50_000 },
  ];
  const expected = filledFolder("album", files, 16_384);
  for (const [i, file] of files.entries())
    await folder.place(join("album", ...file.path), expected.fileContent(i));
  const made = await hashPath(join(folder.path, "album"), { pieceBytes: 16_384 });

  expect(parsed(made.rawInfo).id).toBe(expected.metainfo.id);
});

test("files are told where they lie, whatever the torrent calls them", async () => {
  await folder.place("album/con.txt", patterned(10, 1));
  await folder.place("album/b/c", patterned(10, 2));
  const made = await hashPath(join(folder.path, "album"), { name: "other" });
  const { files } = parsed(made.rawInfo);

  expect(made.paths).toEqual(["album/b/c", "album/con.txt"]);
  expect(files.map((file) => file.path)).toEqual(["other/b/c", expect.not.stringMatching(/\/con\.txt$/)]);
});

test("pieces longer than a slice of work are hashed whole", async () => {
  const expected = filledFile("long.bin", 11 * MIB, 8 * MIB);
  await folder.place("long.bin", expected.content);
  const made = await hashPath(join(folder.path, "long.bin"), { pieceBytes: 8 * MIB });

  expect(toHex(parsed(made.rawInfo).pieceHashes)).toBe(toHex(expected.metainfo.pieceHashes));
});

test("tells its progress from 0 to 1", async () => {
  await folder.place("one.bin", patterned(3 * MIB, 1));
  const progress: number[] = [];
  await hashPath(join(folder.path, "one.bin"), { onProgress: (ratio) => progress.push(ratio) });

  expect(progress.length).toBeGreaterThan(1);
  expect([...progress].sort((a, b) => a - b)).toEqual(progress);
  expect(progress.at(-1)).toBe(1);
});

test("can be given another name and the private flag", async () => {
  await folder.place("album/a", patterned(100, 1));
  const made = await hashPath(join(folder.path, "album"), { name: "other", isPrivate: true });
  const metainfo = parsed(made.rawInfo);

  expect(metainfo.files.map((file) => file.path)).toEqual(["other/a"]);
  expect(metainfo.isPrivate).toBe(true);
});

test("leaves links below the folder out, and follows one that the user named", async () => {
  await folder.place("secret", patterned(100, 1));
  await folder.place("album/a", patterned(100, 2));
  await fs.symlink(join(folder.path, "secret"), join(folder.path, "album", "link"));
  await fs.symlink(join(folder.path, "album"), join(folder.path, "shortcut"));
  const made = await hashPath(join(folder.path, "shortcut"));

  expect(parsed(made.rawInfo).files.map((file) => file.path)).toEqual(["album/a"]);
});

test("says what is wrong with what cannot be shared", async () => {
  await fs.mkdir(join(folder.path, "nothing"));
  await folder.place("nothing/empty", new Uint8Array(0));

  await expect(hashPath(join(folder.path, "absent"))).rejects.toMatchObject({ code: "PATH_NOT_FOUND" });
  await expect(hashPath(join(folder.path, "nothing"))).rejects.toMatchObject({ code: "TORRENT_INVALID" });
});

test("ends soon when it is aborted", async () => {
  await folder.place("one.bin", patterned(8 * MIB, 1));
  const abort = new AbortController();
  const hashing = hashPath(join(folder.path, "one.bin"), {
    signal: abort.signal,
    onProgress: () => abort.abort(new Error("enough")),
  });
  await expect(hashing).rejects.toThrow("enough");
});
