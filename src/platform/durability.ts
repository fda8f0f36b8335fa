/** Making files outlive a power cut, through Node's thread pool. */
import { constants, promises as fs } from "node:fs";
import { join } from "node:path";
import { isCode } from "./disk-codes.ts";
import { PARALLEL_SYNCS } from "./platform-config.ts";

/** Syncs the data of files below `folder`, telling of each. Rejects with the first error; the others may be done. */
export async function syncFiles(
  paths: readonly string[],
  folder: string,
  onSynced: (path: string) => void,
): Promise<void> {
  let next = 0;
  const lane = async (): Promise<void> => {
    for (let path = paths[next++]; path !== undefined; path = paths[next++]) {
      await syncFile(join(folder, path));
      onSynced(path);
    }
  };
  await Promise.all(Array.from({ length: PARALLEL_SYNCS }, lane));
}

/** Syncs the entries of a folder. Systems that cannot do so keep them in order by themselves: never rejects. */
export async function syncFolder(path: string): Promise<void> {
  try {
    const folder = await fs.open(path, "r");
    await folder.sync().finally(() => folder.close());
  } catch {
    // Best effort, as above.
  }
}

/** A file that has vanished needs no syncing: its absence shows in the stamps. A FIFO in its place does not block. */
async function syncFile(path: string): Promise<void> {
  try {
    const file = await fs.open(path, constants.O_RDWR | (constants.O_NONBLOCK ?? 0));
    await file.datasync().finally(() => file.close());
  } catch (error) {
    if (!isCode(error, "ENOENT", "ENOTDIR", "EISDIR")) throw error;
  }
}
