/**
 * Transmission's state: `torrents/NAME.torrent` and `resume/NAME.resume`. Its progress counts blocks of 16 KiB, and
 * notes for each file when it was checked last: a file that was written later is not trusted.
 */
import { join } from "node:path";
import {
  type BencodeDictionary,
  type BencodeValue,
  readBytes,
  readDictionary,
  readInteger,
  readList,
} from "../../core/bencode.ts";
import { utf8Text } from "../../core/bytes.ts";
import { Bitfield } from "../../torrent/bitfield.ts";
import type { Metainfo } from "../../torrent/metainfo.ts";
import { BLOCK_BYTES } from "../../torrent/piece-map.ts";
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

export async function readTransmission(folder: string): Promise<ForeignState> {
  const { files, unreadable } = await readStateFiles(join(folder, "resume"), ".resume");
  const torrents: ForeignTorrent[] = [];
  for (const file of files)
    torrents.push(torrentOf(file, await readIfPresent(join(folder, "torrents"), `${file.stem}.torrent`)));
  return { torrents, unreadable };
}

function torrentOf({ fields, stem }: StateFile, torrentFile: Uint8Array | undefined): ForeignTorrent {
  const text = (key: string): string | undefined => {
    const bytes = readBytes(fields, key);
    return bytes === undefined ? undefined : utf8Text(bytes);
  };
  const progress = readDictionary(fields, "progress") ?? {};
  const renamed = textList(readList(fields, "files"));
  const checked = readList(progress, "time-checked") ?? readList(progress, "mtimes") ?? [];
  return {
    name: text("name") ?? stem,
    torrentFile,
    infoHash: /[0-9a-f]{40}$/.exec(stem)?.[0],
    folders: distinctTexts([text("destination"), text("incomplete-dir")]),
    paths: renamed.length > 0 ? renamed : undefined,
    partSuffix: ".part",
    labels: labelsOf(textList(readList(fields, "labels"))),
    isPaused: readInteger(fields, "paused") === 1,
    filePriorities: prioritiesOf(fields),
    have: (metainfo) => havePieces(progress, metainfo),
    isTrusted: (fileIndex, modifiedUnixMs) => {
      const seconds = lastCheckOf(checked[fileIndex]);
      return seconds !== undefined && Math.floor(modifiedUnixMs / 1_000) <= seconds;
    },
    downloadedBytes: readInteger(fields, "downloaded") ?? 0,
    uploadedBytes: readInteger(fields, "uploaded") ?? 0,
    addedAtUnixMs: secondsToUnixMs(readInteger(fields, "added-date")),
    finishedAtUnixMs: secondsToUnixMs(readInteger(fields, "done-date")),
    trackers: 0,
  };
}

/** A piece is there when each of its blocks is; blocks are counted over the whole content. */
function havePieces(progress: BencodeDictionary, { pieceMap }: Metainfo): Bitfield {
  const have = new Bitfield(pieceMap.pieceCount);
  const blocks = readBytes(progress, "blocks");
  if (blocks === undefined) return have;
  if (utf8Text(blocks) === "all") {
    have.setAll();
    return have;
  }
  const blockCount = Math.ceil(pieceMap.totalBytes / BLOCK_BYTES);
  if (blocks.length !== Math.ceil(blockCount / 8)) return have;
  const isThere = (block: number): boolean => (((blocks[block >> 3] as number) << (block & 7)) & 0x80) !== 0;
  for (let piece = 0; piece < pieceMap.pieceCount; piece++) {
    const fromBytes = piece * pieceMap.pieceBytes;
    const toBytes = Math.min(fromBytes + pieceMap.pieceBytes, pieceMap.totalBytes);
    let block = Math.floor(fromBytes / BLOCK_BYTES);
    while (block * BLOCK_BYTES < toBytes && isThere(block)) block++;
    if (block * BLOCK_BYTES >= toBytes) have.set(piece);
  }
  return have;
}

/**
 * Seconds: one number for the file, or a base and an offset for each piece, 0 for a piece that was never checked.
 * Pieces are checked when they arrive, so the last of them is as late as the last write.
 */
function lastCheckOf(entry: BencodeValue | undefined): number | undefined {
  if (typeof entry === "number") return entry > 0 ? entry : undefined;
  if (!Array.isArray(entry)) return undefined;
  const [base, ...offsets] = entry.filter((item) => typeof item === "number");
  return base === undefined
    ? undefined
    : base + offsets.reduce((latest, offset) => Math.max(latest, offset), 0);
}

/** `dnd` (do not download) and -1, 0, 1, a file each. */
function prioritiesOf(fields: BencodeDictionary): readonly number[] | undefined {
  const unwanted = readList(fields, "dnd");
  if (unwanted === undefined) return undefined;
  const urgency = readList(fields, "priority") ?? [];
  return unwanted.map((isUnwanted, i) => {
    if (isUnwanted === 1) return 0;
    if (urgency[i] === 1) return 7;
    return urgency[i] === -1 ? 1 : 4;
  });
}
