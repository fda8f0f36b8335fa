/** As `make-folder.ts`, for disk workers. */
import { mkdirSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { isCode } from "./disk-codes.ts";

/** Throws the system's error. */
export function makeFolderSync(path: string): void {
  try {
    mkdirSync(path);
  } catch (error) {
    if (isCode(error, "ENOENT") && isMissingSync(dirname(path))) {
      makeFolderSync(dirname(path));
      makeFolderSync(path);
    } else if (statSync(path, { throwIfNoEntry: false })?.isDirectory() !== true) throw error;
  }
}

function isMissingSync(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) === undefined;
}
