/**
 * Content for torrents: reproducible bytes on disk, and the comparison of two trees by SHA-1.
 */
import { createCipheriv, createHash } from "node:crypto";
import { closeSync, mkdirSync, openSync, readdirSync, readSync, statSync, writeSync } from "node:fs";
import { dirname, join, relative } from "node:path";

export const KIB = 1024;
export const MIB = 1024 * KIB;

/** Writes a file of bytes that look random and are the same for the same seed. */
export function writeContent(path: string, lengthBytes: number, seed: string): string {
  mkdirSync(dirname(path), { recursive: true });
  // AES in counter mode over zeros: incompressible, reproducible, and faster than the disk
  const key = createHash("sha256").update(seed).digest();
  const stream = createCipheriv("aes-256-ctr", key, Buffer.alloc(16));
  const file = openSync(path, "w");
  const zeros = Buffer.alloc(MIB);
  for (let written = 0; written < lengthBytes; ) {
    const chunk = stream.update(zeros.subarray(0, Math.min(MIB, lengthBytes - written)));
    writeSync(file, chunk);
    written += chunk.length;
  }
  closeSync(file);
  return path;
}

/** Writes files of the given sizes below a folder. */
export function writeTree(folder: string, sizes: Readonly<Record<string, number>>, seed: string): string {
  mkdirSync(folder, { recursive: true });
  for (const [path, lengthBytes] of Object.entries(sizes)) {
    writeContent(join(folder, path), lengthBytes, `${seed}/${path}`);
  }
  return folder;
}

/** SHA-1 of a file, in hex. */
function sha1OfFile(path: string): string {
  const hash = createHash("sha1");
  const file = openSync(path, "r");
  const chunk = Buffer.allocUnsafe(MIB);
  for (let count = readSync(file, chunk); count > 0; count = readSync(file, chunk)) {
    hash.update(chunk.subarray(0, count));
  }
  closeSync(file);
  return hash.digest("hex");
}

/**
 * Path -> SHA-1 of every file of a torrent's content, which is one file or a folder: the paths begin with its name,
 * as they do on a disk that it was downloaded to.
 */
export function digestsOf(contentPath: string): Record<string, string> {
  const parent = dirname(contentPath);
  return Object.fromEntries(
    filesOf(contentPath)
      .sort()
      .map((path) => [relative(parent, path), sha1OfFile(path)]),
  );
}

/** Path -> SHA-1 of every file in a download folder. */
export function digestsIn(folder: string): Record<string, string> {
  return Object.fromEntries(
    readdirSync(folder)
      .sort()
      .flatMap((name) => Object.entries(digestsOf(join(folder, name)))),
  );
}

function filesOf(path: string): string[] {
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path).flatMap((name) => filesOf(join(path, name)));
}
