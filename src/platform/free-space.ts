/** What a folder that may not exist yet lies on: which disk, how much room there is, whether it could be written. */
import { constants, promises as fs, type Stats } from "node:fs";
import { dirname } from "node:path";
import { DiskFault, isCode } from "./disk-codes.ts";

/** `folder`, or the nearest folder above it that exists. */
async function nearestExisting(folder: string): Promise<{ readonly path: string; readonly stats: Stats }> {
  for (let path = folder; ; path = dirname(path)) {
    try {
      return { path, stats: await fs.stat(path) };
    } catch (error) {
      if (!isCode(error, "ENOENT") || dirname(path) === path) throw error;
    }
  }
}

/** Free bytes for this user where `folder` is or would be; null when the system does not say. */
export async function freeBytesAt(folder: string): Promise<number | null> {
  try {
    const { path } = await nearestExisting(folder);
    const { bavail, bsize } = await fs.statfs(path);
    return bavail * bsize;
  } catch {
    return null;
  }
}

/** A number that tells apart the file systems that folders are or would be on; 0 where the system does not say. */
export async function diskAt(folder: string): Promise<number> {
  try {
    return (await nearestExisting(folder)).stats.dev;
  } catch {
    return 0;
  }
}

/** Throws the reason when nothing could be created in `folder`. */
export async function assertWritableFolder(folder: string): Promise<void> {
  const { path, stats } = await nearestExisting(folder);
  if (!stats.isDirectory()) throw new DiskFault("ENOTDIR", path);
  await fs.access(path, constants.W_OK | constants.X_OK);
}
