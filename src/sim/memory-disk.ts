/**
 * A disk in memory behind the session's disk port: files by path, shared by all who open the same folder, so that
 * a restarted session finds what the former one wrote. Answers arrive through the world's heap after `latencyMs`.
 */
import type {
  OpenTorrentOptions,
  SessionDisk,
  TorrentDisk,
  TorrentDiskEvents,
} from "../session/session-ports.ts";
import type { Metainfo } from "../torrent/metainfo.ts";
import { MemoryFiles } from "./memory-files.ts";
import { MemoryTorrentDisk } from "./memory-torrent-disk.ts";

export class MemoryDisk extends MemoryFiles implements SessionDisk {
  openTorrent(
    metainfo: Metainfo,
    folder: string,
    events: TorrentDiskEvents,
    options: OpenTorrentOptions = {},
  ): Promise<TorrentDisk> {
    return Promise.resolve(new MemoryTorrentDisk(this, metainfo, folder, events, options));
  }

  freeBytes(): Promise<number | null> {
    return Promise.resolve(Number.isFinite(this.freeSpaceBytes) ? this.freeSpaceBytes : null);
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
}
