/**
 * The content of one torrent as one long run of bytes over its files, inside a disk worker. Files and folders appear
 * with the first byte written to them; padding is neither written nor read; nothing is ever truncated.
 *
 * Where a byte of a file lives:
 *   - in the file itself, when it exists, or is wanted, or the byte's piece belongs to this file alone;
 *   - else in the part file (`part-layout.ts`).
 * Whenever a file comes into being it takes over what the part file holds of it, so the rule needs no memory.
 */
import { closeSync, lstatSync, readvSync, renameSync, unlinkSync } from "node:fs";
import { join } from "node:path";
import { FileLayout, type FileSpan } from "../torrent/file-layout.ts";
import { UnfinishedNames } from "../torrent/unfinished-names.ts";
import { DiskFault, isCode } from "./disk-codes.ts";
import type { ContentDescription, TouchedFiles } from "./disk-jobs.ts";
import { copyContent, hasContent, type Place, readFully, writeFully } from "./file-runs.ts";
import type { OpenFiles } from "./open-files.ts";
import { PartLayout } from "./part-layout.ts";
import { openOrCreate, openToChange, openToRead, realFileInside } from "./safe-open.ts";

/** Keys of one torrent's files among the open files: more than MAX_FILES of a torrent, plus one for its part file. */
const KEYS_PER_TORRENT = 2 ** 18;
const PART_KEY = KEYS_PER_TORRENT - 1;

export class ContentFiles {
  readonly root: string;
  readonly paths: readonly string[];
  readonly layout: FileLayout;
  readonly partName: string;
  readonly #unfinished: UnfinishedNames;
  readonly #usesPartNames: boolean;
  readonly #padding: Uint8Array;
  readonly #pieceBytes: number;
  readonly #openFiles: OpenFiles;
  readonly #firstKey: number;
  #wanted: Uint8Array | undefined;
  #part: PartLayout | undefined;
  /** Indices, PART_KEY included. */
  readonly #written = new Set<number>();
  readonly #created = new Set<number>();
  /** Files that were last seen under their unfinished name. */
  readonly #seenUnfinished = new Set<number>();

  constructor(torrent: number, content: ContentDescription, openFiles: OpenFiles) {
    this.root = content.root;
    this.paths = content.paths.split("\0");
    this.layout = new FileLayout(Array.from(content.lengths, (lengthBytes) => ({ lengthBytes })));
    this.partName = content.partName;
    this.#unfinished = new UnfinishedNames(this.paths);
    this.#usesPartNames = content.usesPartNames;
    this.#padding = content.padding;
    this.#pieceBytes = content.pieceBytes;
    this.#openFiles = openFiles;
    this.#firstKey = torrent * KEYS_PER_TORRENT;
  }

  isPadding(fileIndex: number): boolean {
    return this.#padding[fileIndex] === 1;
  }

  isWanted(fileIndex: number): boolean {
    return this.#wanted === undefined || this.#wanted[fileIndex] === 1;
  }

  /** Absolute path of a file as it is now: under its own name, or that of an unfinished file. */
  pathOf(fileIndex: number): string {
    return join(this.root, this.nameOf(fileIndex));
  }

