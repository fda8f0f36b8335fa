/** A small torrent with random content, made for one test. */
import { type InfoHash, infoHashFrom } from "../../../src/core/ids.ts";
import { SeededRandom } from "../../../src/sim/index.ts";
import { Bitfield } from "../../../src/torrent/bitfield.ts";
import { PieceMap } from "../../../src/torrent/piece-map.ts";
import { buildInfoDictionary } from "../../../src/torrent/torrent-builder.ts";
import { nativeSha1 } from "./native-sha1.ts";

export interface TestTorrent {
  readonly content: Uint8Array;
  readonly map: PieceMap;
  /** 20 bytes a piece. */
  readonly hashes: Uint8Array;
  readonly rawInfo: Uint8Array;
  readonly infoHash: InfoHash;
}

export interface TorrentOptions {
  readonly totalBytes?: number;
  readonly pieceBytes?: number;
  readonly seed?: string;
}

/** The one that was made last, for the test that makes many worlds of one torrent. */
let last: { readonly key: string; readonly torrent: TestTorrent } | undefined;

/** The same for the same options; its content is not to be written to. */
export function aTorrent(options: TorrentOptions = {}): TestTorrent {
  const { totalBytes = 300_000, pieceBytes = 65_536, seed = "content" } = options;
  const key = `${totalBytes}/${pieceBytes}/${seed}`;
  if (last?.key !== key) last = { key, torrent: makeTorrent(totalBytes, pieceBytes, seed) };
  return last.torrent;
}

function makeTorrent(totalBytes: number, pieceBytes: number, seed: string): TestTorrent {
  const map = new PieceMap(totalBytes, pieceBytes);
  const content = new SeededRandom(seed).bytes(totalBytes);
  const hashes = new Uint8Array(20 * map.pieceCount);
  for (let piece = 0; piece < map.pieceCount; piece++) {
    const start = map.startOf(piece);
    hashes.set(nativeSha1(content.subarray(start, start + map.bytesOf(piece))), 20 * piece);
  }
  const rawInfo = buildInfoDictionary({
    name: "content.bin",
    files: [{ path: "content.bin", lengthBytes: totalBytes }],
    pieceBytes: map.pieceBytes,
    pieceHashes: hashes,
  });
  return { content, map, hashes, rawInfo, infoHash: infoHashFrom(nativeSha1(rawInfo)) };
}

export function allPieces(torrent: TestTorrent): Bitfield {
  const field = new Bitfield(torrent.map.pieceCount);
  field.setAll();
  return field;
}

export function piecesWhere(torrent: TestTorrent, has: (piece: number) => boolean): Bitfield {
  const field = new Bitfield(torrent.map.pieceCount);
  for (let piece = 0; piece < field.length; piece++) if (has(piece)) field.set(piece);
  return field;
}
