/**
 * State records as files (threats R1): each is replaced atomically and durably, and the generation before it is kept.
 *
 *   save:  write NAME.PID.tmp (0600), fsync -> rename NAME to NAME.1 -> rename the new one to NAME -> fsync the folder
 *   load:  NAME, else NAME.1
 *
 * A crash between any two steps leaves a whole generation under one of the two names. A generation that its reader
 * rejects is overwritten instead of kept, so that it never takes the place of a good one.
 */
import { join } from "node:path";
import { invariant } from "../core/invariant.ts";
import type { StateStore } from "../session/session-ports.ts";
import { diskError, isCode } from "./disk-codes.ts";
import { NODE_STATE_FILES, type StateFiles } from "./state-files.ts";

/** What the reader of a record says about one generation of it. */
export type IntactCheck = (bytes: Uint8Array) => boolean;

const FORMER = ".1";
const TEMPORARY = ".tmp";

export class FileStateStore implements StateStore {
  readonly folder: string;
  readonly #files: StateFiles;
  /** Per record: the operation that the next one waits for. */
  readonly #queue = new Map<string, Promise<unknown>>();
  /** Records whose newest generation was rejected by its reader. */
  readonly #rejected = new Set<string>();

  constructor(folder: string, files: StateFiles = NODE_STATE_FILES) {
    this.folder = folder;
    this.#files = files;
  }

  /**
   * The newest generation that `isIntact` accepts, undefined when there is none. Without `isIntact` the newest that can
   * be read. Rejects when there is nothing to answer and a generation that is there could not be read: whoever took that
   * for nothing would save over it.
   */
  load(name: string, isIntact: IntactCheck = () => true): Promise<Uint8Array | undefined> {
    return this.#inTurn(name, async () => {
      const newest = await this.#read(this.#path(name));
      this.#rejected.delete(name);
      if (newest.bytes !== undefined && isIntact(newest.bytes)) return newest.bytes;
      if (newest.bytes !== undefined) this.#rejected.add(name);
      const former = await this.#read(this.#path(name) + FORMER);
      if (former.bytes !== undefined && isIntact(former.bytes)) return former.bytes;
      const error = newest.error ?? former.error;
      if (error !== undefined) throw diskError(error, this.#path(name));
      return undefined;
    });
  }

  save(name: string, bytes: Uint8Array): Promise<void> {
    return this.#inTurn(name, async () => {
      const path = this.#path(name);
      const temporary = `${path}.${process.pid}${TEMPORARY}`;
      try {
        await this.#files.makeFolder(this.folder);
        await this.#writeDurably(temporary, bytes);
        if (!this.#rejected.has(name)) await this.#renameIfPresent(path, path + FORMER);
        await this.#files.rename(temporary, path);
        this.#rejected.delete(name);
        await this.#files.syncFolder(this.folder);
      } catch (error) {
        await this.#files.remove(temporary).catch(() => undefined);
        throw diskError(error, path);
      }
    });
  }

  remove(name: string): Promise<void> {
    return this.#inTurn(name, async () => {
      const path = this.#path(name);
      try {
        // The former generation first: it must not come back as the newest.
        await this.#files.remove(path + FORMER);
        await this.#files.remove(path);
      } catch (error) {
        throw diskError(error, path);
      }
    });
  }

  async list(prefix: string): Promise<readonly string[]> {
    const entries = await this.#files.list(this.folder).catch(() => []);
    const names = entries
      .filter((entry) => !entry.endsWith(TEMPORARY))
      .map((entry) => (entry.endsWith(FORMER) ? entry.slice(0, -FORMER.length) : entry))
      .filter((name) => name.startsWith(prefix) && isRecordName(name));
    return [...new Set(names)].sort();
  }

  /** Neither for what is not there, or no file. */
  async #read(path: string): Promise<{ readonly bytes?: Uint8Array; readonly error?: unknown }> {
    try {
      return { bytes: await this.#files.read(path) };
    } catch (error) {
      return isCode(error, "ENOENT", "EISDIR") ? {} : { error };
    }
  }

  async #writeDurably(path: string, bytes: Uint8Array): Promise<void> {
    const file = await this.#files.create(path);
    try {
      await file.write(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
  }

  async #renameIfPresent(from: string, to: string): Promise<void> {
    try {
      await this.#files.rename(from, to);
    } catch (error) {
      if (!isCode(error, "ENOENT")) throw error;
    }
  }

  #path(name: string): string {
    invariant(isRecordName(name), `"${name}" is no name for a record`);
    return join(this.folder, name);
  }

  /** Operations on one record happen one after another, in the order they were asked for. */
  #inTurn<Result>(name: string, operation: () => Promise<Result>): Promise<Result> {
    const before = this.#queue.get(name) ?? Promise.resolve();
    const result = before.then(operation, operation);
    this.#queue.set(name, result);
    const forget = (): void => {
      if (this.#queue.get(name) === result) this.#queue.delete(name);
    };
    result.then(forget, forget);
    return result;
  }
}

/** Letters, digits, dashes and inner dots; never a name that the store itself gives. */
function isRecordName(name: string): boolean {
  return /^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$/.test(name) && !/\.(1|tmp)$/.test(name) && name !== "lock";
}
