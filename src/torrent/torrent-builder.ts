/**
 * Makes the info dictionary of a new torrent (BEP 3, version 1). The same content gives the same info-hash whoever
 * creates it and whenever: files are ordered by name, the piece length depends on the size alone, and nothing but
 * what the protocol needs goes into the dictionary. Hashing is the platform's business.
 */
import { encodeBencode } from "../core/bencode.ts";
import { compareBytes, utf8Bytes } from "../core/bytes.ts";
import { invariant } from "../core/invariant.ts";
import { MAX_FILES, MAX_PIECE_BYTES, MAX_TOTAL_BYTES } from "./torrent-config.ts";

export interface NewFile {
  /** As in a parsed torrent: `/` between elements, beginning with the torrent's folder; a single file: its name. */
  readonly path: string;
  readonly lengthBytes: number;
}

export interface NewTorrent {
  readonly name: string;
  /** In the order of the content; see `inTorrentOrder`. */
  readonly files: readonly NewFile[];
  readonly pieceBytes: number;
  /** 20 bytes a piece. */
  readonly pieceHashes: Uint8Array;
  readonly isPrivate?: boolean;
}

/** One block: the shortest piece that is worth a hash. */
const SMALLEST_PIECE_BYTES = 16_384;
/** Pieces up to this length are preferred; every client in use takes them. */
const COMMON_PIECE_BYTES = 16 * 2 ** 20;
/** Enough pieces for peers to have different ones, few enough for short bitfields and metadata of 40 KB. */
const COMFORTABLE_PIECES = 2048;
/** Hashes of 5 MiB: the metadata stays below what every client in use takes (libtorrent: 10 MB). */
const BEARABLE_PIECES = 262_144;

/** The piece length for content of this size: a power of two, the same for the same size. */
export function choosePieceBytes(totalBytes: number): number {
  let pieceBytes = SMALLEST_PIECE_BYTES;
  while (pieceBytes < COMMON_PIECE_BYTES && totalBytes / pieceBytes > COMFORTABLE_PIECES) pieceBytes *= 2;
  while (pieceBytes < MAX_PIECE_BYTES && totalBytes / pieceBytes > BEARABLE_PIECES) pieceBytes *= 2;
  return pieceBytes;
}

/** The files in the order of their paths, element by element in bytes of UTF-8 (the order of BEP 52 file trees). */
export function inTorrentOrder<File extends { readonly path: string }>(files: readonly File[]): File[] {
  return files
    .map((file) => ({ file, elements: file.path.split("/").map(utf8Bytes) }))
    .sort((a, b) => compareElements(a.elements, b.elements))
    .map(({ file }) => file);
}

/**
 * The bencoded info dictionary, whose SHA-1 is the info-hash. Throws when the parts do not fit each other: no content,
 * too many files, hashes of another length than the pieces need.
 */
export function buildInfoDictionary(torrent: NewTorrent): Uint8Array {
  const { name, files, pieceBytes, pieceHashes } = torrent;
  const totalBytes = files.reduce((sum, file) => sum + file.lengthBytes, 0);
  invariant(totalBytes > 0 && totalBytes <= MAX_TOTAL_BYTES, "a torrent holds at least one byte");
  invariant(files.length <= MAX_FILES, `a torrent has at most ${MAX_FILES} files`);
  invariant(
    pieceHashes.length === 20 * Math.ceil(totalBytes / pieceBytes),
    "there is one hash for each piece",
  );
  const isSingle = files.length === 1 && files[0]?.path === name;
  return encodeBencode({
    name,
    "piece length": pieceBytes,
    pieces: pieceHashes,
    private: torrent.isPrivate === true ? 1 : undefined,
    ...(isSingle ? { length: totalBytes } : { files: files.map((file) => fileEntry(file, name)) }),
  });
}

function fileEntry(
  file: NewFile,
  folder: string,
): { readonly length: number; readonly path: readonly string[] } {
  invariant(file.path.startsWith(`${folder}/`), `"${file.path}" lies in the torrent's folder`);
  return { length: file.lengthBytes, path: file.path.slice(folder.length + 1).split("/") };
}

function compareElements(a: readonly Uint8Array[], b: readonly Uint8Array[]): number {
  for (let i = 0; i < Math.min(a.length, b.length); i++) {
    const order = compareBytes(a[i] as Uint8Array, b[i] as Uint8Array);
    if (order !== 0) return order;
  }
  return a.length - b.length;
}
