/**
 * What a torrent is: the content of a `.torrent` file, or of the info dictionary that peers hand out (BEP 3, BEP 9).
 * Version 1 and hybrid torrents (BEP 52, taken as version 1) are understood. The info-hash is the SHA-1 of the info
 * dictionary's own bytes, never of something encoded again, so unusual encodings keep their identity.
 *
 * Everything read here was chosen by a stranger: each limit is checked before memory is spent, names go through
 * `disk-names.ts`, and what is wrong becomes a fault with a code `torrent-…` (or `v2-only`) and a sentence.
 */

import { encodeBencode } from "../core/bencode.ts";
import { type BencodeView, openBencode } from "../core/bencode-document.ts";
import { scanBencode, TORRENT_LIMITS } from "../core/bencode-scanner.ts";
import { concatBytes, utf8Bytes, utf8Text } from "../core/bytes.ts";
import { type Decoded, decoded, fault } from "../core/decoded.ts";
import { type InfoHash, type InfoHashHex, infoHashFrom, infoHashHex } from "../core/ids.ts";
import { sha1 } from "../core/sha1.ts";
import { diskName, staysInside } from "./disk-names.ts";
import { checkHybrid } from "./hybrid-check.ts";
import { MAX_PIECES, PieceMap } from "./piece-map.ts";
import {
  MAX_COMMENT_BYTES,
  MAX_COUNTED_URLS,
  MAX_PIECE_BYTES,
  MAX_TORRENT_BYTES,
  MIN_PIECE_BYTES,
} from "./torrent-config.ts";
import type { TorrentFile } from "./torrent-file.ts";
import { parseFileList } from "./torrent-file-list.ts";

export type { TorrentFile } from "./torrent-file.ts";

export interface Metainfo {
  readonly infoHash: InfoHash;
  readonly id: InfoHashHex;
  /** The info dictionary byte for byte: what peers are served (BEP 9) and what the info-hash covers. */
  readonly rawInfo: Uint8Array;
  /** The torrent's folder, or its single file, as on disk. */
  readonly name: string;
  readonly pieceMap: PieceMap;
  /** SHA-1 of each piece, 20 bytes a piece, in order. */
  readonly pieceHashes: Uint8Array;
  /** In the order of the torrent, padding included; lengths add up to the content. */
  readonly files: readonly TorrentFile[];
  /** BEP 27: its author forbids peers from elsewhere than its trackers. */
  readonly isPrivate: boolean;
  /** BEP 52: carries a version 2 description as well, which agrees with this one. */
  readonly isHybrid: boolean;
  /** Trackers that the file names and Starling does not use. */
  readonly ignoredTrackers: number;
  /** Web seeds (BEP 19, BEP 17) that the file names and Starling does not use. */
  readonly ignoredWebSeeds: number;
  /** Free text, not sanitised. */
  readonly comment?: string;
  /** The program that made it, not sanitised. */
  readonly createdBy?: string;
  readonly createdAtUnixMs?: number;
}

/** What stands around the info dictionary and is not part of the torrent's identity. */
type Surroundings = Pick<
  Metainfo,
  "ignoredTrackers" | "ignoredWebSeeds" | "comment" | "createdBy" | "createdAtUnixMs"
>;

const PIECE_HASH_BYTES = 20;
/** Largest distance of a JavaScript date from 1970, in seconds. */
const MAX_UNIX_SECONDS = 8_640_000_000_000;

/** Reads a `.torrent` file. Keys may be out of order and white space may follow; nothing else may. */
export function parseTorrentFile(bytes: Uint8Array): Decoded<Metainfo> {
  if (bytes.length > MAX_TORRENT_BYTES) return tooLarge();
  const document = openBencode(withoutTrailingSpace(bytes), TORRENT_LIMITS);
  if (!document.ok) return fault("torrent-not-bencoded", `not a torrent file: ${document.fault.message}`);
  const { info } = document.value.pick("info");
  if (info === undefined) return fault("torrent-no-info", "not a torrent file: there is no info dictionary");
  return readInfo(info, readSurroundings(document.value));
}

