/** The folders of a torrent once its files are gone: those that are empty go too, from the deepest up. */
import { lstatSync, rmdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { isCode } from "./disk-codes.ts";

/** Folders that hold anything else, or may not be deleted, stay; `root` always does. Links are not followed. */
export function deleteEmptyFolders(root: string, paths: readonly string[]): void {
  for (const folder of foldersOf(paths)) {
    try {
      if (lstatSync(join(root, folder)).isDirectory()) rmdirSync(join(root, folder));
    } catch (error) {
      if (!isCode(error, "ENOENT", "ENOTDIR", "ENOTEMPTY", "EEXIST", "EACCES", "EPERM", "EBUSY", "EROFS"))
        throw error;
    }
  }
}

/** Every folder of the torrent, deepest first; the root is not one of them. */
function foldersOf(paths: readonly string[]): readonly string[] {
  const folders = new Set<string>();
  for (const path of paths) {
    for (let folder = dirname(path); folder !== "." && !folders.has(folder); folder = dirname(folder))
      folders.add(folder);
  }
  return [...folders].sort((a, b) => b.split("/").length - a.split("/").length);
}
