/** Hashes a file or folder into a torrent, with a progress line where somebody watches. */
import { resolve } from "node:path";
import { ClientError } from "../../core/errors.ts";
import { hashTorrent } from "../../platform/index.ts";
import type { Metainfo } from "../../torrent/metainfo.ts";
import { parseSize } from "../arguments/quantities.ts";
import type { Output } from "../output/output.ts";
import { percentText } from "../output/quantity-text.ts";

export interface MakeTorrentFlags {
  readonly name?: string;
  readonly pieceSize?: string;
}

export interface MadeTorrent {
  readonly metainfo: Metainfo;
  /** Folder in which the content's own file or folder lies, as `-o` and `--data` mean it. */
  readonly folder: string;
  /** `paths` for adding it, where names on disk are not those of the torrent; empty otherwise. */
  readonly added: { readonly paths?: readonly string[] };
}

const MIN_PIECE_BYTES = 16 * 1024;
const MAX_PIECE_BYTES = 128 * 2 ** 20;
const REDRAW_MS = 250;

/** Rejects with PATH_NOT_FOUND, or TORRENT_INVALID for what no torrent can hold (nothing, or nothing but empty files). */
export async function makeTorrent(
  path: string,
  flags: MakeTorrentFlags,
  output: Output,
): Promise<MadeTorrent> {
  const isLive = process.stderr.isTTY === true && !output.isQuiet && !output.isJson;
  let drawnAtMs = 0;
  const { metainfo, folder, paths } = await hashTorrent(resolve(path), {
    ...(flags.name === undefined ? {} : { name: flags.name }),
    ...(flags.pieceSize === undefined ? {} : { pieceBytes: parsePieceSize(flags.pieceSize) }),
    onProgress: (doneRatio) => {
      if (!isLive || performance.now() - drawnAtMs < REDRAW_MS) return;
      drawnAtMs = performance.now();
      output.raw(`\rhashing ${percentText(doneRatio)}`);
    },
  });
  if (isLive && drawnAtMs > 0) output.raw("\r\x1b[K");
  const isElsewhere = metainfo.files.some((file, i) => file.path !== paths[i]);
  return { metainfo, folder, added: isElsewhere ? { paths } : {} };
}

function parsePieceSize(text: string): number {
  const bytes = parseSize(text, "--piece-size");
  const isPowerOfTwo = bytes > 0 && Number.isInteger(Math.log2(bytes));
  if (isPowerOfTwo && bytes >= MIN_PIECE_BYTES && bytes <= MAX_PIECE_BYTES) return bytes;
  throw new ClientError("USAGE", `--piece-size: "${text}" is not a power of two from 16K to 128M`);
}
