/** The disks of this machine as the session sees them. */
import { resolve } from "node:path";
import type {
  OpenTorrentOptions,
  SessionDisk,
  StateStore,
  TorrentDisk,
  TorrentDiskEvents,
} from "../session/session-ports.ts";
import type { Metainfo } from "../torrent/metainfo.ts";
import type { DiskWorkers } from "./disk-workers.ts";
import { freeBytesAt } from "./free-space.ts";
import { MadeFiles } from "./made-files.ts";
import type { ReadSlots } from "./read-slots.ts";
import type { SlabArena } from "./slab-arena.ts";
import { NodeTorrentDisk } from "./torrent-disk.ts";

export interface NodeDiskOptions {
  readonly workers: DiskWorkers;
  readonly slabs: SlabArena;
  readonly slots: ReadSlots;
  /** Remembers which files are ours. */
  readonly madeStore: StateStore;
}

export class NodeDisk implements SessionDisk {
  readonly #options: NodeDiskOptions;

  constructor(options: NodeDiskOptions) {
    this.#options = options;
  }

  openTorrent(
    metainfo: Metainfo,
    folder: string,
    events: TorrentDiskEvents,
    options: OpenTorrentOptions = {},
  ): Promise<TorrentDisk> {
    const { usesPartNames = false } = options;
    const { workers, slabs, slots, madeStore } = this.#options;
    const root = resolve(folder);
    const made = new MadeFiles({
      store: madeStore,
      id: metainfo.id,
      folder: root,
      fileCount: metainfo.files.length,
    });
    return Promise.resolve(
      new NodeTorrentDisk({ metainfo, folder: root, events, workers, slabs, slots, made, usesPartNames }),
    );
  }

  freeBytes(folder: string): Promise<number | null> {
    return freeBytesAt(resolve(folder));
  }
}
