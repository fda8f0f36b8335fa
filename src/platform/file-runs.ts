/** Runs of bytes of open files, read and written whole; inside a disk worker. */
import { readSync, writeSync } from "node:fs";
import { DiskFault } from "./disk-codes.ts";

/** Where a run begins. */
export interface Place {
  readonly descriptor: number;
  readonly offsetBytes: number;
}

/** Bytes moved at a time from file to file. */
const COPY_BYTES = 256 * 1024;

/** Reads until `run` is full or the file ends; answers how much there was. */
export function readFully(place: Place, run: Uint8Array): number {
  let filled = 0;
  while (filled < run.length) {
    const got = readSync(place.descriptor, run, filled, run.length - filled, place.offsetBytes + filled);
    if (got === 0) break;
    filled += got;
  }
  return filled;
}

/** Writes all of `run`, or throws the system's error with some of it written. */
export function writeFully(place: Place, run: Uint8Array): void {
  let written = 0;
  while (written < run.length) {
    const put = writeSync(place.descriptor, run, written, run.length - written, place.offsetBytes + written);
    if (put === 0) throw new DiskFault("ENOSPC");
    written += put;
  }
}

/** Copies up to `lengthBytes`, as far as there is anything. Runs of zeros are left out: the target stays sparse. */
export function copyContent(from: Place, to: Place, lengthBytes: number): void {
  forEachChunk(from, lengthBytes, (chunk, atBytes) => {
    if (isContent(chunk)) writeFully({ ...to, offsetBytes: to.offsetBytes + atBytes }, chunk);
    return true;
  });
}

/** True when one of the bytes is not zero. */
export function hasContent(from: Place, lengthBytes: number): boolean {
  let isFound = false;
  forEachChunk(from, lengthBytes, (chunk) => {
    isFound = isContent(chunk);
    return !isFound;
  });
  return isFound;
}

function isContent(chunk: Uint8Array): boolean {
  return chunk.some((byte) => byte !== 0);
}

/** Walks a run in chunks, until it ends or `visit` answers false. */
function forEachChunk(
  from: Place,
  lengthBytes: number,
  visit: (chunk: Uint8Array, atBytes: number) => boolean,
): void {
  const buffer = new Uint8Array(Math.min(COPY_BYTES, lengthBytes));
  let at = 0;
  while (at < lengthBytes) {
    const chunk = buffer.subarray(0, Math.min(buffer.length, lengthBytes - at));
    const got = readFully({ ...from, offsetBytes: from.offsetBytes + at }, chunk);
    if (got === 0 || !visit(chunk.subarray(0, got), at)) return;
    at += got;
  }
}
