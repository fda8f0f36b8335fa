/** Files with the key of a sealed network that others can read, as a shell makes them by default. */
import { fstatSync, type Stats } from "node:fs";
import { stat } from "node:fs/promises";

/** Whether the join string on standard output went into such a file. */
export function isOutputReadableForOthers(): boolean {
  return isReadableForOthers(fstatSync(1));
}

/** False for a file that is not there. */
export async function isFileReadableForOthers(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  return found !== undefined && isReadableForOthers(found);
}

/** Windows has no such bits. */
function isReadableForOthers(found: Stats): boolean {
  return process.platform !== "win32" && found.isFile() && (found.mode & 0o044) !== 0;
}
