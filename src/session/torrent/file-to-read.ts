/** Which file of a torrent is meant by somebody who reads one. */
import type { Metainfo } from "../../torrent/metainfo.ts";

/** -1 when there is no such file; the longest where none is named. */
export function indexOfFile(files: Metainfo["files"], path: string | undefined): number {
  if (path !== undefined) return files.findIndex((file) => !file.isPadding && file.path === path);
  return files.reduce((longest, file, index) => {
    const isLonger = file.lengthBytes > (files[longest]?.lengthBytes ?? -1);
    return !file.isPadding && isLonger ? index : longest;
  }, -1);
}
