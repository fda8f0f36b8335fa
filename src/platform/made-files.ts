/**
 * Which files of a torrent were created by us, remembered over restarts: `rm --with-data` deletes those and no others,
 * so a file that was there before is never lost (threats F4). Kept beside the state records, one small record a torrent;
 * a lost or broken one means that nothing is ours.
 */
import { toHex, utf8Bytes, utf8Text } from "../core/bytes.ts";
import type { InfoHashHex } from "../core/ids.ts";
import { sha1 } from "../core/sha1.ts";
import type { StateStore } from "../session/session-ports.ts";
import { Bitfield } from "../torrent/bitfield.ts";

/** Hex digits of the folder's digest in a record's name: one torrent may lie in several folders. */
const FOLDER_DIGITS = 16;

interface Stored {
  /** For people who look; the name says it as well. */
  readonly folder: string;
  /** Bitfield of the files, base64. */
  readonly files: string;
}

export class MadeFiles {
  readonly #store: StateStore;
  readonly #name: string;
  readonly #folder: string;
  readonly #fileCount: number;
  #made: Bitfield | undefined;

  constructor(options: {
    readonly store: StateStore;
    readonly id: InfoHashHex;
    readonly folder: string;
    readonly fileCount: number;
  }) {
    this.#store = options.store;
    this.#name = `${options.id}-${toHex(sha1(utf8Bytes(options.folder))).slice(0, FOLDER_DIGITS)}`;
    this.#folder = options.folder;
    this.#fileCount = options.fileCount;
  }

  /** One byte a file, 1 for ours. */
  async flags(): Promise<Uint8Array> {
    const made = await this.#load();
    return Uint8Array.from({ length: this.#fileCount }, (_, file) => (made.has(file) ? 1 : 0));
  }

  /** Remembers that these were created by us; durable when it resolves. */
  async add(files: readonly number[]): Promise<void> {
    if (files.length === 0) return;
    const made = await this.#load();
    for (const file of files) made.set(file);
    const stored: Stored = { folder: this.#folder, files: Buffer.from(made.bytes).toString("base64") };
    await this.#store.save(this.#name, utf8Bytes(JSON.stringify(stored)));
  }

  async forget(): Promise<void> {
    this.#made = new Bitfield(this.#fileCount);
    await this.#store.remove(this.#name);
  }

  async #load(): Promise<Bitfield> {
    if (this.#made === undefined) {
      const bytes = await this.#store.load(this.#name);
      this.#made ??= (bytes === undefined ? undefined : this.#parse(bytes)) ?? new Bitfield(this.#fileCount);
    }
    return this.#made;
  }

  #parse(bytes: Uint8Array): Bitfield | undefined {
    try {
      const stored = JSON.parse(utf8Text(bytes)) as Partial<Stored>;
      if (stored.folder !== this.#folder || typeof stored.files !== "string") return undefined;
      return Bitfield.fromBytes(new Uint8Array(Buffer.from(stored.files, "base64")), this.#fileCount);
    } catch {
      return undefined;
    }
  }
}