/** Reads the info dictionary alone, as peers send it. `rawInfo` is copied. */
export function parseInfoDictionary(rawInfo: Uint8Array): Decoded<Metainfo> {
  if (rawInfo.length > MAX_TORRENT_BYTES) return tooLarge();
  const document = openBencode(rawInfo, TORRENT_LIMITS);
  if (!document.ok) return fault("torrent-not-bencoded", `not torrent metadata: ${document.fault.message}`);
  return readInfo(document.value, { ignoredTrackers: 0, ignoredWebSeeds: 0 });
}

/** A trackerless `.torrent` file around `rawInfo`, whose info-hash it keeps. Throws when `rawInfo` is not bencoded. */
export function encodeTorrentFile(
  metainfo: Pick<Metainfo, "rawInfo"> & Partial<Pick<Metainfo, "comment" | "createdBy" | "createdAtUnixMs">>,
): Uint8Array {
  if (!scanBencode(metainfo.rawInfo, TORRENT_LIMITS).ok)
    throw new TypeError("rawInfo is not one bencoded value");
  const created = metainfo.createdAtUnixMs;
  const surroundings = encodeBencode({
    comment: metainfo.comment,
    "created by": metainfo.createdBy,
    "creation date": created === undefined ? undefined : Math.floor(created / 1000),
  });
  // Every other key sorts before "info", so the raw bytes go behind them untouched.
  return concatBytes([surroundings.subarray(0, -1), utf8Bytes("4:info"), metainfo.rawInfo, utf8Bytes("e")]);
}

/**
 * The same torrent with files elsewhere on disk: by index, paths relative to the chosen folder. For what is shared
 * under names of its own that `disk-names.ts` would change. Throws when a path leads out of the folder.
 */
export function withPaths(metainfo: Metainfo, paths: ReadonlyMap<number, string>): Metainfo {
  for (const path of paths.values()) {
    if (!staysInside(path)) throw new RangeError("The path of a file leads out of the folder");
  }
  const files = metainfo.files.map((file, i) => ({ ...file, path: paths.get(i) ?? file.path }));
  return { ...metainfo, files };
}

function readInfo(info: BencodeView, surroundings: Surroundings): Decoded<Metainfo> {
  if (info.kind !== "dictionary") return fault("torrent-no-info", "the info part is not a dictionary");
  const fields = info.pick(
    "name",
    "name.utf-8",
    "piece length",
    "pieces",
    "length",
    "files",
    "private",
    "meta version",
    "file tree",
  );
  const isVersion2 = fields["meta version"] !== undefined || fields["file tree"] !== undefined;
  if (fields.pieces === undefined && isVersion2) {
    return fault("v2-only", "v2-only torrents are not supported yet");
  }

  const rawInfo = info.raw().slice();
  const infoHash = infoHashFrom(sha1(rawInfo));
  const id = infoHashHex(infoHash);
  const wishedName = fields["name.utf-8"]?.text() ?? fields.name?.text();
  if (wishedName === undefined) return fault("torrent-no-name", "the torrent has no name");
  const name = diskName(wishedName) ?? id;

  const list = parseFileList(fields, wishedName, name);
  if (!list.ok) return list;
  const pieceMap = readPieceMap(fields["piece length"], list.value.totalBytes);
  if (!pieceMap.ok) return pieceMap;
  const pieceHashes = readPieceHashes(fields.pieces, pieceMap.value);
  if (!pieceHashes.ok) return pieceHashes;
  const tree = fields["file tree"];
  if (tree !== undefined) {
    const problem = checkHybrid({ tree, fields, name: wishedName, pieceBytes: pieceMap.value.pieceBytes });
    if (problem !== undefined) return fault("torrent-hybrid-mismatch", problem);
  }

  return decoded({
    infoHash,
    id,
    rawInfo,
    name,
    pieceMap: pieceMap.value,
    pieceHashes: pieceHashes.value,
    files: list.value.files,
    isPrivate: (fields.private?.integer() ?? 0) !== 0,
    isHybrid: tree !== undefined,
    ...surroundings,
  });
}

