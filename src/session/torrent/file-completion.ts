/** Which files are complete: pieces still missing of each, counted once and kept as pieces come. */
import type { Bitfield } from "../../torrent/bitfield.ts";
import type { FileLayout } from "../../torrent/file-layout.ts";
import type { Metainfo } from "../../torrent/metainfo.ts";

export class FileCompletion {
  readonly #metainfo: Metainfo;
  readonly #layout: FileLayout;
  readonly #missing: Int32Array;

  /** O(pieces + files). */
  constructor(metainfo: Metainfo, layout: FileLayout, have: Bitfield) {
    this.#metainfo = metainfo;
    this.#layout = layout;
    this.#missing = new Int32Array(metainfo.files.length);
    for (let piece = 0; piece < metainfo.pieceMap.pieceCount; piece++) {
      if (have.has(piece)) continue;
      for (const file of this.#filesOf(piece)) (this.#missing[file] as number)++;
    }
  }

  /** The files that have all their pieces. */
  complete(): number[] {
    return [...this.#missing.keys()].filter((file) => this.#missing[file] === 0);
  }

  /** A piece that was missing is here. Answers the files that are complete by it. */
  pieceArrived(piece: number): number[] {
    return this.#filesOf(piece).filter((file) => --(this.#missing[file] as number) === 0);
  }

  #filesOf(piece: number): number[] {
    const { pieceMap } = this.#metainfo;
    const spans = this.#layout.spansOf(pieceMap.startOf(piece), pieceMap.bytesOf(piece));
    return spans.map(({ fileIndex }) => fileIndex);
  }
}
