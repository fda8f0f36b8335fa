/** Watch folders on simulated files. */
import { ClientError } from "../core/errors.ts";
import type { FolderEntry, UserFolders } from "../session/session-ports.ts";
import type { MemoryFiles } from "./memory-files.ts";

export class MemoryUserFolders implements UserFolders {
  readonly #disk: MemoryFiles;

  constructor(disk: MemoryFiles) {
    this.#disk = disk;
  }

  list(folder: string): Promise<readonly FolderEntry[]> {
    const prefix = `${folder}/`;
    const entries = [...this.#disk.files].filter(
      ([path]) => path.startsWith(prefix) && !path.slice(prefix.length).includes("/"),
    );
    return Promise.resolve(
      entries.map(([path, file]) => ({
        name: path.slice(prefix.length),
        lengthBytes: file.bytes.length,
        modifiedUnixMs: file.modifiedUnixMs,
      })),
    );
  }

  read(folder: string, name: string, maxBytes: number): Promise<Uint8Array> {
    const bytes = this.#disk.read(`${folder}/${name}`);
    if (bytes !== undefined && bytes.length <= maxBytes) return Promise.resolve(bytes);
    return Promise.reject(new ClientError("PATH_NOT_FOUND", `${name} cannot be read.`));
  }

  rename(folder: string, name: string, newName: string): Promise<void> {
    const file = this.#disk.files.get(`${folder}/${name}`);
    if (file === undefined) return Promise.reject(new Error("no such file"));
    this.#disk.files.delete(`${folder}/${name}`);
    this.#disk.files.set(`${folder}/${newName}`, file);
    return Promise.resolve();
  }
}