function readPieceMap(field: BencodeView | undefined, totalBytes: number): Decoded<PieceMap> {
  const pieceBytes = field?.integer();
  if (pieceBytes === undefined || pieceBytes < MIN_PIECE_BYTES || pieceBytes > MAX_PIECE_BYTES) {
    return fault(
      "torrent-piece-length",
      `the piece length is not between ${MIN_PIECE_BYTES} bytes and ${MAX_PIECE_BYTES / 2 ** 20} MiB`,
    );
  }
  if (Math.ceil(totalBytes / pieceBytes) > MAX_PIECES) {
    return fault("torrent-too-many-pieces", `the torrent has more than ${MAX_PIECES} pieces`);
  }
  return decoded(new PieceMap(totalBytes, pieceBytes));
}

function readPieceHashes(field: BencodeView | undefined, pieceMap: PieceMap): Decoded<Uint8Array> {
  const hashes = field?.bytes();
  if (hashes === undefined) return fault("torrent-no-pieces", "the torrent has no piece hashes");
  if (hashes.length !== pieceMap.pieceCount * PIECE_HASH_BYTES) {
    return fault(
      "torrent-piece-hashes",
      `${pieceMap.pieceCount} pieces need ${pieceMap.pieceCount * PIECE_HASH_BYTES} bytes of hashes, not ${hashes.length}`,
    );
  }
  return decoded(hashes.slice());
}

function readSurroundings(document: BencodeView): Surroundings {
  const fields = document.pick(
    "announce",
    "announce-list",
    "url-list",
    "httpseeds",
    "comment",
    "comment.utf-8",
    "created by",
    "creation date",
  );
  const comment = readText(fields["comment.utf-8"] ?? fields.comment);
  const createdBy = readText(fields["created by"]);
  const seconds = fields["creation date"]?.integer();
  const isDate = seconds !== undefined && Math.abs(seconds) <= MAX_UNIX_SECONDS;
  return {
    ignoredTrackers: countUrls([fields.announce, fields["announce-list"]]),
    ignoredWebSeeds: countUrls([fields["url-list"], fields.httpseeds]),
    ...(comment === undefined ? {} : { comment }),
    ...(createdBy === undefined ? {} : { createdBy }),
    ...(isDate ? { createdAtUnixMs: seconds * 1000 } : {}),
  };
}

/** Distinct strings in `fields`, each a string or a list of strings or of lists of them. */
function countUrls(fields: readonly (BencodeView | undefined)[]): number {
  const urls = new Set<string>();
  for (const field of fields) {
    if (field !== undefined) collectUrls(field, urls, 0);
  }
  return urls.size;
}

/** BEP 12 nests announce lists once; deeper lists are not read. */
function collectUrls(field: BencodeView, urls: Set<string>, depth: number): void {
  const url = readText(field)?.trim();
  if (url !== undefined && url !== "") urls.add(url);
  if (depth >= 2) return;
  for (const item of field.items()) {
    if (urls.size >= MAX_COUNTED_URLS) return;
    collectUrls(item, urls, depth + 1);
  }
}

function readText(field: BencodeView | undefined): string | undefined {
  const bytes = field?.bytes();
  return bytes === undefined ? undefined : utf8Text(bytes.subarray(0, MAX_COMMENT_BYTES));
}

function withoutTrailingSpace(bytes: Uint8Array): Uint8Array {
  let end = bytes.length;
  while (end > 0 && [0x20, 0x09, 0x0a, 0x0d].includes(bytes[end - 1] as number)) end--;
  return bytes.subarray(0, end);
}

function tooLarge(): ReturnType<typeof fault> {
  return fault("torrent-too-large", `the torrent is larger than ${MAX_TORRENT_BYTES / 2 ** 20} MiB`);
}
