/** The files of a simulated machine, what torrents keep aside, and how much room there is. */
import type { SlabPool } from "../core/slab.ts";
import type { World } from "./world.ts";

interface MemoryFile {
  readonly bytes: Uint8Array;
  readonly modifiedUnixMs: number;
}

export class MemoryFiles {
  /** Replaced, never changed in place, when written: whoever holds one holds a moment of it. */
  readonly files: Map<string, MemoryFile> = new Map<string, MemoryFile>();
  /** Paths of files that torrents created, as opposed to the user's. */
  readonly made: Set<string> = new Set<string>();
  /** Data of unwanted files by path, as runs by offset: what the part file of a real disk holds. */
  readonly parts: Map<string, Map<number, Uint8Array>> = new Map<string, Map<number, Uint8Array>>();
  /** Bytes that may still be written before ENOSPC. */
  freeSpaceBytes: number = Number.POSITIVE_INFINITY;
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

  /** Whole milliseconds, as file systems that are asked for milliseconds answer. */
  #now(): number {
    return Math.floor(this.world.nowMs);
  }
}
