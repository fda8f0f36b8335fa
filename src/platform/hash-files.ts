/**
 * Makes a torrent of files that exist (`create`, `share`): lists them, hashes them in the disk workers, and builds the
 * info dictionary. Symbolic links are left out: a torrent holds files, and a link may lead anywhere.
 */
import { promises as fs, type Stats } from "node:fs";
import { availableParallelism } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { ClientError } from "../core/errors.ts";
import { PieceMap } from "../torrent/piece-map.ts";
import {
  buildInfoDictionary,
  choosePieceBytes,
  inTorrentOrder,
  type NewFile,
} from "../torrent/torrent-builder.ts";
import { MAX_FILES, MAX_PATH_DEPTH } from "../torrent/torrent-config.ts";
import { ContentClient } from "./content-client.ts";
import { diskError } from "./disk-codes.ts";
import { DIGEST_BYTES } from "./disk-jobs.ts";
import { DiskWorkers } from "./disk-workers.ts";
import { hashPieces } from "./piece-check.ts";
import { MAX_CHECK_THREADS, MAX_OPEN_FILES } from "./platform-config.ts";

export interface HashPathOptions {
  /** Name of the torrent; by default that of the file or folder. */
  readonly name?: string;
  /** Piece length; by default chosen by the size. */
  readonly pieceBytes?: number;
  readonly isPrivate?: boolean;
  readonly signal?: AbortSignal;
  /** 0 to 1, after every few MiB. */
  readonly onProgress?: (doneRatio: number) => void;
}

export interface HashedPath {
  /** The bencoded info dictionary, whose SHA-1 is the info-hash. */
  readonly rawInfo: Uint8Array;
  /** Folder in which the file or folder lies. */
  readonly folder: string;
  /** Where the files lie, relative to the folder, in the order of the torrent, whose own paths may differ. */
  readonly paths: readonly string[];
}

/**
 * Hashes `path`, a file or a folder with everything below it. Rejects with PATH_NOT_FOUND, PATH_NOT_WRITABLE for what
 * may not be read, or TORRENT_INVALID for what no torrent can hold.
 */
export async function hashPath(path: string, options: HashPathOptions = {}): Promise<HashedPath> {
  // What the user names may be reached by a link; the torrent is named after what lies there.
  const absolute = await fs.realpath(resolve(path)).catch((error: unknown) => {
    throw diskError(error, path);
  });
  const folder = dirname(absolute);
  const files = inTorrentOrder(await listFiles(absolute));
  const totalBytes = files.reduce((sum, file) => sum + file.lengthBytes, 0);
  if (totalBytes === 0) {
    throw new ClientError("TORRENT_INVALID", `${path} holds no data, and no torrent can be empty.`, {
      hint: "Name a file or folder with at least one byte in it.",
    });
  }
  const pieceBytes = options.pieceBytes ?? choosePieceBytes(totalBytes);
  const pieceHashes = await hashAll({
    folder,
    files,
    pieceMap: new PieceMap(totalBytes, pieceBytes),
    options,
  });
  const name = options.name ?? basename(absolute);
  const rawInfo = buildInfoDictionary({
    name,
    files: files.map((file) => ({ ...file, path: renamed(file.path, basename(absolute), name) })),
    pieceBytes,
    pieceHashes,
    isPrivate: options.isPrivate === true,
  });
  return { rawInfo, folder, paths: files.map((file) => file.path) };
}

interface HashAllOptions {
  readonly folder: string;
  readonly files: readonly NewFile[];
  readonly pieceMap: PieceMap;
  readonly options: HashPathOptions;
}

async function hashAll({ folder, files, pieceMap, options }: HashAllOptions): Promise<Uint8Array> {
  const threads = Math.min(MAX_CHECK_THREADS, availableParallelism());
  const workers = new DiskWorkers(
    { arena: new SharedArrayBuffer(0), slots: new SharedArrayBuffer(0), maxOpenFiles: MAX_OPEN_FILES },
    Math.min(threads, pieceMap.pieceCount),
  );
  const content = new ContentClient({
    workers,
    disk: 0, // these workers have no other
    fileCount: files.length,
    describe: () => ({
      root: folder,
      paths: files.map((file) => file.path).join("\0"),
      lengths: Float64Array.from(files, (file) => file.lengthBytes),
      padding: new Uint8Array(files.length),
      pieceBytes: pieceMap.pieceBytes,
      partName: ".none",
      usesPartNames: false,
    }),
  });
  const hashes = new Uint8Array(pieceMap.pieceCount * DIGEST_BYTES);
  let done = 0;
  try {
    await hashPieces({
      content,
      pieceMap,
      pieces: Int32Array.from({ length: pieceMap.pieceCount }, (_, piece) => piece),
      signal: options.signal,
      onPiece: (piece, digest) => {
        if (digest === undefined) throw changedMeanwhile(folder);
        hashes.set(digest, piece * DIGEST_BYTES);
        options.onProgress?.(++done / pieceMap.pieceCount);
      },
    });
  } finally {
    await workers.close();
  }
  return hashes;
}

/** Regular files at or below `path`, named from its own last element on. */
async function listFiles(path: string): Promise<NewFile[]> {
  const files: NewFile[] = [];
  const visit = async (absolute: string, relative: string, depth: number): Promise<void> => {
    const stats = await statsOf(absolute);
    if (stats.isFile()) files.push({ path: relative, lengthBytes: stats.size });
    if (files.length > MAX_FILES) throw tooMuch(path, `more than ${MAX_FILES} files`);
    if (!stats.isDirectory()) return;
    if (depth >= MAX_PATH_DEPTH) throw tooMuch(path, `folders more than ${MAX_PATH_DEPTH} deep`);
    const entries = await fs.readdir(absolute).catch((error: unknown) => {
      throw diskError(error, absolute);
    });
    for (const entry of entries) await visit(join(absolute, entry), `${relative}/${entry}`, depth + 1);
  };
  await visit(path, basename(path), 0);
  return files;
}

async function statsOf(path: string): Promise<Stats> {
  try {
    return await fs.lstat(path);
  } catch (error) {
    throw diskError(error, path);
  }
}

function renamed(path: string, from: string, to: string): string {
  return path === from ? to : to + path.slice(from.length);
}

function tooMuch(path: string, what: string): ClientError {
  return new ClientError("TORRENT_INVALID", `${path} holds ${what}, which no torrent can.`, {
    hint: "Share it in parts.",
  });
}

function changedMeanwhile(folder: string): ClientError {
  return new ClientError("DISK_ERROR", `A file below ${folder} could not be read to its end.`, {
    hint: "Check its permissions, and that nothing is writing to it.",
  });
}
