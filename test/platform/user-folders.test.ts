import { promises as fs } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { NodeUserFolders } from "../../src/platform/user-folders.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

test("a watch folder lists its own regular files, reads them whole, and follows no link", async () => {
  const folder = await temporaryFolder();
  const folders = new NodeUserFolders();
  await folder.place("a.torrent", Uint8Array.of(1, 2, 3));
  await folder.place("deep/b.torrent", Uint8Array.of(1));
  await fs.symlink(join(folder.path, "a.torrent"), join(folder.path, "link.torrent"));

  expect(await folders.list(folder.path)).toEqual([
    { name: "a.torrent", lengthBytes: 3, modifiedUnixMs: expect.any(Number) },
  ]);
  expect(await folders.read(folder.path, "a.torrent", 3)).toEqual(Uint8Array.of(1, 2, 3));
  await expect(folders.read(folder.path, "a.torrent", 2)).rejects.toMatchObject({ name: "ClientError" });
  await expect(folders.read(folder.path, "link.torrent", 9)).rejects.toMatchObject({ name: "ClientError" });
  await expect(folders.list(join(folder.path, "gone"))).rejects.toMatchObject({ name: "ClientError" });
  await folders.rename(folder.path, "a.torrent", "a.torrent.added");
  expect(await folder.read("a.torrent.added")).toEqual(Uint8Array.of(1, 2, 3));
  await folder.remove();
});
