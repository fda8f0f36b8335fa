/**
 * Creates folders with those above them, one at a time. Node's own recursive `mkdir` never comes back where creating a
 * folder says ENOENT although its parent exists, as everywhere below /proc: it goes up and down for ever, in the thread
 * pool, with every other file operation behind it.
 */
import { promises as fs } from "node:fs";
import { dirname } from "node:path";
import { isCode } from "./disk-codes.ts";

/** As `fs.mkdir(path, { recursive: true, mode })`. Rejects with the system's error. */
export async function makeFolder(path: string, mode = 0o777): Promise<void> {
  try {
    await fs.mkdir(path, mode);
  } catch (error) {
    if (isCode(error, "ENOENT") && (await isMissing(dirname(path)))) {
      await makeFolder(dirname(path), mode);
      await makeFolder(path, mode);
    } else if (!(await isFolder(path))) throw error;
  }
}

async function isFolder(path: string): Promise<boolean> {
  return await fs.stat(path).then(
    (stats) => stats.isDirectory(),
    () => false,
  );
}

async function isMissing(path: string): Promise<boolean> {
  return await fs.stat(path).then(
    () => false,
    (error: unknown) => isCode(error, "ENOENT"),
  );
}
