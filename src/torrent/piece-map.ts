/** Geometry of a torrent's content: pieces, segments and blocks (BEP 3). All offsets are plain numbers up to 2^53. */
import type { Brand } from "../core/ids.ts";

/** What peers request at a time; larger requests are refused by every client in use. */
export const BLOCK_BYTES = 16_384;

/**
 * Longest run of one piece that is buffered before it goes to storage. A piece up to this size is hashed before it
 * is written; a longer one is written run by run while its hash advances, so memory is independent of piece size.
 */
export const SEGMENT_BYTES: number = 1 << 20;

/** threats F3: the most pieces that any client in use accepts. */
export const MAX_PIECES = 2_097_152;

/** An index that was checked against the torrent it belongs to; obtained from `pieceIndex` only. */
export type PieceIndex = Brand<number, "PieceIndex">;

export class PieceMap {
  readonly totalBytes: number;
  /** Nominal length; the last piece may be shorter. */
  readonly pieceBytes: number;
  readonly pieceCount: number;
  /** Blocks of every piece but the last. */
  readonly blocksPerPiece: number;
  readonly blockCount: number;

  /** `totalBytes` and `pieceBytes` are positive; a parsed metainfo guarantees it. */
  constructor(totalBytes: number, pieceBytes: number) {
    this.totalBytes = totalBytes;
    this.pieceBytes = pieceBytes;
    this.pieceCount = Math.ceil(totalBytes / pieceBytes);
    this.blocksPerPiece = Math.ceil(pieceBytes / BLOCK_BYTES);
    const lastBytes = totalBytes - (this.pieceCount - 1) * pieceBytes;
    this.blockCount = (this.pieceCount - 1) * this.blocksPerPiece + Math.ceil(lastBytes / BLOCK_BYTES);
  }

  /** The checked index, or `undefined` for what is not a piece of this torrent. */
  pieceIndex(value: number): PieceIndex | undefined {
    return Number.isInteger(value) && value >= 0 && value < this.pieceCount
      ? (value as PieceIndex)
      : undefined;
  }

  /** Length of one piece in bytes. */
  bytesOf(piece: number): number {
    return piece === this.pieceCount - 1 ? this.totalBytes - piece * this.pieceBytes : this.pieceBytes;
  }

  blocksOf(piece: number): number {
    return Math.ceil(this.bytesOf(piece) / BLOCK_BYTES);
  }

  /** Length in bytes of block `block` (counted within its piece). */
  blockBytes(piece: number, block: number): number {
    return Math.min(BLOCK_BYTES, this.bytesOf(piece) - block * BLOCK_BYTES);
  }

  /** First byte of the piece in the content. */
  startOf(piece: number): number {
    return piece * this.pieceBytes;
  }
}
