/** Which pieces are worth hashing, by what files exist and how long they are: what is absent costs no read. */
import type { Bitfield } from "../torrent/bitfield.ts";
import type { Metainfo } from "../torrent/metainfo.ts";
import type { StampList } from "./disk-jobs.ts";

/**
 * Those of `pieces` that could be there. Pieces that a file shares with its neighbours are kept, because the part file
 * may hold its share of them.
 */
export function presentPieces(metainfo: Metainfo, pieces: Bitfield, stamps: StampList): Bitfield {
  const present = pieces.clone();
  const { pieceBytes } = metainfo.pieceMap;
  metainfo.files.forEach((file, i) => {
    if (file.isPadding || file.lengthBytes === 0) return;
    const storedBytes = stamps[2 * i] as number;
    const missingFrom = Number.isNaN(storedBytes) ? 0 : storedBytes;
    if (missingFrom >= file.lengthBytes) return;
    const firstInside = Math.ceil(file.offsetBytes / pieceBytes);
    const firstMissing = Math.max(firstInside, Math.floor((file.offsetBytes + missingFrom) / pieceBytes));
    const endInside = Math.floor((file.offsetBytes + file.lengthBytes) / pieceBytes);
    for (let piece = firstMissing; piece < endInside; piece++) present.clear(piece);
  });
  return present;
}

/** The indices of the set pieces, ascending. */
export function indicesOf(pieces: Bitfield): Int32Array {
  const indices = new Int32Array(pieces.count);
  for (let piece = 0, at = 0; at < indices.length; piece++) if (pieces.has(piece)) indices[at++] = piece;
  return indices;
}
