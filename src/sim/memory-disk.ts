/**
 * A disk in memory behind the session's disk port: files by path, shared by all who open the same folder, so that
 * a restarted session finds what the former one wrote. Answers arrive through the world's heap after `latencyMs`.
 */
import { ClientError } from "../core/errors.ts";
import type {
  MoveOptions,
  OpenTorrentOptions,
  SessionDisk,
  TorrentDisk,
  TorrentDiskEvents,
} from "../session/session-ports.ts";
import type { Metainfo } from "../torrent/metainfo.ts";
import { UnfinishedNames } from "../torrent/unfinished-names.ts";
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

  moveTorrent(
    metainfo: Metainfo,
    { from, to }: { readonly from: string; readonly to: string },
    options: MoveOptions,
  ): Promise<void> {
    const unfinished = new UnfinishedNames(metainfo.files.map((file) => file.path));
    const names = metainfo.files.flatMap((file, i) => [file.path, unfinished.of(i) ?? file.path]);
    if (names.some((name) => this.files.has(`${from}/${name}`) && this.files.has(`${to}/${name}`)))
      return Promise.reject(new ClientError("PATH_IN_THE_WAY", `${to} has files of these names.`));
    for (const name of new Set(names)) this.#moveFile(`${from}/${name}`, `${to}/${name}`);
    options.onProgress?.(1);
    return Promise.resolve();
  }

  #moveFile(from: string, to: string): void {
    const [file, runs] = [this.files.get(from), this.parts.get(from)];
    if (file !== undefined) this.files.set(to, file);
    if (runs !== undefined) this.parts.set(to, runs);
    if (this.made.delete(from)) this.made.add(to);
    this.files.delete(from);
    this.parts.delete(from);
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
