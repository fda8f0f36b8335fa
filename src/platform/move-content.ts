/**
 * Moves the files of a torrent from one folder to another. Each file is whole in at least one of the two at any
 * moment: it is renamed, or, to another file system, copied under a name of its own, made durable, compared, named,
 * and only then deleted where it was. Moving again what was moved half goes on from there, so a crash needs no
 * bookkeeping but that the move was wanted.
 *
 * Only what the torrent lists is touched, and never through links (threats F2, ST16).
 */
import { constants, promises as fs, type Stats } from "node:fs";
import { basename, dirname, join, sep } from "node:path";
import { ClientError } from "../core/errors.ts";
import type { MoveOptions } from "../session/session-ports.ts";
import type { Metainfo } from "../torrent/metainfo.ts";
import { UnfinishedNames } from "../torrent/unfinished-names.ts";
import { DiskFault, diskError, isCode } from "./disk-codes.ts";
import { syncFolder } from "./durability.ts";
import { assertWritableFolder, freeBytesAt } from "./free-space.ts";
import { makeFolder } from "./make-folder.ts";
import { partFileName } from "./part-layout.ts";
import { MOVE_CHUNK_BYTES } from "./platform-config.ts";
import { FOLDER_STAYS, foldersOf } from "./torrent-folders.ts";

/** A file that is to be moved, by its path below both folders. */
interface Source {
  readonly path: string;
  readonly lengthBytes: number;
}

/**
 * Rejects with `PATH_IN_THE_WAY`, `PATH_NOT_WRITABLE` or `DISK_FULL` before anything is moved where that can be seen;
 * with the disk's error in the midst of it, when what was moved has been moved back as far as the disk lets it; with
 * the signal's reason, and no moving back.
 */
export async function moveContent(
  metainfo: Metainfo,
  folders: { readonly from: string; readonly to: string },
  options: MoveOptions,
): Promise<void> {
  const { from, to } = folders;
  try {
    const sources = await findSources(metainfo, from);
    await assertRoom(sources, from, to);
    const move = new ContentMove(from, to, `.${metainfo.id}.moving`, options);
    await move.run(sources);
    await deleteEmptyFolders(from, foldersOf(metainfo.files.map((file) => file.path)));
  } catch (error) {
    options.signal?.throwIfAborted();
    throw diskError(error, (error instanceof DiskFault ? error.path : undefined) ?? to);
  }
}

/** What there is of the torrent, under finished and unfinished names. What is no regular file stays where it is. */
async function findSources(metainfo: Metainfo, folder: string): Promise<readonly Source[]> {
  const unfinished = new UnfinishedNames(metainfo.files.map((file) => file.path));
  const sources: Source[] = [];
  const look = async (path: string | undefined): Promise<void> => {
    const stats = path === undefined ? undefined : await statsOf(folder, path);
    if (path !== undefined && stats?.isFile()) sources.push({ path, lengthBytes: stats.size });
  };
  for (const [i, file] of metainfo.files.entries()) {
    if (file.isPadding) continue;
    await look(file.path);
    await look(unfinished.of(i));
  }
  await look(partFileName(metainfo.id));
  return sources;
}

async function assertRoom(sources: readonly Source[], from: string, to: string): Promise<void> {
  await assertWritableFolder(to);
  for (const { path, lengthBytes } of sources) {
    const there = await lstat(join(to, path));
    // A file of the same length may be one that an interrupted move has copied: it is compared later.
    if (there !== undefined && !(there.isFile() && there.size === lengthBytes))
      throw new ClientError("PATH_IN_THE_WAY", `${join(to, path)} exists already.`, {
        hint: "Move it away, or choose another folder.",
      });
  }
  if (await isSameFileSystem(from, to)) return;
  const neededBytes = sources.reduce((sum, { lengthBytes }) => sum + lengthBytes, 0);
  const freeBytes = await freeBytesAt(to);
  if (freeBytes !== null && freeBytes < neededBytes) throw new DiskFault("ENOSPC", to);
}

async function isSameFileSystem(from: string, to: string): Promise<boolean> {
  for (let folder = to; ; folder = dirname(folder)) {
    const stats = await lstat(folder);
    if (stats !== undefined) return stats.dev === (await lstat(from))?.dev;
    if (dirname(folder) === folder) return false;
  }
}