  /** The same below the root. An absent file has its own name. */
  nameOf(fileIndex: number): string {
    const name = this.paths[fileIndex] as string;
    if (this.#isThere(name)) return name;
    const unfinished = this.#unfinished.of(fileIndex);
    if (unfinished === undefined || !this.#isThere(unfinished)) return name;
    this.#seenUnfinished.add(fileIndex);
    return unfinished;
  }

  /** Writes `bytes` at `offsetBytes` of the content. Throws the system's error; some of it may be written then. */
  write(offsetBytes: number, bytes: Uint8Array): void {
    let taken = 0;
    for (const span of this.layout.spansOf(offsetBytes, bytes.length)) {
      const run = bytes.subarray(taken, taken + span.lengthBytes);
      taken += span.lengthBytes;
      if (this.isPadding(span.fileIndex)) continue;
      const place = this.#placeToWrite(span);
      writeFully(place, run);
    }
  }

  /** Fills `bytes` from `offsetBytes` of the content. Throws ENOENT or ENODATA where there is nothing to read. */
  read(offsetBytes: number, bytes: Uint8Array): void {
    let filled = 0;
    for (const span of this.layout.spansOf(offsetBytes, bytes.length)) {
      const run = bytes.subarray(filled, filled + span.lengthBytes);
      filled += span.lengthBytes;
      if (this.isPadding(span.fileIndex)) run.fill(0);
      else this.#readSpan(span, run);
    }
  }

  /** Fills `runs`, which lie one behind another in the content, with one system call where one file holds them all. */
  readRuns(offsetBytes: number, runs: readonly Uint8Array[]): void {
    const lengthBytes = runs.reduce((sum, run) => sum + run.length, 0);
    const [span, ...others] = this.layout.spansOf(offsetBytes, lengthBytes);
    const first = runs[0];
    if (runs.length === 1 && first !== undefined) this.read(offsetBytes, first);
    else if (span !== undefined && others.length === 0 && !this.isPadding(span.fileIndex))
      this.#readVector(span, runs);
    else this.#readOneByOne(offsetBytes, runs);
  }

  /**
   * Changes what is wanted. Files that become wanted take over what the part file holds of them, because no write may
   * ever come for them; they are created only when there is something to take over.
   */
  setWanted(wanted: Uint8Array): void {
    this.#wanted = wanted;
    if (this.#openPartToRead() === undefined) return;
    for (let file = 0; file < this.paths.length; file++) {
      if (wanted[file] !== 1 || this.isPadding(file) || this.#exists(file)) continue;
      if (this.#partHoldsSomethingOf(file)) this.#descriptorToWrite(file);
    }
  }

  /** Creates the wanted files of length zero among [from, to), which no piece ever writes. */
  createEmpty(from: number, to: number): void {
    for (let file = from; file < to; file++) {
      if (this.layout.bytesOf(file) > 0 || this.isPadding(file) || !this.isWanted(file)) continue;
      this.#descriptorToWrite(file);
      this.#openFiles.close(this.#firstKey + file);
    }
  }

  /** Gives complete files their own names. One whose name was taken meanwhile keeps the unfinished one. */
  finish(files: Iterable<number>): void {
    for (const file of files) {
      if (!this.#seenUnfinished.has(file)) continue;
      const unfinished = this.nameOf(file);
      this.#seenUnfinished.delete(file);
      if (unfinished === this.paths[file] || this.#isThere(this.paths[file] as string)) continue;
      this.#openFiles.close(this.#firstKey + file);
      renameSync(
        realFileInside(this.root, unfinished),
        realFileInside(this.root, this.paths[file] as string),
      );
      this.#written.add(file);
    }
  }

  /** What was written and created since the last call. */
  takeTouched(): TouchedFiles {
    const touched = {
      written: [...this.#written].map((key) => this.#nameOfKey(key)),
      created: [...this.#created],
    };
    this.#written.clear();
    this.#created.clear();
    return touched;
  }

  /** Closes the descriptors of this torrent. */
  close(): void {
    this.#openFiles.closeRange(this.#firstKey, this.#firstKey + KEYS_PER_TORRENT);
  }

  #nameOfKey(key: number): string {
    return key === PART_KEY ? this.partName : this.nameOf(key);
  }

  /** The name under which a file that does not exist comes into being. An empty one is complete at once. */
  #nameToCreate(fileIndex: number): string {
    const name = this.paths[fileIndex] as string;
    if (!this.#usesPartNames || this.layout.bytesOf(fileIndex) === 0) return name;
    const unfinished = this.#unfinished.of(fileIndex);
    if (unfinished !== undefined) this.#seenUnfinished.add(fileIndex);
    return unfinished ?? name;
  }

  #placeToWrite(span: FileSpan): Place {
    const { fileIndex, fileOffsetBytes, lengthBytes } = span;
    if (!this.isWanted(fileIndex) && !this.#exists(fileIndex)) {
      const offsetBytes = this.#partLayout().placeOf(fileIndex, fileOffsetBytes, lengthBytes);
      if (offsetBytes !== undefined) return { descriptor: this.#descriptorToWrite(PART_KEY), offsetBytes };
    }
    return { descriptor: this.#descriptorToWrite(fileIndex), offsetBytes: fileOffsetBytes };
  }

  #placeToRead(span: FileSpan): Place {
    const { fileIndex, fileOffsetBytes, lengthBytes } = span;
    try {
      return { descriptor: this.#descriptorToRead(fileIndex), offsetBytes: fileOffsetBytes };
    } catch (error) {
      const descriptor = isCode(error, "ENOENT") ? this.#openPartToRead() : undefined;
      if (descriptor === undefined) throw error;
      const offsetBytes = this.#partLayout().placeOf(fileIndex, fileOffsetBytes, lengthBytes);
      if (offsetBytes === undefined) throw error;
      return { descriptor, offsetBytes };
    }
  }

  #readSpan(span: FileSpan, run: Uint8Array): void {
    const place = this.#placeToRead(span);
    const gotBytes = readFully(place, run);
    if (gotBytes < run.length) throw new DiskFault("ENODATA", this.pathOf(span.fileIndex));
  }

  #readVector(span: FileSpan, runs: readonly Uint8Array[]): void {
    const place = this.#placeToRead(span);
    const gotBytes = readvSync(place.descriptor, runs, place.offsetBytes);
    if (gotBytes < span.lengthBytes) throw new DiskFault("ENODATA", this.pathOf(span.fileIndex));
  }

  #readOneByOne(offsetBytes: number, runs: readonly Uint8Array[]): void {
    let at = offsetBytes;
    for (const run of runs) {
      this.read(at, run);
      at += run.length;
    }
  }

  #descriptorToRead(key: number): number {
    return this.#openFiles.toRead(this.#firstKey + key, () => openToRead(this.root, this.#nameOfKey(key)));
  }

  #descriptorToWrite(key: number): number {
    const descriptor = this.#openFiles.toWrite(this.#firstKey + key, () =>
      key === PART_KEY ? openOrCreate(this.root, this.partName).descriptor : this.#openFile(key),
    );
    this.#written.add(key);
    return descriptor;
  }

  #openFile(fileIndex: number): number {
    try {
      return openToChange(this.root, this.nameOf(fileIndex));
    } catch (error) {
      if (!isCode(error, "ENOENT")) throw error;
    }
    const file = openOrCreate(this.root, this.#nameToCreate(fileIndex));
    if (file.created !== undefined) this.#begin(fileIndex, file.descriptor, file.created);
    return file.descriptor;
  }

  #openPartToRead(): number | undefined {
    try {
      return this.#descriptorToRead(PART_KEY);
    } catch (error) {
      if (isCode(error, "ENOENT")) return undefined;
      throw error;
    }
  }

  #exists(fileIndex: number): boolean {
    return this.#isThere(this.nameOf(fileIndex));
  }

  #isThere(name: string): boolean {
    try {
      lstatSync(join(this.root, name));
      return true;
    } catch (error) {
      if (isCode(error, "ENOENT", "ENOTDIR")) return false;
      throw error;
    }
  }

