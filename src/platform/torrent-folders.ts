/** The folders of a torrent, to be deleted once its files are gone. */
import { dirname } from "node:path";

/** Every folder that the paths of a torrent's files name, deepest first; the root is not one of them. */
export function foldersOf(paths: readonly string[]): readonly string[] {
  const folders = new Set<string>();
  for (const path of paths) {
    for (let folder = dirname(path); folder !== "." && !folders.has(folder); folder = dirname(folder))
      folders.add(folder);
  }
  return [...folders].sort((a, b) => b.split("/").length - a.split("/").length);
}

/** What is said of a folder that holds something else, is none, or may not be deleted: it stays. */
export const FOLDER_STAYS: readonly string[] = [
  "ENOENT",
  "ENOTDIR",
  "ENOTEMPTY",
  "EEXIST",
  "EACCES",
  "EPERM",
  "EBUSY",
  "EROFS",
];
