/** Small text files of ours: whole or not at all, whatever happens in between. */
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { ClientError } from "../../core/errors.ts";

export interface WriteModes {
  readonly file?: number;
  /** Of folders that have to be made. */
  readonly folder?: number;
}

/** Of what may name peers and folders: nobody else's business. */
export const PRIVATE_MODES: WriteModes = { file: 0o600, folder: 0o700 };

/** Afterwards the file holds `text`; a reader sees the old text or the new one. Rejects with PATH_NOT_WRITABLE. */
export async function writeWhole(path: string, text: string, modes: WriteModes = {}): Promise<void> {
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    await mkdir(dirname(path), {
      recursive: true,
      ...(modes.folder === undefined ? {} : { mode: modes.folder }),
    });
    await writeFile(temporary, text, modes.file === undefined ? {} : { mode: modes.file });
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {});
    const { code } = error as NodeJS.ErrnoException;
    throw new ClientError("PATH_NOT_WRITABLE", `Cannot write ${path}: ${code}`, { cause: error });
  }
}

/** Empty where there is no such file. Rejects with DISK_ERROR. */
export async function readIfThere(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return "";
    throw new ClientError("DISK_ERROR", `Cannot read ${path}: ${code}`, { cause: error });
  }
}