  #partLayout(): PartLayout {
    this.#part ??= new PartLayout(this.layout, this.#pieceBytes);
    return this.#part;
  }

  #partHoldsSomethingOf(fileIndex: number): boolean {
    const part = this.#openPartToRead();
    if (part === undefined) return false;
    return this.#partLayout()
      .zonesOf(fileIndex)
      .some((zone) => hasContent({ descriptor: part, offsetBytes: zone.partOffsetBytes }, zone.lengthBytes));
  }

  /**
   * A file came into being. Where it cannot take over what the part file holds of it, it must not be there: from then on
   * its bytes would be looked for in it.
   */
  #begin(fileIndex: number, descriptor: number, path: string): void {
    try {
      this.#takeOverFromPart(fileIndex, descriptor);
    } catch (error) {
      closeSync(descriptor);
      unlinkSync(path);
      throw error;
    }
    this.#created.add(fileIndex);
  }

  /** Copies a new file's zones out of the part file. Runs of zeros are left out, so that the file stays sparse. */
  #takeOverFromPart(fileIndex: number, descriptor: number): void {
    const part = this.#openPartToRead();
    if (part === undefined) return;
    for (const zone of this.#partLayout().zonesOf(fileIndex)) {
      const from = { descriptor: part, offsetBytes: zone.partOffsetBytes };
      copyContent(from, { descriptor, offsetBytes: zone.fileOffsetBytes }, zone.lengthBytes);
    }
  }
}