class ContentMove {
  readonly #from: string;
  readonly #to: string;
  readonly #copyName: string;
  readonly #options: MoveOptions;
  readonly #moved: { readonly source: string; readonly target: string }[] = [];
  #movedBytes = 0;
  #totalBytes = 0;

  constructor(from: string, to: string, copyName: string, options: MoveOptions) {
    this.#from = from;
    this.#to = to;
    this.#copyName = copyName;
    this.#options = options;
  }

  async run(sources: readonly Source[]): Promise<void> {
    try {
      await this.#moveAll(sources);
    } catch (error) {
      if (this.#options.signal?.aborted !== true) await this.#moveBack();
      throw error;
    }
  }

  /** What cannot go back stays where it is: moving again finds it there. */
  async #moveBack(): Promise<void> {
    for (const { source, target } of this.#moved.reverse())
      await this.#moveFile(target, source).catch(() => undefined);
  }

  async #moveAll(sources: readonly Source[]): Promise<void> {
    this.#totalBytes = sources.reduce((sum, { lengthBytes }) => sum + lengthBytes, 0);
    for (const { path } of sources) {
      this.#options.signal?.throwIfAborted();
      const source = await realFileInside(this.#from, path);
      const folder = await madeFolderInside(this.#to, path.split("/").slice(0, -1));
      const target = join(folder, path.split("/").at(-1) as string);
      await this.#moveFile(source, target);
      this.#moved.push({ source, target });
      await syncFolder(folder);
      await syncFolder(dirname(source));
    }
  }

  async #moveFile(source: string, target: string): Promise<void> {
    const lengthBytes = (await fs.lstat(source)).size;
    if ((await lstat(target)) !== undefined) {
      await assertSame(source, target, this.#options.signal);
      await fs.unlink(source);
    } else if (!(await renamed(source, target))) await this.#copyFile(source, target);
    else this.#progress(lengthBytes);
  }

  async #copyFile(source: string, target: string): Promise<void> {
    const copy = join(dirname(target), this.#copyName);
    await fs.rm(copy, { force: true });
    try {
      await this.#copyContent(source, copy);
      await assertSame(source, copy, this.#options.signal);
      await fs.rename(copy, target);
    } catch (error) {
      await fs.rm(copy, { force: true });
      throw error;
    }
    await syncFolder(dirname(target));
    await fs.unlink(source);
  }

  /** Durable when it resolves. Times are kept, for resume data knows files by them. */
  async #copyContent(source: string, copy: string): Promise<void> {
    const { O_RDONLY, O_WRONLY, O_CREAT, O_EXCL } = constants;
    await withFile(source, O_RDONLY, (from) =>
      withFile(copy, O_WRONLY | O_CREAT | O_EXCL, async (to) => {
        const { size, atime, mtime } = await from.stat();
        await this.#copyRuns(from, to, size);
        await to.truncate(size);
        await to.utimes(atime, mtime);
        await to.sync();
      }),
    );
  }

  /** Runs of zeros are left out: what is sparse stays sparse. */
  async #copyRuns(from: fs.FileHandle, to: fs.FileHandle, sizeBytes: number): Promise<void> {
    const buffer = Buffer.alloc(MOVE_CHUNK_BYTES);
    for (let at = 0; at < sizeBytes; at += MOVE_CHUNK_BYTES) {
      this.#options.signal?.throwIfAborted();
      const lengthBytes = Math.min(MOVE_CHUNK_BYTES, sizeBytes - at);
      const chunk = await readRun(from, buffer, lengthBytes, at);
      if (chunk.length < lengthBytes) throw new DiskFault("ENODATA");
      if (chunk.some((byte) => byte !== 0)) await writeRun(to, chunk, at);
      this.#progress(lengthBytes);
    }
  }

  #progress(bytes: number): void {
    this.#movedBytes += bytes;
    this.#options.onProgress?.(this.#totalBytes === 0 ? 1 : Math.min(1, this.#movedBytes / this.#totalBytes));
  }
}

