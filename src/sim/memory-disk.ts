/**
 * A disk in memory behind the session's disk port: files by path, shared by all who open the same folder, so that
 * a restarted session finds what the former one wrote. Answers arrive through the world's heap after `latencyMs`.
 */
import { sha1 } from "../core/sha1.ts";
import { type BlockSlot, PIECE_HEADER_BYTES, type Slab, type SlabPool } from "../core/slab.ts";
import type { FileStamp, SessionDisk, TorrentDisk, TorrentDiskEvents } from "../session/session-ports.ts";
import { Bitfield } from "../torrent/bitfield.ts";
import { FileLayout } from "../torrent/file-layout.ts";
import type { Metainfo } from "../torrent/metainfo.ts";
import { BLOCK_BYTES } from "../torrent/piece-map.ts";
import type { World } from "./world.ts";

interface MemoryFile {
  bytes: Uint8Array;
  modifiedUnixMs: number;
}

export class MemoryDisk implements SessionDisk {
  readonly files = new Map<string, MemoryFile>();
  /** Bytes that may still be written before ENOSPC. */
  freeSpaceBytes = Number.POSITIVE_INFINITY;
  readonly world: World;
  readonly slabs: SlabPool;
  readonly latencyMs: number;

  constructor(world: World, slabs: SlabPool, latencyMs = 1) {
    this.world = world;
    this.slabs = slabs;
    this.latencyMs = latencyMs;
  }

  openTorrent(metainfo: Metainfo, folder: string, events: TorrentDiskEvents): Promise<TorrentDisk> {
    return Promise.resolve(new MemoryTorrentDisk(this, metainfo, folder, events));
  }

  freeBytes(): Promise<number | null> {
    return Promise.resolve(Number.isFinite(this.freeSpaceBytes) ? this.freeSpaceBytes : null);
  }

  /** Whole content of a file, for assertions; `undefined` when absent. */
  read(path: string): Uint8Array | undefined {
    return this.files.get(path)?.bytes;
  }

  /** Puts a file on the disk as a user would. */
  place(path: string, bytes: Uint8Array): void {
    this.files.set(path, { bytes: bytes.slice(), modifiedUnixMs: this.world.nowMs });
  }

  write(path: string, offsetBytes: number, bytes: Uint8Array): void {
    let file = this.files.get(path);
    if (file === undefined) {
      file = { bytes: new Uint8Array(0), modifiedUnixMs: 0 };
      this.files.set(path, file);
    }
    const endBytes = offsetBytes + bytes.length;
    if (endBytes > file.bytes.length) {
      const grown = new Uint8Array(endBytes);
      grown.set(file.bytes);
      file.bytes = grown;
    }
    file.bytes.set(bytes, offsetBytes);
    file.modifiedUnixMs = this.world.nowMs;
  }
}

class MemoryTorrentDisk implements TorrentDisk {
  readonly #disk: MemoryDisk;
  readonly #metainfo: Metainfo;
  readonly #folder: string;
  readonly #events: TorrentDiskEvents;
  readonly #layout: FileLayout;
  /** Bytes stored so far of pieces that are not complete. */
  readonly #storedBytes = new Map<number, number>();
  #isClosed = false;

  constructor(disk: MemoryDisk, metainfo: Metainfo, folder: string, events: TorrentDiskEvents) {
    this.#disk = disk;
    this.#metainfo = metainfo;
    this.#folder = folder;
    this.#events = events;
    this.#layout = new FileLayout(metainfo.files);
  }

