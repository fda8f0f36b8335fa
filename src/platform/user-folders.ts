/** The user's watch folders on this machine. */
import { constants, promises as fs } from "node:fs";
import { join } from "node:path";
import type { FolderEntry, UserFolders } from "../session/session-ports.ts";
import { DiskFault, diskError } from "./disk-codes.ts";
import { MAX_LISTED_FILES } from "./platform-config.ts";

export class NodeUserFolders implements UserFolders {
  async list(folder: string): Promise<readonly FolderEntry[]> {
    try {
      const found: FolderEntry[] = [];
      for await (const entry of await fs.opendir(folder)) {
        if (!entry.isFile() || found.length >= MAX_LISTED_FILES) continue;
        const stats = await fs.lstat(join(folder, entry.name)).catch(() => undefined);
        if (stats?.isFile())
          found.push({ name: entry.name, lengthBytes: stats.size, modifiedUnixMs: stats.mtimeMs });
      }
      return found;
    } catch (error) {
      throw diskError(error, folder);
    }
  }

  async read(folder: string, name: string, maxBytes: number): Promise<Uint8Array> {
    const path = join(folder, name);
    const { O_RDONLY, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants;
    try {
      const file = await fs.open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
      try {
        const stats = await file.stat();
        if (!stats.isFile()) throw new DiskFault("EFTYPE", path);
        if (stats.size > maxBytes) throw new DiskFault("EFBIG", path);
        return new Uint8Array(await file.readFile());
      } finally {
        await file.close();
      }
    } catch (error) {
      throw diskError(error, path);
    }
  }

  async rename(folder: string, name: string, newName: string): Promise<void> {
    await fs.rename(join(folder, name), join(folder, newName));
  }
}
