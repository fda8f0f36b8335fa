/**
 * A disk in memory behind the session's disk port: files by path, shared by all who open the same folder, so that
 * a restarted session finds what the former one wrote. Answers arrive through the world's heap after `latencyMs`.
 */
import type { SlabPool } from "../core/slab.ts";
import type { SessionDisk, TorrentDisk, TorrentDiskEvents } from "../session/session-ports.ts";
import type { Metainfo } from "../torrent/metainfo.ts";
import { MemoryTorrentDisk } from "./memory-torrent-disk.ts";
import type { World } from "./world.ts";

interface MemoryFile {
  readonly bytes: Uint8Array;
  readonly modifiedUnixMs: number;
}

export class MemoryDisk implements SessionDisk {
  /** Replaced, never changed in place, when written: whoever holds one holds a moment of it. */
  readonly files = new Map<string, MemoryFile>();
  /** Paths of files that torrents created, as opposed to the user's. */
  readonly made = new Set<string>();
  /** Data of unwanted files by path, as runs by offset: what the part file of a real disk holds. */
  readonly parts = new Map<string, Map<number, Uint8Array>>();
  /** Bytes that may still be written before ENOSPC. */
  freeSpaceBytes = Number.POSITIVE_INFINITY;
  /** Pieces that were hashed from this disk so far: what a check has cost. */
  checkedPieces = 0;
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
    this.made.delete(path);
    this.files.set(path, { bytes: bytes.slice(), modifiedUnixMs: this.#now() });
  }

  /** Writes a run as a torrent does; the file is created and grows as needed. */
  write(path: string, offsetBytes: number, bytes: Uint8Array): void {
    const former = this.files.get(path);
    if (former === undefined) this.made.add(path);
    const content = new Uint8Array(Math.max(former?.bytes.length ?? 0, offsetBytes + bytes.length));
    if (former !== undefined) content.set(former.bytes);
    content.set(bytes, offsetBytes);
    this.files.set(path, { bytes: content, modifiedUnixMs: this.#now() });
  }

  /** The disk as it is now, on its own from now on: what a machine finds that lost its power at this moment. */
  copy(): MemoryDisk {
    const copy = new MemoryDisk(this.world, this.slabs, this.latencyMs);
    copy.freeSpaceBytes = this.freeSpaceBytes;
    for (const [path, file] of this.files) copy.files.set(path, file);
    for (const path of this.made) copy.made.add(path);
    for (const [path, runs] of this.parts) copy.parts.set(path, new Map(runs));
    return copy;
  }

  /** Whole milliseconds, as file systems that are asked for milliseconds answer. */
  #now(): number {
    return Math.floor(this.world.nowMs);
  }
}
