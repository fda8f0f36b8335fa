/**
 * One torrent on simulated files. Keeps the promises of real disks (`test/contracts/torrent-disks.ts`): pieces are put
 * together in memory and written only when their hash is right, everything happens in the order it was asked for, and
 * data of unwanted files stays out of the folder.
 */
import { equalBytes } from "../core/bytes.ts";
import { ClientError } from "../core/errors.ts";
import { sha1 } from "../core/sha1.ts";
import { type BlockSlot, PIECE_HEADER_BYTES, type Slab } from "../core/slab.ts";
import type {
  FileStamp,
  OpenTorrentOptions,
  TorrentDisk,
  TorrentDiskEvents,
} from "../session/session-ports.ts";
import { Bitfield } from "../torrent/bitfield.ts";
import { FileLayout, type FileSpan } from "../torrent/file-layout.ts";
import type { Metainfo } from "../torrent/metainfo.ts";
import { BLOCK_BYTES } from "../torrent/piece-map.ts";
import type { PieceVerdict } from "../torrent/piece-verdict.ts";
import { UnfinishedNames } from "../torrent/unfinished-names.ts";
import type { MemoryFiles } from "./memory-files.ts";

const DIGEST_BYTES = 20;

/** A piece whose segments are still coming. */
interface OpenPiece {
  readonly bytes: Uint8Array;
  /** Offset to length of the segments that are here. */
  readonly segments: Map<number, number>;
}

export class MemoryTorrentDisk implements TorrentDisk {
  readonly #disk: MemoryFiles;
  readonly #metainfo: Metainfo;
  readonly #folder: string;
  readonly #events: TorrentDiskEvents;
  readonly #layout: FileLayout;
  readonly #unfinished: UnfinishedNames;
  readonly #usesPartNames: boolean;
  readonly #open = new Map<number, OpenPiece>();
  #wanted: readonly boolean[];
  #isClosed = false;

  constructor(
    disk: MemoryFiles,
    metainfo: Metainfo,
    folder: string,
    events: TorrentDiskEvents,
    options: OpenTorrentOptions,
  ) {
    this.#disk = disk;
    this.#metainfo = metainfo;
    this.#folder = folder;
    this.#events = events;
    this.#layout = new FileLayout(metainfo.files);
    this.#unfinished = new UnfinishedNames(metainfo.files.map((file) => file.path));
    this.#usesPartNames = options.usesPartNames ?? false;
    this.#wanted = metainfo.files.map(() => true);
  }

