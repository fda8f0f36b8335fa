import { existsSync, promises as fs } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { makeFolder } from "../../src/platform/make-folder.ts";
import { makeFolderSync } from "../../src/platform/make-folder-sync.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

describe.each([
  ["makeFolder", makeFolder],
  ["makeFolderSync", async (path: string) => makeFolderSync(path)],
])("%s", (_, make) => {
  test("makes a folder and those above it, and takes one that is there", async () => {
    const folder = await temporaryFolder();
    const deep = join(folder.path, "a", "b", "c");
    await make(deep);
    await make(deep);
    expect((await fs.stat(deep)).isDirectory()).toBe(true);
    await folder.remove();
  });

  test("says what is in the way", async () => {
    const folder = await temporaryFolder();
    await folder.place("file", Uint8Array.of(1));
    await expect(make(join(folder.path, "file"))).rejects.toMatchObject({ code: "EEXIST" });
    await expect(make(join(folder.path, "file", "below"))).rejects.toMatchObject({ code: "ENOTDIR" });
    await folder.remove();
  });

  test.skipIf(!existsSync("/proc/self"))("comes back below /proc, where nothing can be made", async () => {
    await expect(make("/proc/starling/deep/er")).rejects.toMatchObject({ code: "ENOENT" });
  });
});
