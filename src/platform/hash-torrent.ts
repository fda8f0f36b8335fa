/** Makes a torrent of what lies on this machine. */
import { ClientError } from "../core/errors.ts";
import { type Metainfo, parseInfoDictionary } from "../torrent/metainfo.ts";
import { type HashPathOptions, hashPath } from "./hash-files.ts";

/** A torrent of what lies in `folder`, under `paths` there. */
export interface HashedTorrent {
  readonly metainfo: Metainfo;
  readonly folder: string;
  readonly paths: readonly string[];
}

/**
 * Hashes a file, or a folder with all that is in it. Rejects with `PATH_NOT_FOUND`, or `TORRENT_INVALID` for what no
 * torrent can hold (nothing, or nothing but empty files).
 */
export async function hashTorrent(path: string, options: HashPathOptions = {}): Promise<HashedTorrent> {
  const { rawInfo, folder, paths } = await hashPath(path, options);
  const metainfo = parseInfoDictionary(rawInfo);
  if (metainfo.ok) return { metainfo: metainfo.value, folder, paths };
  throw new ClientError("TORRENT_INVALID", `No torrent can be made of ${path}: ${metainfo.fault.message}`);
}
