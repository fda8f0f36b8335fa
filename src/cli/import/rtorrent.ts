/**
 * rtorrent's session folder: `HASH.torrent`, `HASH.torrent.rtorrent` (what the user set) and
 * `HASH.torrent.libtorrent_resume` (what is on disk, with the time of each file as it was then).
 */
import { basename, dirname } from "node:path";
import {
  type BencodeDictionary,
  isDictionary,
  readBytes,
  readDictionary,
  readInteger,
  readList,
} from "../../core/bencode.ts";
import { utf8Text } from "../../core/bytes.ts";
import { Bitfield } from "../../torrent/bitfield.ts";
import { type Metainfo, parseTorrentFile } from "../../torrent/metainfo.ts";
import type { ForeignState } from "./foreign-state.ts";
import {
  type ForeignTorrent,
  labelsOf,
  readIfPresent,
  readStateFiles,
  type StateFile,
  secondsToUnixMs,
} from "./foreign-torrent.ts";

export async function readRtorrent(folder: string): Promise<ForeignState> {
  const settings = await readStateFiles(folder, ".torrent.rtorrent");
  const resumes = await readStateFiles(folder, ".torrent.libtorrent_resume");
  const torrents: ForeignTorrent[] = [];
  for (const file of settings.files) {
    const resume = resumes.files.find(({ stem }) => stem === file.stem)?.fields ?? {};
    torrents.push(torrentOf(file, resume, await readIfPresent(folder, `${file.stem}.torrent`)));
  }
  return { torrents, unreadable: [...settings.unreadable, ...resumes.unreadable] };
}

function torrentOf(
  { fields, stem }: StateFile,
  resume: BencodeDictionary,
  torrentFile: Uint8Array | undefined,
): ForeignTorrent {
  const parsed = torrentFile === undefined ? undefined : parseTorrentFile(torrentFile);
  const metainfo = parsed?.ok === true ? parsed.value : undefined;
  const files = (readList(resume, "files") ?? []).map((file) => (isDictionary(file) ? file : {}));
  return {
    name: metainfo?.name ?? stem,
    torrentFile,
    infoHash: /^[0-9A-F]{40}$/.test(stem) ? stem.toLowerCase() : undefined,
    ...placeOf(readBytes(fields, "directory"), metainfo),
    partSuffix: "",
    labels: labelsOf([labelOf(readBytes(fields, "custom1"))]),
    isPaused: readInteger(fields, "state") === 0,
    filePriorities:
      files.length === 0
        ? undefined
        : files.map((file) => PRIORITIES[readInteger(file, "priority") ?? 1] ?? 4),
    have: (known) => havePieces(resume, known),
    isTrusted: (fileIndex, modifiedUnixMs) =>
      readInteger(files[fileIndex] ?? {}, "mtime") === Math.floor(modifiedUnixMs / 1_000),
    downloadedBytes: readInteger(fields, "total_downloaded") ?? 0,
    uploadedBytes: readInteger(fields, "total_uploaded") ?? 0,
    addedAtUnixMs: secondsToUnixMs(readInteger(fields, "timestamp.started")),
    finishedAtUnixMs: secondsToUnixMs(readInteger(fields, "timestamp.finished")),
    trackers: metainfo === undefined ? Object.keys(readDictionary(resume, "trackers") ?? {}).length : 0,
  };
}

/** Off, normal, high. */
const PRIORITIES: readonly number[] = [0, 4, 7];

/** The directory is the torrent's own for several files, and the one that holds it for a single one. */
function placeOf(
  directory: Uint8Array | undefined,
  metainfo: Metainfo | undefined,
): Pick<ForeignTorrent, "folders" | "paths"> {
  if (directory === undefined || directory.length === 0) return { folders: [], paths: undefined };
  const path = utf8Text(directory);
  const isSingleFile = metainfo?.files.length === 1 && metainfo.files[0]?.path === metainfo.name;
  if (metainfo === undefined || isSingleFile) return { folders: [path], paths: undefined };
  const isRenamed = basename(path) !== metainfo.name;
  const paths = metainfo.files.map((file) => basename(path) + file.path.slice(metainfo.name.length));
  return { folders: [dirname(path)], paths: isRenamed ? paths : undefined };
}

/** A bitfield, or the number of pieces where all or none of them are there. */
function havePieces(resume: BencodeDictionary, { pieceMap }: Metainfo): Bitfield {
  const have = new Bitfield(pieceMap.pieceCount);
  if (readInteger(resume, "bitfield") === pieceMap.pieceCount) have.setAll();
  return Bitfield.fromBytes(readBytes(resume, "bitfield") ?? new Uint8Array(), pieceMap.pieceCount) ?? have;
}

/** ruTorrent's label, percent-encoded. */
function labelOf(bytes: Uint8Array | undefined): string | undefined {
  if (bytes === undefined) return undefined;
  const text = utf8Text(bytes);
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
