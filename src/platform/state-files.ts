/** The file-system calls that state records are kept with: a seam, so that tests can fail each of them and cut the power. */
import { promises as fs } from "node:fs";
import { syncFolder } from "./durability.ts";
import { makeFolder } from "./make-folder.ts";

/** All reject as Node's calls do, with an errno name as `code`. */
export interface StateFiles {
  /** Makes the folder and its parents, for this user alone; no error when it is there. */
  makeFolder(path: string): Promise<void>;
  read(path: string): Promise<Uint8Array>;
  /** An empty file to write to, for this user alone; what was there is gone. */
  create(path: string): Promise<NewFile>;
  /** Replaces what has the new name. */
  rename(from: string, to: string): Promise<void>;
  /** No error when it is not there. */
  remove(path: string): Promise<void>;
  /** Names of the files in a folder. */
  list(folder: string): Promise<readonly string[]>;
  /** Makes created, renamed and removed names durable. Never rejects: not every system can do so. */
  syncFolder(path: string): Promise<void>;
}

export interface NewFile {
  write(bytes: Uint8Array): Promise<void>;
  /** Makes what was written durable. */
  sync(): Promise<void>;
  close(): Promise<void>;
}

/** Records are ours alone: they say what somebody downloads. */
const FILE_MODE = 0o600;
const FOLDER_MODE = 0o700;

export const NODE_STATE_FILES: StateFiles = {
  makeFolder: (path) => makeFolder(path, FOLDER_MODE),
  read: async (path) => {
    const bytes = await fs.readFile(path);
    return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
  },
  create: async (path) => {
    const file = await fs.open(path, "w", FILE_MODE);
    return {
      write: (bytes) => file.writeFile(bytes),
      sync: () => file.sync(),
      close: () => file.close(),
    };
  },
  rename: (from, to) => fs.rename(from, to),
  remove: (path) => fs.rm(path, { force: true }),
  list: async (folder) => {
    const entries = await fs.readdir(folder, { withFileTypes: true });
    return entries.filter((entry) => entry.isFile()).map((entry) => entry.name);
  },
  syncFolder,
};
