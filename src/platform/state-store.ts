/**
 * State records as files (threats R1): each is replaced atomically and durably, and the generation before it is kept.
 *
 *   save:  write NAME.PID.tmp (0600), fsync -> rename NAME to NAME.1 -> rename the new one to NAME -> fsync the folder
 *   load:  NAME, else NAME.1
 *
 * A crash between any two steps leaves a whole generation under one of the two names. A generation that its reader
 * rejects is overwritten instead of kept, so that it never takes the place of a good one.
 */
import { promises as fs } from "node:fs";
import { join } from "node:path";
import { invariant } from "../core/invariant.ts";
import type { StateStore } from "../session/session-ports.ts";
import { diskError, isCode } from "./disk-codes.ts";
import { syncFolder } from "./durability.ts";

/** What the reader of a record says about one generation of it. */
export type IntactCheck = (bytes: Uint8Array) => boolean;

const FORMER = ".1";
const TEMPORARY = ".tmp";
/** Records are ours alone: they say what somebody downloads. */
const FILE_MODE = 0o600;
const FOLDER_MODE = 0o700;

export class FileStateStore implements StateStore {
  readonly folder: string;
  /** Per record: the operation that the next one waits for. */
  readonly #queue = new Map<string, Promise<unknown>>();
  /** Records whose newest generation was rejected by its reader. */
  readonly #rejected = new Set<string>();

  constructor(folder: string) {
    this.folder = folder;
  }

  /**
   * The newest generation that `isIntact` accepts, undefined when there is none. Without `isIntact` the newest that can
   * be read.
   */
  load(name: string, isIntact: IntactCheck = () => true): Promise<Uint8Array | undefined> {
    return this.#inTurn(name, async () => {
      const newest = await readIfPresent(this.#path(name));
      this.#rejected.delete(name);
      if (newest !== undefined && isIntact(newest)) return newest;
      if (newest !== undefined) this.#rejected.add(name);
      const former = await readIfPresent(this.#path(name) + FORMER);
      return former !== undefined && isIntact(former) ? former : undefined;
    });
  }

  save(name: string, bytes: Uint8Array): Promise<void> {
    return this.#inTurn(name, async () => {
      const path = this.#path(name);
      const temporary = `${path}.${process.pid}${TEMPORARY}`;
      try {
        await fs.mkdir(this.folder, { recursive: true, mode: FOLDER_MODE });
        await writeDurably(temporary, bytes);
        if (!this.#rejected.has(name)) await renameIfPresent(path, path + FORMER);
        await fs.rename(temporary, path);
        this.#rejected.delete(name);
        await syncFolder(this.folder);
      } catch (error) {
        await fs.rm(temporary, { force: true }).catch(() => undefined);
        throw diskError(error, path);
      }
    });
  }

  remove(name: string): Promise<void> {
    return this.#inTurn(name, async () => {
      const path = this.#path(name);
      try {
        // The former generation first: it must not come back as the newest.
        await fs.rm(path + FORMER, { force: true });
        await fs.rm(path, { force: true });
      } catch (error) {
        throw diskError(error, path);
      }
    });
  }

  async list(prefix: string): Promise<readonly string[]> {
    const entries = await fs.readdir(this.folder, { withFileTypes: true }).catch(() => []);
    const names = entries
      .filter((entry) => entry.isFile() && !entry.name.endsWith(TEMPORARY))
      .map((entry) => (entry.name.endsWith(FORMER) ? entry.name.slice(0, -FORMER.length) : entry.name))
      .filter((name) => name.startsWith(prefix) && isRecordName(name));
    return [...new Set(names)].sort();
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

/** Undefined as well for what cannot be read: it is as good as absent. */
async function readIfPresent(path: string): Promise<Uint8Array | undefined> {
  const bytes = await fs.readFile(path).catch(() => undefined);
  return bytes === undefined ? undefined : new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
}

async function writeDurably(path: string, bytes: Uint8Array): Promise<void> {
  const file = await fs.open(path, "w", FILE_MODE);
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function renameIfPresent(from: string, to: string): Promise<void> {
  try {
    await fs.rename(from, to);
  } catch (error) {
    if (!isCode(error, "ENOENT")) throw error;
  }
}
