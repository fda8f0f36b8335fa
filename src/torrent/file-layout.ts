/**
 * Where the bytes of a torrent's content lie in its files (BEP 3: files are one stream in the order of the list).
 * Offsets are kept in one typed array, lookups are binary searches: 250,000 files cost 2 MB and 18 comparisons.
 */
import type { PieceMap } from "./piece-map.ts";

/** A run of content bytes within one file. */
export interface FileSpan {
  readonly fileIndex: number;
  readonly fileOffsetBytes: number;
  readonly lengthBytes: number;
}

/** Pieces [`first`, `end`). */
export interface PieceRange {
  readonly first: number;
  readonly end: number;
}

export class FileLayout {
  /** Offset behind each file; the content begins at 0, so file `i` begins where `i - 1` ends. */
  readonly #ends: Float64Array;

  constructor(files: readonly { readonly lengthBytes: number }[]) {
    this.#ends = new Float64Array(files.length);
    let end = 0;
    files.forEach((file, i) => {
      end += file.lengthBytes;
      this.#ends[i] = end;
    });
  }

  get fileCount(): number {
    return this.#ends.length;
  }

  get totalBytes(): number {
    return this.#ends.at(-1) ?? 0;
  }

  /** First byte of a file in the content. */
  startOf(fileIndex: number): number {
    return fileIndex === 0 ? 0 : (this.#ends[fileIndex - 1] as number);
  }

  /** Length of a file in bytes. */
  bytesOf(fileIndex: number): number {
    return (this.#ends[fileIndex] as number) - this.startOf(fileIndex);
  }

  /**
   * The files that hold the content bytes [`offsetBytes`, `offsetBytes + lengthBytes`), in order, without empty ones.
   * Throws when the range leaves the content.
   */
  spansOf(offsetBytes: number, lengthBytes: number): FileSpan[] {
    const end = offsetBytes + lengthBytes;
    if (!(offsetBytes >= 0 && lengthBytes >= 0 && end <= this.totalBytes)) {
      throw new RangeError(`Bytes ${offsetBytes} to ${end} lie outside of the content`);
    }
    const spans: FileSpan[] = [];
    let position = offsetBytes;
    for (let fileIndex = this.#fileAt(offsetBytes); position < end; fileIndex++) {
      const spanEnd = Math.min(end, this.#ends[fileIndex] as number);
      if (spanEnd <= position) continue;
      const fileOffsetBytes = position - this.startOf(fileIndex);
      spans.push({ fileIndex, fileOffsetBytes, lengthBytes: spanEnd - position });
      position = spanEnd;
    }
    return spans;
  }

  /** The pieces that hold a part of the file; `undefined` for an empty file. */
  piecesOf(fileIndex: number, pieceMap: PieceMap): PieceRange | undefined {
    const start = this.startOf(fileIndex);
    const end = this.#ends[fileIndex] as number;
    if (start === end) return undefined;
    return {
      first: Math.floor(start / pieceMap.pieceBytes),
      end: Math.floor((end - 1) / pieceMap.pieceBytes) + 1,
    };
  }

  /** The first file that ends behind `offsetBytes`, which is not an empty one. */
  #fileAt(offsetBytes: number): number {
    let low = 0;
    let high = this.#ends.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#ends[middle] as number) > offsetBytes) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}
