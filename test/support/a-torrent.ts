/** Torrents made by hand: valid ones to start from, with single fields replaced. */
import { type BencodeInput, encodeBencode } from "../../src/core/bencode.ts";
import { type Metainfo, parseTorrentFile } from "../../src/torrent/metainfo.ts";

export type Fields = { readonly [key: string]: BencodeInput | undefined };

/** One block: the shortest piece of most test torrents. */
export const PIECE_BYTES = 16_384;

/** A single file of 20,000 bytes in two pieces; `undefined` removes a field. */
export function singleFileInfo(fields: Fields = {}): Fields {
  return { length: 20_000, name: "temp", "piece length": PIECE_BYTES, pieces: new Uint8Array(40), ...fields };
}

/** Several files; the hashes fit the lengths. `undefined` removes a field. */
export function multiFileInfo(files: readonly BencodeInput[], fields: Fields = {}): Fields {
  const totalBytes = files.reduce((sum: number, file) => sum + lengthOf(file), 0);
  const pieceBytes = typeof fields["piece length"] === "number" ? fields["piece length"] : PIECE_BYTES;
  return {
    files,
    name: "temp",
    "piece length": pieceBytes,
    pieces: hashesFor(totalBytes, pieceBytes),
    ...fields,
  };
}

/** Entry of `files`. */
export function file(path: readonly BencodeInput[], length = 1000, fields: Fields = {}): Fields {
  return { length, path, ...fields };
}

export function torrentBytes(info: BencodeInput | Fields, outer: Fields = {}): Uint8Array {
  return encodeBencode({ ...outer, info } as BencodeInput);
}

/** The parsed torrent; throws where it is refused. */
export function aTorrent(info: Fields, outer: Fields = {}): Metainfo {
  const result = parseTorrentFile(torrentBytes(info, outer));
  if (!result.ok) throw new Error(`${result.fault.code}: ${result.fault.message}`);
  return result.value;
}

/** As many zeros as hashes are needed; none for content that is refused for its size anyway. */
function hashesFor(totalBytes: number, pieceBytes: number): Uint8Array {
  const isPossible = totalBytes > 0 && totalBytes < 2 ** 40;
  return new Uint8Array(isPossible ? 20 * Math.ceil(totalBytes / pieceBytes) : 0);
}

function lengthOf(entry: BencodeInput): number {
  const { length } = entry as { readonly length?: unknown };
  return typeof length === "number" ? length : 0;
}
