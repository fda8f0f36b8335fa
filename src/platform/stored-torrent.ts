/** What a disk worker knows of one torrent. */
import type { Hash } from "node:crypto";
import { ContentFiles } from "./content-files.ts";
import type { ContentDescription } from "./disk-jobs.ts";
import type { OpenFiles } from "./open-files.ts";
import { PieceStore } from "./piece-store.ts";

export class StoredTorrent {
  readonly files: ContentFiles;
  readonly pieces: PieceStore;
  readonly pieceBytes: number;
  /** Pieces that are being hashed run by run (`hashRun`): one per check that is under way. */
  readonly runHashes: Map<number, Hash> = new Map();

  constructor(torrent: number, content: ContentDescription, openFiles: OpenFiles) {
    this.files = new ContentFiles(torrent, content, openFiles);
    this.pieceBytes = content.pieceBytes;
    this.pieces = new PieceStore(this.files, content.pieceBytes);
  }

  /** First byte of a piece in the content. */
  startOf(piece: number): number {
    return piece * this.pieceBytes;
  }

  bytesOf(piece: number): number {
    return Math.min(this.pieceBytes, this.files.layout.totalBytes - this.startOf(piece));
  }
}
