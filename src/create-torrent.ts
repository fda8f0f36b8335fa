/** Makes a torrent of what lies on this machine, for programs that share with `openSession`. */
import { hashTorrent } from "./platform/index.ts";
import { formatMagnet } from "./torrent/magnet.ts";
import { encodeTorrentFile } from "./torrent/metainfo.ts";

export interface CreateTorrentOptions {
  /** Default: the name of the file or folder. */
  readonly name?: string;
  /** A power of two from 16 KiB; default: chosen by the size of the content. */
  readonly pieceBytes?: number;
  /** 0 to 1, while files are hashed. */
  readonly onProgress?: (doneRatio: number) => void;
}

export interface CreatedTorrent {
  /** Info-hash, 40 lower-case hex digits. */
  readonly id: string;
  readonly magnet: string;
  /** The `.torrent` file. */
  readonly torrent: Uint8Array;
  /** `folder` and `paths` for adding it with `seedOnly`, so that it is shared where it lies. */
  readonly folder: string;
  readonly paths: readonly string[];
}

/**
 * Hashes a file, or a folder with all that is in it. Rejects with `PATH_NOT_FOUND`, or `TORRENT_INVALID` for what no
 * torrent can hold (nothing, or nothing but empty files).
 */
export async function createTorrent(
  path: string,
  options: CreateTorrentOptions = {},
): Promise<CreatedTorrent> {
  const { metainfo, folder, paths } = await hashTorrent(path, options);
  const { id, infoHash, name } = metainfo;
  const magnet = formatMagnet({ infoHash, displayName: name });
  return { id, magnet, torrent: encodeTorrentFile(metainfo), folder, paths };
}
