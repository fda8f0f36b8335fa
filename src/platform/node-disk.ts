/** The disks of this machine as the session sees them. */
import { resolve } from "node:path";
import type {
  MoveOptions,
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
import { moveContent } from "./move-content.ts";
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
    const { workers, slabs, slots } = this.#options;
    const root = resolve(folder);
    const made = this.#madeFiles(metainfo, root);
    return Promise.resolve(
      new NodeTorrentDisk({ metainfo, folder: root, events, workers, slabs, slots, made, usesPartNames }),
    );
  }

  async moveTorrent(
    metainfo: Metainfo,
    folders: { readonly from: string; readonly to: string },
    options: MoveOptions,
  ): Promise<void> {
    const [from, to] = [resolve(folders.from), resolve(folders.to)];
    const [madeFrom, madeTo] = [this.#madeFiles(metainfo, from), this.#madeFiles(metainfo, to)];
    const made = await madeFrom.flags();
    await madeTo.add([...made.keys()].filter((file) => made[file] === 1));
    await moveContent(metainfo, { from, to }, options);
    await madeFrom.forget();
  }

  #madeFiles(metainfo: Metainfo, folder: string): MadeFiles {
    return new MadeFiles({
      store: this.#options.madeStore,
      id: metainfo.id,
      folder,
      fileCount: metainfo.files.length,
    });
  }

  freeBytes(folder: string): Promise<number | null> {
    return freeBytesAt(resolve(folder));
  }
}
