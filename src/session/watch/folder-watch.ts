/**
 * Takes torrents from the user's watch folders: `.torrent` files, and `.magnet` files that hold a link. A file is read
 * when it looked the same twice, so that one which is still being written is left alone; once taken it is called
 * `NAME.added`. What cannot be used is said once and left, until it changes.
 */
import { BoundedCache } from "../../core/bounded-cache.ts";
import { utf8Text } from "../../core/bytes.ts";
import { toClientError } from "../../core/errors.ts";
import { safeText } from "../../core/safe-text.ts";
import type { FolderEntry, UserFolders } from "../session-ports.ts";
import type { AddOptions, TorrentSource, WatchFolder } from "../session-view.ts";

/** Largest `.torrent` (threats F3). */
const MAX_FILE_BYTES = 32 * 2 ** 20;
/** Files remembered over all folders; more only means that some are looked at again. */
const MAX_REMEMBERED = 4_096;
/** Files taken in one look: a folder of thousands is worked off, and does not stop everything else meanwhile. */
const MAX_TAKEN_AT_ONCE = 20;
const TAKEN_SUFFIX = ".added";

export interface FolderWatchOptions {
  readonly folders: UserFolders;
  readonly add: (source: TorrentSource, options: AddOptions) => Promise<unknown>;
  readonly log: (text: string) => void;
}

/** What is known of a file: how it looked, and whether it was tried like that. */
interface Seen {
  readonly look: string;
  readonly isTried: boolean;
}

export class FolderWatch {
  readonly #options: FolderWatchOptions;
  readonly #seen = new BoundedCache<string, Seen>(MAX_REMEMBERED);
  /** Folders that could not be read, each said once. */
  readonly #unreadable = new Set<string>();
  #isLooking = false;

  constructor(options: FolderWatchOptions) {
    this.#options = options;
  }

  /** Looks once; while a look is under way it does nothing. Never rejects. */
  async look(watched: readonly WatchFolder[]): Promise<void> {
    if (this.#isLooking) return;
    this.#isLooking = true;
    for (const one of watched) await this.#lookAt(one);
    this.#isLooking = false;
  }

  async #lookAt(watched: WatchFolder): Promise<void> {
    try {
      const entries = await this.#options.folders.list(watched.folder);
      this.#unreadable.delete(watched.folder);
      const due = entries.filter((entry) => isTorrentName(entry.name) && this.#isDue(watched.folder, entry));
      for (const entry of due.slice(0, MAX_TAKEN_AT_ONCE)) await this.#take(watched, entry);
    } catch (error) {
      if (this.#unreadable.has(watched.folder)) return;
      this.#unreadable.add(watched.folder);
      this.#options.log(`the watch folder cannot be read: ${toClientError(error).message}`);
    }
  }

  /** Looked the same the time before, and was not tried like that. */
  #isDue(folder: string, entry: FolderEntry): boolean {
    const key = keyOf(folder, entry);
    const look = `${entry.lengthBytes} ${entry.modifiedUnixMs}`;
    const before = this.#seen.get(key);
    if (before?.look === look) return !before.isTried;
    this.#seen.set(key, { look, isTried: false });
    return false;
  }

  async #take(watched: WatchFolder, entry: FolderEntry): Promise<void> {
    const { folders, add, log } = this.#options;
    const key = keyOf(watched.folder, entry);
    this.#seen.set(key, { look: `${entry.lengthBytes} ${entry.modifiedUnixMs}`, isTried: true });
    const name = safeText(entry.name);
    try {
      const bytes = await folders.read(watched.folder, entry.name, MAX_FILE_BYTES);
      await add(sourceOf(entry.name, bytes), {
        ...(watched.saveTo === null ? {} : { folder: watched.saveTo }),
        labels: watched.labels,
      });
      log(`added ${name} from the watch folder`);
    } catch (error) {
      log(`${name} in the watch folder cannot be added: ${toClientError(error).message}`);
      return;
    }
    // A folder that may only be read keeps its file; it is not taken again while this session runs.
    await folders.rename(watched.folder, entry.name, entry.name + TAKEN_SUFFIX).catch(() => undefined);
  }
}

function isTorrentName(name: string): boolean {
  return /\.(torrent|magnet)$/i.test(name);
}

function sourceOf(name: string, bytes: Uint8Array): TorrentSource {
  if (name.toLowerCase().endsWith(".torrent")) return { kind: "metainfo", bytes };
  return { kind: "magnet", text: utf8Text(bytes).trim() };
}

function keyOf(folder: string, entry: FolderEntry): string {
  return `${folder}\0${entry.name}`;
}