  storeSegment(
    pieceIndex: number,
    offsetBytes: number,
    slab: Slab,
    lengthBytes: number,
    wantsDigests: boolean,
  ): void {
    const bytes = slab.bytes.slice(0, lengthBytes);
    this.#later(() => {
      this.#disk.slabs.release(slab);
      if (bytes.length > this.#disk.freeSpaceBytes) {
        this.#storedBytes.delete(pieceIndex);
        this.#events.pieceChecked(pieceIndex, { kind: "failed", code: "ENOSPC" });
        return;
      }
      this.#disk.freeSpaceBytes -= bytes.length;
      this.#write(this.#metainfo.pieceMap.startOf(pieceIndex) + offsetBytes, bytes);
      this.#segmentStored(pieceIndex, lengthBytes, wantsDigests);
    });
  }

  discardPiece(pieceIndex: number): void {
    this.#storedBytes.delete(pieceIndex);
  }

  readBlock(token: number, pieceIndex: number, offsetBytes: number, lengthBytes: number): void {
    this.#later(() => {
      const buffer = new Uint8Array(PIECE_HEADER_BYTES + lengthBytes);
      const content = this.#read(this.#metainfo.pieceMap.startOf(pieceIndex) + offsetBytes, lengthBytes);
      if (content === undefined) {
        this.#events.blockRead(token, undefined, "ENOENT");
        return;
      }
      buffer.set(content, PIECE_HEADER_BYTES);
      this.#events.blockRead(token, { buffer });
    });
  }

  releaseSlot(_slot: BlockSlot): void {}

  setWanted(): void {}

  check(
    pieces: Bitfield,
    options: { readonly onProgress?: (checkedPieces: number) => void },
  ): Promise<Bitfield> {
    const good = new Bitfield(pieces.length);
    let checked = 0;
    for (let piece = 0; piece < pieces.length; piece++) {
      if (!pieces.has(piece)) continue;
      if (this.#isGood(piece)) good.set(piece);
      options.onProgress?.(++checked);
    }
    return Promise.resolve(good);
  }

  stamps(): Promise<readonly (FileStamp | null)[]> {
    return Promise.resolve(
      this.#metainfo.files.map((file) => {
        const stored = file.isPadding ? undefined : this.#disk.files.get(this.#path(file.path));
        return stored === undefined
          ? null
          : { lengthBytes: stored.bytes.length, modifiedUnixMs: stored.modifiedUnixMs };
      }),
    );
  }

  prepare(): Promise<void> {
    return Promise.resolve();
  }

  createEmptyFiles(): Promise<void> {
    for (const file of this.#metainfo.files) {
      if (!file.isPadding && file.lengthBytes === 0)
        this.#disk.write(this.#path(file.path), 0, new Uint8Array(0));
    }
    return Promise.resolve();
  }

  sync(): Promise<void> {
    return Promise.resolve();
  }

  deleteData(): Promise<void> {
    for (const file of this.#metainfo.files) this.#disk.files.delete(this.#path(file.path));
    return Promise.resolve();
  }

  close(): Promise<void> {
    this.#isClosed = true;
    return Promise.resolve();
  }

  #segmentStored(pieceIndex: number, lengthBytes: number, wantsDigests: boolean): void {
    const storedBytes = (this.#storedBytes.get(pieceIndex) ?? 0) + lengthBytes;
    if (storedBytes < this.#metainfo.pieceMap.bytesOf(pieceIndex)) {
      this.#storedBytes.set(pieceIndex, storedBytes);
      return;
    }
    this.#storedBytes.delete(pieceIndex);
    const kind = this.#isGood(pieceIndex) ? "good" : "bad";
    this.#events.pieceChecked(
      pieceIndex,
      wantsDigests ? { kind, blockDigests: this.#digests(pieceIndex) } : { kind },
    );
  }

  #isGood(pieceIndex: number): boolean {
    const { pieceMap, pieceHashes } = this.#metainfo;
    const content = this.#read(pieceMap.startOf(pieceIndex), pieceMap.bytesOf(pieceIndex));
    if (content === undefined) return false;
    const digest = sha1(content);
    return digest.every((byte, i) => byte === pieceHashes[pieceIndex * 20 + i]);
  }

  #digests(pieceIndex: number): Uint8Array {
    const { pieceMap } = this.#metainfo;
    const digests = new Uint8Array(20 * pieceMap.blocksOf(pieceIndex));
    for (let block = 0; block < pieceMap.blocksOf(pieceIndex); block++) {
      const startBytes = pieceMap.startOf(pieceIndex) + block * BLOCK_BYTES;
      const content = this.#read(startBytes, pieceMap.blockBytes(pieceIndex, block));
      if (content !== undefined) digests.set(sha1(content), block * 20);
    }
    return digests;
  }

  #write(offsetBytes: number, bytes: Uint8Array): void {
    let done = 0;
    for (const span of this.#layout.spansOf(offsetBytes, bytes.length)) {
      const file = this.#metainfo.files[span.fileIndex];
      const part = bytes.subarray(done, done + span.lengthBytes);
      if (file !== undefined && !file.isPadding)
        this.#disk.write(this.#path(file.path), span.fileOffsetBytes, part);
      done += span.lengthBytes;
    }
  }

  /** Undefined when a file is absent or too short. Padding reads as zeros (BEP 47). */
  #read(offsetBytes: number, lengthBytes: number): Uint8Array | undefined {
    const content = new Uint8Array(lengthBytes);
    let done = 0;
    for (const span of this.#layout.spansOf(offsetBytes, lengthBytes)) {
      const file = this.#metainfo.files[span.fileIndex];
      if (file !== undefined && !file.isPadding) {
        const stored = this.#disk.files.get(this.#path(file.path))?.bytes;
        const end = span.fileOffsetBytes + span.lengthBytes;
        if (stored === undefined || stored.length < end) return undefined;
        content.set(stored.subarray(span.fileOffsetBytes, end), done);
      }
      done += span.lengthBytes;
    }
    return content;
  }

  #path(path: string): string {
    return `${this.#folder}/${path}`;
  }

  #later(action: () => void): void {
    this.#disk.world.after(this.#disk.latencyMs, () => {
      if (!this.#isClosed) action();
    });
  }
}