/** Links are not followed, and a FIFO does not block. */
async function withFile<Result>(
  path: string,
  flags: number,
  work: (file: fs.FileHandle) => Promise<Result>,
): Promise<Result> {
  const { O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants;
  const file = await fs.open(path, flags | O_NOFOLLOW | O_NONBLOCK);
  return await work(file).finally(() => file.close());
}

async function writeRun(file: fs.FileHandle, chunk: Buffer, atBytes: number): Promise<void> {
  for (let done = 0; done < chunk.length; ) {
    const { bytesWritten } = await file.write(chunk, done, chunk.length - done, atBytes + done);
    done += bytesWritten;
  }
}

/** False when the two are on different file systems. */
async function renamed(source: string, target: string): Promise<boolean> {
  try {
    await fs.rename(source, target);
    return true;
  } catch (error) {
    if (isCode(error, "EXDEV")) return false;
    throw error;
  }
}

/** Throws `PATH_IN_THE_WAY` when the two files differ. */
async function assertSame(source: string, copy: string, signal: AbortSignal | undefined): Promise<void> {
  const isSame = await withFile(source, constants.O_RDONLY, (one) =>
    withFile(copy, constants.O_RDONLY, (other) => haveSameContent(one, other, signal)),
  );
  if (isSame) return;
  throw new ClientError("PATH_IN_THE_WAY", `${copy} differs from ${source}.`, {
    hint: "Move one of them away, then try again.",
  });
}

async function haveSameContent(
  one: fs.FileHandle,
  other: fs.FileHandle,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  const { size } = await one.stat();
  if ((await other.stat()).size !== size) return false;
  const [buffer, otherBuffer] = [Buffer.alloc(MOVE_CHUNK_BYTES), Buffer.alloc(MOVE_CHUNK_BYTES)];
  for (let at = 0; at < size; at += MOVE_CHUNK_BYTES) {
    signal?.throwIfAborted();
    const lengthBytes = Math.min(MOVE_CHUNK_BYTES, size - at);
    const run = await readRun(one, buffer, lengthBytes, at);
    if (!run.equals(await readRun(other, otherBuffer, lengthBytes, at))) return false;
  }
  return true;
}

async function readRun(
  file: fs.FileHandle,
  buffer: Buffer,
  lengthBytes: number,
  atBytes: number,
): Promise<Buffer> {
  let filled = 0;
  while (filled < lengthBytes) {
    const { bytesRead } = await file.read(buffer, filled, lengthBytes - filled, atBytes + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return buffer.subarray(0, filled);
}

/** Real path of a file below `root`; rejects with ELOOP when links lead out of it on the way (threats F2). */
async function realFileInside(root: string, path: string): Promise<string> {
  const realRoot = await fs.realpath(root);
  const folder = await fs.realpath(join(realRoot, dirname(path)));
  return join(assertInside(realRoot, folder), basename(path));
}

/** Real path of a folder below `root`, made where it is absent, element by element, so that no link leads out. */
async function madeFolderInside(root: string, elements: readonly string[]): Promise<string> {
  await makeFolder(root);
  const realRoot = await fs.realpath(root);
  let real = realRoot;
  for (const element of elements) {
    await makeFolder(join(real, element));
    real = assertInside(realRoot, await fs.realpath(join(real, element)));
  }
  return real;
}

function assertInside(realRoot: string, real: string): string {
  const prefix = realRoot.endsWith(sep) ? realRoot : realRoot + sep;
  if (real !== realRoot && !real.startsWith(prefix)) throw new DiskFault("ELOOP", real);
  return real;
}

/** Links are not followed; what holds anything else stays. */
async function deleteEmptyFolders(root: string, folders: readonly string[]): Promise<void> {
  for (const folder of folders) {
    try {
      if ((await fs.lstat(join(root, folder))).isDirectory()) await fs.rmdir(join(root, folder));
    } catch (error) {
      if (!isCode(error, ...FOLDER_STAYS)) throw error;
    }
  }
}

/** Of a file below `folder`; undefined when it is absent, or links lead out of the folder on the way to it. */
async function statsOf(folder: string, path: string): Promise<Stats | undefined> {
  try {
    return await fs.lstat(await realFileInside(folder, path));
  } catch (error) {
    if (isCode(error, "ENOENT", "ENOTDIR", "ELOOP")) return undefined;
    throw error;
  }
}

async function lstat(path: string): Promise<Stats | undefined> {
  try {
    return await fs.lstat(path);
  } catch (error) {
    if (isCode(error, "ENOENT", "ENOTDIR")) return undefined;
    throw error;
  }
}