  storeSegment(
    pieceIndex: number,
    offsetBytes: number,
    slab: Slab,
    lengthBytes: number,
    wantsDigests: boolean,
  ): void {
    const segment = slab.bytes.slice(0, lengthBytes);
    this.#later(() => {
      this.#disk.slabs.release(slab);
      const verdict = this.#store(pieceIndex, offsetBytes, segment, wantsDigests);
      if (verdict !== undefined) this.#events.pieceChecked(pieceIndex, verdict);
    });
  }

  discardPiece(pieceIndex: number): void {
    this.#later(() => this.#open.delete(pieceIndex));
  }

  readBlock(token: number, pieceIndex: number, offsetBytes: number, lengthBytes: number): void {
    this.#later(() => {
      const startBytes = this.#metainfo.pieceMap.startOf(pieceIndex) + offsetBytes;
      const content = this.#read(startBytes, lengthBytes);
      if (content === undefined) {
        this.#events.blockRead(token, undefined, this.#whyUnreadable(startBytes, lengthBytes));
        return;
      }
      const buffer = new Uint8Array(PIECE_HEADER_BYTES + lengthBytes);
      buffer.set(content, PIECE_HEADER_BYTES);
      this.#events.blockRead(token, { buffer });
    });
  }

  read(offsetBytes: number, lengthBytes: number): Promise<Uint8Array> {
    const content = this.#read(offsetBytes, lengthBytes);
    return content === undefined
      ? Promise.reject(new ClientError("PATH_NOT_FOUND", "This part of the content is not here."))
      : Promise.resolve(content);
  }

  releaseSlot(_slot: BlockSlot): void {}

  setWanted(wantedFiles: readonly boolean[]): void {
    this.#wanted = [...wantedFiles];
    this.#metainfo.files.forEach((_, i) => {
      const path = this.#path(i);
      const runs = this.#disk.parts.get(path);
      if (!wantedFiles[i] || runs === undefined) return;
      for (const [offsetBytes, bytes] of runs) this.#disk.write(this.#nameOf(i), offsetBytes, bytes);
      this.#disk.parts.delete(path);
    });
  }

  check(
    pieces: Bitfield,
    options: { readonly signal?: AbortSignal; readonly onProgress?: (checkedPieces: number) => void },
  ): Promise<Bitfield> {
    const good = new Bitfield(pieces.length);
    const { pieceMap } = this.#metainfo;
    let checked = 0;
    for (let piece = 0; piece < pieces.length && options.signal?.aborted !== true; piece++) {
      if (!pieces.has(piece)) continue;
      const content = this.#read(pieceMap.startOf(piece), pieceMap.bytesOf(piece));
      if (content !== undefined) this.#disk.checkedPieces++;
      if (content !== undefined && this.#isRight(piece, content)) good.set(piece);
      options.onProgress?.(++checked);
    }
    return Promise.resolve(good);
  }

  stamps(): Promise<readonly (FileStamp | null)[]> {
    const stamps = this.#metainfo.files.map((file, i) => {
      const stored = file.isPadding ? undefined : this.#disk.files.get(this.#nameOf(i));
      if (stored === undefined) return null;
      return { lengthBytes: stored.bytes.length, modifiedUnixMs: stored.modifiedUnixMs };
    });
    return Promise.resolve(stamps);
  }

  prepare(wantedMissingBytes: number): Promise<void> {
    if (wantedMissingBytes <= this.#disk.freeSpaceBytes) return Promise.resolve();
    return Promise.reject(new ClientError("DISK_FULL", `The disk that holds ${this.#folder} is full.`));
  }

  createEmptyFiles(): Promise<void> {
    this.#metainfo.files.forEach((file, i) => {
      const path = this.#path(i);
      const isDue = this.#wanted[i] && file.lengthBytes === 0 && !file.isPadding;
      if (isDue && !this.#disk.files.has(path)) this.#disk.write(path, 0, new Uint8Array(0));
    });
    return Promise.resolve();
  }

  finishFiles(files: readonly number[]): Promise<void> {
    for (const file of files) {
      const [from, to] = [this.#nameOf(file), this.#path(file)];
      const stored = this.#disk.files.get(from);
      if (from === to || stored === undefined) continue;
      this.#disk.files.delete(from);
      this.#disk.files.set(to, stored);
      if (this.#disk.made.delete(from)) this.#disk.made.add(to);
    }
    return Promise.resolve();
  }

  sync(): Promise<void> {
    return Promise.resolve();
  }

  deleteData(): Promise<void> {
    for (const i of this.#metainfo.files.keys()) {
      const path = this.#nameOf(i);
      if (this.#disk.made.delete(path)) this.#disk.files.delete(path);
      this.#disk.parts.delete(this.#path(i));
    }
    return Promise.resolve();
  }

  /** What was asked for before is left undone, and unanswered. */
  close(): Promise<void> {
    this.#isClosed = true;
    return Promise.resolve();
  }

  /** The verdict once the piece is whole. */
  #store(
    pieceIndex: number,
    offsetBytes: number,
    segment: Uint8Array,
    wantsDigests: boolean,
  ): PieceVerdict | undefined {
    const { pieceMap } = this.#metainfo;
    const open = this.#open.get(pieceIndex) ?? {
      bytes: new Uint8Array(pieceMap.bytesOf(pieceIndex)),
      segments: new Map(),
    };
    this.#open.set(pieceIndex, open);
    open.bytes.set(segment, offsetBytes);
    open.segments.set(offsetBytes, segment.length);
    const storedBytes = [...open.segments.values()].reduce((sum, length) => sum + length, 0);
    if (storedBytes < open.bytes.length) return undefined;
    this.#open.delete(pieceIndex);
    const digests = wantsDigests ? { blockDigests: digestsOf(open.bytes) } : {};
    if (!this.#isRight(pieceIndex, open.bytes)) return { kind: "bad", ...digests };
    if (open.bytes.length > this.#disk.freeSpaceBytes) return { kind: "failed", code: "ENOSPC" };
    this.#disk.freeSpaceBytes -= open.bytes.length;
    this.#write(pieceMap.startOf(pieceIndex), open.bytes);
    return { kind: "good", ...digests };
  }

  #isRight(piece: number, content: Uint8Array): boolean {
    const start = piece * DIGEST_BYTES;
    return equalBytes(sha1(content), this.#metainfo.pieceHashes.subarray(start, start + DIGEST_BYTES));
  }

  #write(offsetBytes: number, bytes: Uint8Array): void {
    let done = 0;
    for (const span of this.#layout.spansOf(offsetBytes, bytes.length)) {
      const run = bytes.subarray(done, done + span.lengthBytes);
      done += span.lengthBytes;
      const file = this.#metainfo.files[span.fileIndex];
      if (file === undefined || file.isPadding) continue;
      const path = this.#nameOf(span.fileIndex);
      if (this.#wanted[span.fileIndex] || this.#disk.files.has(path))
        this.#disk.write(path, span.fileOffsetBytes, run);
      else this.#partOf(this.#path(span.fileIndex)).set(span.fileOffsetBytes, run.slice());
    }
  }

  #partOf(path: string): Map<number, Uint8Array> {
    const part = this.#disk.parts.get(path) ?? new Map<number, Uint8Array>();
    this.#disk.parts.set(path, part);
    return part;
  }

  /** Undefined when some of it is absent. Padding reads as zeros (BEP 47). */
  #read(offsetBytes: number, lengthBytes: number): Uint8Array | undefined {
    const content = new Uint8Array(lengthBytes);
    let done = 0;
    for (const span of this.#layout.spansOf(offsetBytes, lengthBytes)) {
      if (!this.#readSpan(span, content.subarray(done, done + span.lengthBytes))) return undefined;
      done += span.lengthBytes;
    }
    return content;
  }

  /** As a disk says it: a file is absent, or shorter than it should be. */
  #whyUnreadable(offsetBytes: number, lengthBytes: number): string {
    const spans = [...this.#layout.spansOf(offsetBytes, lengthBytes)];
    const areThere = spans.every(({ fileIndex }) => this.#disk.files.has(this.#nameOf(fileIndex)));
    return areThere ? "ENODATA" : "ENOENT";
  }

  /** Fills `target` from the file, or from what is kept of it aside; false when some of it is absent. */
  #readSpan(span: FileSpan, target: Uint8Array): boolean {
    const file = this.#metainfo.files[span.fileIndex];
    if (file === undefined || file.isPadding) return true;
    const path = this.#path(span.fileIndex);
    const start = span.fileOffsetBytes;
    const stored = this.#disk.files.get(this.#nameOf(span.fileIndex))?.bytes;
    if (stored !== undefined && stored.length >= start + target.length) {
      target.set(stored.subarray(start, start + target.length));
      return true;
    }
    let found = 0;
    for (const [runStart, run] of this.#disk.parts.get(path) ?? []) {
      const from = Math.max(start, runStart);
      const to = Math.min(start + target.length, runStart + run.length);
      if (from >= to) continue;
      target.set(run.subarray(from - runStart, to - runStart), from - start);
      found += to - from;
    }
    return found === target.length;
  }

  #path(fileIndex: number): string {
    return `${this.#folder}/${this.#metainfo.files[fileIndex]?.path}`;
  }

  /** Where the file is now; the name under which it would come into being where it is not. */
  #nameOf(fileIndex: number): string {
    const path = this.#path(fileIndex);
    const unfinished = this.#unfinished.of(fileIndex);
    const isEmpty = this.#metainfo.files[fileIndex]?.lengthBytes === 0;
    if (unfinished === undefined || isEmpty || this.#disk.files.has(path)) return path;
    const unfinishedPath = `${this.#folder}/${unfinished}`;
    return this.#usesPartNames || this.#disk.files.has(unfinishedPath) ? unfinishedPath : path;
  }

  #later(action: () => void): void {
    this.#disk.world.after(this.#disk.latencyMs, () => {
      if (!this.#isClosed) action();
    });
  }
}

function digestsOf(piece: Uint8Array): Uint8Array {
  const blocks = Math.ceil(piece.length / BLOCK_BYTES);
  const digests = new Uint8Array(DIGEST_BYTES * blocks);
  for (let block = 0; block < blocks; block++) {
    const bytes = piece.subarray(block * BLOCK_BYTES, (block + 1) * BLOCK_BYTES);
    digests.set(sha1(bytes), DIGEST_BYTES * block);
  }
  return digests;
}
