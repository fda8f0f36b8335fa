/**
 * qBittorrent's state: `BT_backup/HASH.torrent` and `HASH.fastresume`, which is libtorrent's resume data with keys of
 * qBittorrent's own (`qBt-…`). libtorrent notes no times of files, so a file counts as unchanged when it was last
 * written before the record was saved.
 */

import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { readBytes, readInteger, readList } from "../../core/bencode.ts";
import { toHex, utf8Text } from "../../core/bytes.ts";
import { ClientError } from "../../core/errors.ts";
import { Bitfield } from "../../torrent/bitfield.ts";
import type { Metainfo } from "../../torrent/metainfo.ts";
import type { ForeignState } from "./foreign-state.ts";
import {
  distinctTexts,
  type ForeignTorrent,
  labelsOf,
  readIfPresent,
  readStateFiles,
  type StateFile,
  secondsToUnixMs,
  textList,
} from "./foreign-torrent.ts";

/** What it keeps torrents in when its advanced settings say "SQLite database"; beside `BT_backup`. */
const DATABASE = "torrents.db";

/** Rejects with `NOT_FOUND` where the torrents are in its database, which is not read. */
export async function readQbittorrent(folder: string): Promise<ForeignState> {
  const database = [join(folder, DATABASE), join(dirname(folder), DATABASE)].find((path) => existsSync(path));
  if (database !== undefined && !existsSync(folder)) throw notRead(database);
  const { files, unreadable } = await readStateFiles(folder, ".fastresume");
  if (database !== undefined && files.length === 0) throw notRead(database);
  const torrents: ForeignTorrent[] = [];
  for (const file of files)
    torrents.push(torrentOf(file, await readIfPresent(folder, `${file.stem}.torrent`)));
  return { torrents, unreadable };
}

function notRead(database: string): ClientError {
  return new ClientError(
    "NOT_FOUND",
    `qBittorrent keeps its torrents in ${database}, which Starling does not read`,
    {
      hint: "Choose fastresume files as resume data storage type in its advanced settings, start it once, then import.",
    },
  );
}

function torrentOf(file: StateFile, torrentFile: Uint8Array | undefined): ForeignTorrent {
  const { fields, stem, savedUnixMs } = file;
  const text = (key: string): string | undefined => {
    const bytes = readBytes(fields, key);
    return bytes === undefined || bytes.length === 0 ? undefined : utf8Text(bytes);
  };
  const mapped = textList(readList(fields, "mapped_files"));
  const hash = readBytes(fields, "info-hash");
  return {
    name: text("qBt-name") ?? text("name") ?? stem,
    torrentFile,
    infoHash: hash === undefined ? undefined : toHex(hash),
    folders: distinctTexts([text("qBt-savePath"), text("save_path"), text("qBt-downloadPath")]),
    paths: mapped.length > 0 ? mapped : undefined,
    partSuffix: ".!qB",
    labels: labelsOf([text("qBt-category"), ...textList(readList(fields, "qBt-tags"))]),
    // Queued torrents are paused for libtorrent, but managed.
    isPaused: readInteger(fields, "paused") === 1 && readInteger(fields, "auto_managed") !== 1,
    filePriorities: prioritiesOf(readList(fields, "file_priority")),
    have: (metainfo) => havePieces(readBytes(fields, "pieces"), metainfo),
    isTrusted: (_, modifiedUnixMs) => modifiedUnixMs <= savedUnixMs,
    downloadedBytes: readInteger(fields, "total_downloaded") ?? 0,
    uploadedBytes: readInteger(fields, "total_uploaded") ?? 0,
    addedAtUnixMs: secondsToUnixMs(readInteger(fields, "added_time")),
    finishedAtUnixMs: secondsToUnixMs(readInteger(fields, "completed_time")),
    trackers: (readList(fields, "trackers") ?? []).flat().length,
  };
}

/** One byte a piece, whose lowest bit says that the piece is there. */
function havePieces(pieces: Uint8Array | undefined, { pieceMap }: Metainfo): Bitfield {
  const have = new Bitfield(pieceMap.pieceCount);
  if (pieces?.length !== pieceMap.pieceCount) return have;
  for (let piece = 0; piece < pieces.length; piece++)
    if (((pieces[piece] as number) & 1) === 1) have.set(piece);
  return have;
}

/** libtorrent has 0 to 7 as we do, but 1 is what it calls normal in this list. */
function prioritiesOf(list: readonly unknown[] | undefined): readonly number[] | undefined {
  if (list === undefined || list.length === 0) return undefined;
  return list.map((priority) => (typeof priority !== "number" || priority === 1 ? 4 : Math.min(priority, 7)));
}
