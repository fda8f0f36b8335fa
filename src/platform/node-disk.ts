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
import { diskAt, freeBytesAt } from "./free-space.ts";
import { MadeFiles } from "./made-files.ts";
import { moveContent } from "./move-content.ts";
import type { ReadSlots } from "./read-slots.ts";
import type { SlabArena } from "./slab-arena.ts";
import { SlabShare } from "./slab-share.ts";
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
  /** By disk. */
  readonly #shares = new Map<number, SlabShare>();

  constructor(options: NodeDiskOptions) {
    this.#options = options;
  }

  async openTorrent(
    metainfo: Metainfo,
    folder: string,
    events: TorrentDiskEvents,
    options: OpenTorrentOptions = {},
  ): Promise<TorrentDisk> {
    const { usesPartNames = false } = options;
    const { workers, slots } = this.#options;
    const root = resolve(folder);
    const disk = await diskAt(root);
    const [made, slabs] = [this.#madeFiles(metainfo, root), this.#shareOf(disk)];
    const of = { metainfo, folder: root, disk, events, made, usesPartNames };
    return new NodeTorrentDisk({ ...of, workers, slabs, slots });
  }

  #shareOf(disk: number): SlabShare {
    const share = this.#shares.get(disk) ?? new SlabShare(this.#options.slabs);
    this.#shares.set(disk, share);
    return share;
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
