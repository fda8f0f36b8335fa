/**
 * Where the part file keeps bytes of unwanted files. Wanted files share pieces with their neighbours, so a few bytes
 * of unwanted ones arrive with them: at most the rest of the piece that an unwanted file begins in, and the beginning
 * of the piece that it ends in. Both zones of every file have a fixed place that follows from the torrent alone, so
 * the part file needs no directory, survives a crash at any moment, and is sparse where nothing was stored.
 */
import type { InfoHashHex } from "../core/ids.ts";
import type { FileLayout } from "../torrent/file-layout.ts";

/** A run of a file that the part file has room for. */
export interface PartZone {
  readonly fileOffsetBytes: number;
  readonly partOffsetBytes: number;
  readonly lengthBytes: number;
}

/** Name of a torrent's part file, in the folder that holds the torrent's own. */
export function partFileName(id: InfoHashHex): string {
  return `.${id}.parts`;
}

export class PartLayout {
  readonly #layout: FileLayout;
  readonly #pieceBytes: number;
  /** Place of each file's zones in the part file. */
  readonly #starts: Float64Array;

  constructor(layout: FileLayout, pieceBytes: number) {
    this.#layout = layout;
    this.#pieceBytes = pieceBytes;
    this.#starts = new Float64Array(layout.fileCount);
    let at = 0;
    for (let file = 0; file < layout.fileCount; file++) {
      this.#starts[file] = at;
      const { headBytes, tailBytes } = this.#zoneBytes(file);
      at += headBytes + tailBytes;
    }
  }

  /** The zones of a file that are not empty. */
  zonesOf(fileIndex: number): PartZone[] {
    const start = this.#starts[fileIndex] as number;
    const { headBytes, tailBytes } = this.#zoneBytes(fileIndex);
    return [
      { fileOffsetBytes: 0, partOffsetBytes: start, lengthBytes: headBytes },
      {
        fileOffsetBytes: this.#layout.bytesOf(fileIndex) - tailBytes,
        partOffsetBytes: start + headBytes,
        lengthBytes: tailBytes,
      },
    ].filter((zone) => zone.lengthBytes > 0);
  }

  /** Place in the part file of a run of a file; `undefined` where the run shares its piece with no other file. */
  placeOf(fileIndex: number, fileOffsetBytes: number, lengthBytes: number): number | undefined {
    const end = fileOffsetBytes + lengthBytes;
    const zone = this.zonesOf(fileIndex).find(
      (one) => fileOffsetBytes >= one.fileOffsetBytes && end <= one.fileOffsetBytes + one.lengthBytes,
    );
    return zone === undefined ? undefined : zone.partOffsetBytes + fileOffsetBytes - zone.fileOffsetBytes;
  }

  /** Head: up to the first piece boundary inside the file. Tail: from the last one, where the head has not got it. */
  #zoneBytes(fileIndex: number): { readonly headBytes: number; readonly tailBytes: number } {
    const start = this.#layout.startOf(fileIndex);
    const lengthBytes = this.#layout.bytesOf(fileIndex);
    const intoPiece = start % this.#pieceBytes;
    const headBytes = intoPiece === 0 ? 0 : Math.min(lengthBytes, this.#pieceBytes - intoPiece);
    const tailBytes = Math.min(lengthBytes - headBytes, (start + lengthBytes) % this.#pieceBytes);
    return { headBytes, tailBytes };
  }
}
