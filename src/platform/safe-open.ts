/**
 * The only place that opens content files. Names come sanitised from `torrent/disk-names.ts`; what is checked here, at
 * every open, is the disk as it is now: the real path of the parent folder stays inside the root, the last element is
 * no symbolic link, and what was opened is a regular file (threats F1, F2). A FIFO does not block (O_NONBLOCK).
 */
import { closeSync, constants, fstatSync, mkdirSync, openSync, realpathSync } from "node:fs";
import { join, sep } from "node:path";
import { DiskFault, isCode } from "./disk-codes.ts";
import { makeFolderSync } from "./make-folder-sync.ts";

const { O_RDONLY, O_RDWR, O_CREAT, O_EXCL } = constants;
/** Absent on Windows, where creating links needs a privilege. */
const NO_SURPRISES = (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);
/** Less the umask; never executable. */
const FILE_MODE = 0o666;

export interface WritableFile {
  readonly descriptor: number;
  /** Its real path where it did not exist before. */
  readonly created: string | undefined;
}

/** Opens an existing file below `root`; throws ENOENT when there is none. */
export function openToRead(root: string, path: string): number {
  const { folder, name } = split(root, path);
  return openRegular(join(realFolderInside(root, folder), name), O_RDONLY);
}

/** Opens a file below `root` for reading and writing, never truncating; throws ENOENT when there is none. */
export function openToChange(root: string, path: string): number {
  const { folder, name } = split(root, path);
  return openRegular(join(realFolderInside(root, folder), name), O_RDWR);
}

/** As `openToChange`, creating the file and its folders when they are absent. */
export function openOrCreate(root: string, path: string): WritableFile {
  try {
    return { descriptor: openToChange(root, path), created: undefined };
  } catch (error) {
    if (!isCode(error, "ENOENT")) throw error;
  }
  const { folder, name } = split(root, path);
  const file = join(createFolderInside(root, folder), name);
  // What O_EXCL created is a regular file of ours: no second look, which could fail and leave it behind.
  return {
    descriptor: openSync(file, O_RDWR | O_CREAT | O_EXCL | NO_SURPRISES, FILE_MODE),
    created: file,
  };
}

/** The real path of `folder`; throws ELOOP when symbolic links lead out of `root`, ENOENT when it is absent. */
export function realFolderInside(root: string, folder: readonly string[]): string {
  const realRoot = realpathSync.native(root);
  return assertInside(realRoot, realpathSync.native(join(realRoot, ...folder)));
}

/** Real path of a file below `root`, which need not exist; throws as `realFolderInside`. */
export function realFileInside(root: string, path: string): string {
  const { folder, name } = split(root, path);
  return join(realFolderInside(root, folder), name);
}

function createFolderInside(root: string, folder: readonly string[]): string {
  makeFolderSync(root);
  const realRoot = realpathSync.native(root);
  let real = realRoot;
  for (const element of folder) {
    const next = join(real, element);
    try {
      mkdirSync(next);
    } catch (error) {
      if (!isCode(error, "EEXIST")) throw error;
    }
    real = assertInside(realRoot, realpathSync.native(next));
  }
  return real;
}

function assertInside(realRoot: string, real: string): string {
  const prefix = realRoot.endsWith(sep) ? realRoot : realRoot + sep;
  if (real !== realRoot && !real.startsWith(prefix)) throw new DiskFault("ELOOP", real);
  return real;
}

function openRegular(file: string, flags: number): number {
  const descriptor = openSync(file, flags | NO_SURPRISES, FILE_MODE);
  try {
    const stats = fstatSync(descriptor);
    if (!stats.isFile()) throw new DiskFault(stats.isDirectory() ? "EISDIR" : "EFTYPE", file);
    return descriptor;
  } catch (error) {
    closeSync(descriptor);
    throw error;
  }
}

function split(root: string, path: string): { readonly folder: readonly string[]; readonly name: string } {
  const elements = path.split("/");
  const name = elements.pop();
  // Sanitised names cannot be these; an open that leaves the root is worth a second look.
  if (
    name === undefined ||
    elements.concat(name).some((part) => part === "" || part === "." || part === "..")
  )
    throw new DiskFault("ELOOP", join(root, path));
  return { folder: elements, name };
}
