/**
 * The rare requests to a disk worker (`DiskCall`), carried out inside it. Each is synchronous and bounded by its
 * caller's slices, so that blocks and segments of other torrents wait no longer than one slice.
 */
import { accessSync, constants, lstatSync, rmdirSync, type Stats, unlinkSync } from "node:fs";
import { join } from "node:path";
import type { ContentFiles } from "./content-files.ts";
import { DiskFault, isCode } from "./disk-codes.ts";
import {
  DIGEST_BYTES,
  type DiskCall,
  type DiskFailure,
  type DiskResults,
  type HashedPieces,
  type StampList,
} from "./disk-jobs.ts";
import { startSha1 } from "./piece-digest.ts";
import { hashFromDisk } from "./piece-store.ts";
import { realFileInside, realFolderInside } from "./safe-open.ts";
import type { StoredTorrent } from "./stored-torrent.ts";
import { FOLDER_STAYS, foldersOf } from "./torrent-folders.ts";

/** Carries out a call on a torrent that is open. Throws the disk's error. */
export function carryOut(
  call: Exclude<DiskCall, { kind: "open" | "close" }>,
  torrent: StoredTorrent,
): DiskResults[keyof DiskResults] {
  const { files } = torrent;
  switch (call.kind) {
    case "wanted":
      files.setWanted(call.wanted);
      return undefined;
    case "stamps":
      return stamps(files, call.from, call.to);
    case "obstacle":
      return obstacle(files, call.from, call.to);
    case "createEmpty":
      files.createEmpty(call.from, call.to);
      return undefined;
    case "hashPieces":
      return hashPieces(torrent, call.pieces);
    case "hashRun":
      return hashRun(torrent, call);
    case "read": {
      const run = new Uint8Array(call.lengthBytes);
      files.read(call.offsetBytes, run);
      return run;
    }
    case "finish":
      files.finish(call.complete);
      return undefined;
    case "takeTouched":
      return files.takeTouched();
    case "delete":
      deleteFiles(files, call.from, call.to, call.mine);
      return undefined;
    case "deleteFolders":
      deleteFolders(files);
      return undefined;
  }
}

function stamps(files: ContentFiles, from: number, to: number): StampList {
  const list = new Float64Array(2 * (to - from)).fill(Number.NaN);
  for (let file = from; file < to; file++) {
    const stats = files.isPadding(file) ? undefined : statsOf(files.pathOf(file));
    if (stats?.isFile() !== true) continue;
    list[2 * (file - from)] = stats.size;
    list[2 * (file - from) + 1] = stats.mtimeMs;
  }
  return list;
}

/** The first of the files [from, to) that could not be written as things stand. */
function obstacle(files: ContentFiles, from: number, to: number): DiskFailure | undefined {
  for (let file = from; file < to; file++) {
    if (files.isPadding(file) || !files.isWanted(file)) continue;
    const path = files.pathOf(file);
    try {
      realFolderInside(files.root, (files.paths[file] as string).split("/").slice(0, -1));
      assertReplaceable(lstatSync(path), path);
    } catch (error) {
      if (!isCode(error, "ENOENT")) return { code: (error as NodeJS.ErrnoException).code ?? "EIO", path };
    }
  }
  return undefined;
}

function assertReplaceable(stats: Stats, path: string): void {
  if (stats.isSymbolicLink()) throw new DiskFault("ELOOP", path);
  if (stats.isDirectory()) throw new DiskFault("EISDIR", path);
  if (!stats.isFile()) throw new DiskFault("EFTYPE", path);
  accessSync(path, constants.R_OK);
}

function hashPieces(torrent: StoredTorrent, pieces: Int32Array): HashedPieces {
  const isHashed = new Uint8Array(pieces.length);
  const digests = new Uint8Array(pieces.length * DIGEST_BYTES);
  pieces.forEach((piece, i) => {
    const hash = startSha1();
    try {
      hashFromDisk(hash, torrent.files, torrent.startOf(piece), torrent.bytesOf(piece));
      digests.set(hash.digest(), i * DIGEST_BYTES);
      isHashed[i] = 1;
    } catch {
      // What cannot be read is not there: an absent or short file, a folder in its place, a broken sector.
    }
  });
  return { isHashed, digests };
}

/** A run of a piece that is too long for one slice. The hash is kept between the runs; a failure ends it. */
function hashRun(torrent: StoredTorrent, call: DiskCall & { kind: "hashRun" }): Uint8Array | undefined {
  const hash = call.offsetBytes === 0 ? startSha1() : torrent.runHashes.get(call.piece);
  if (hash === undefined) throw new DiskFault("EIO");
  torrent.runHashes.delete(call.piece);
  hashFromDisk(hash, torrent.files, torrent.startOf(call.piece) + call.offsetBytes, call.lengthBytes);
  if (call.isLast) return hash.digest();
  torrent.runHashes.set(call.piece, hash);
  return undefined;
}

/** Links are never followed: what is not a regular file inside the root stays. */
function deleteFiles(files: ContentFiles, from: number, to: number, mine: Uint8Array): void {
  files.close();
  for (let file = from; file < to; file++) {
    if (mine[file] !== 1 || files.isPadding(file)) continue;
    try {
      const path = realFileInside(files.root, files.nameOf(file));
      if (statsOf(path)?.isFile()) unlinkSync(path);
    } catch (error) {
      if (!isCode(error, "ENOENT", "ENOTDIR", "ELOOP")) throw error;
    }
  }
}

/** The part file, then folders from the deepest up; those that hold anything else stay. */
function deleteFolders(files: ContentFiles): void {
  files.close();
  const part = join(files.root, files.partName);
  if (statsOf(part)?.isFile()) unlinkSync(part);
  for (const folder of foldersOf(files.paths)) {
    try {
      if (lstatSync(join(files.root, folder)).isDirectory()) rmdirSync(join(files.root, folder));
    } catch (error) {
      if (!isCode(error, ...FOLDER_STAYS)) throw error;
    }
  }
}

function statsOf(path: string): Stats | undefined {
  try {
    return lstatSync(path);
  } catch {
    return undefined;
  }
}
