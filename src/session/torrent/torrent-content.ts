/**
 * The content of one torrent on this disk: which files are wanted, which pieces are here, and the disk itself while
 * it is open. Pieces count as here only after their hash was seen right, by the wire's verdicts or by `check`.
 */
import { ClientError } from "../../core/errors.ts";
import { invariant } from "../../core/invariant.ts";
import { safeText } from "../../core/safe-text.ts";
import { concludeVerification, planVerification, type ResumeContent } from "../../storage/index.ts";
import { Bitfield } from "../../torrent/bitfield.ts";
import { FileLayout } from "../../torrent/file-layout.ts";
import { HIGHEST_PRIORITY, priorityOfPieces } from "../../torrent/file-selection.ts";
import type { Metainfo } from "../../torrent/metainfo.ts";
import { MAX_FILES_SHOWN } from "../session-config.ts";
import type {
  FileStamp,
  MoveOptions,
  OpenTorrentOptions,
  SessionDisk,
  TorrentDisk,
  TorrentDiskEvents,
} from "../session-ports.ts";
import type { FileSnapshot } from "../session-view.ts";
import { roundedRatio } from "../snapshot/rounding.ts";
import { FileCompletion } from "./file-completion.ts";

export interface CheckProgress {
  readonly checkedPieces: number;
  readonly totalPieces: number;
}

interface WantedBytes {
  readonly all: number;
  readonly have: number;
  readonly missingPieces: number;
}

export class TorrentContent {
  readonly metainfo: Metainfo;
  readonly layout: FileLayout;
  readonly #isSeedOnly: boolean;
  readonly #paths: ReadonlyMap<number, string>;
  #have: Bitfield;
  #filePriorities: Uint8Array;
  #piecePriorities: Uint8Array;
  /** Counted when it is asked for; asked for several times a second. */
  #wantedBytes: WantedBytes | undefined;
  #disk: TorrentDisk | undefined;
  #isChecked = false;
  #completion: FileCompletion | undefined;
  /** Shared pieces that are on disk and wrong: they are reported, never written over. */
  #damaged: Bitfield;
  /** What was known of the disk when it was last closed or saved. */
  #saved: ResumeContent | undefined;

  constructor(
    metainfo: Metainfo,
    filePriorities: Uint8Array,
    options: {
      readonly isSeedOnly: boolean;
      readonly saved: ResumeContent | undefined;
      readonly paths: ReadonlyMap<number, string>;
    },
  ) {
    this.metainfo = metainfo;
    this.layout = new FileLayout(metainfo.files);
    this.#isSeedOnly = options.isSeedOnly;
    this.#paths = options.paths;
    this.#saved = options.saved;
    this.#have = savedHave(options.saved, metainfo.pieceMap.pieceCount);
    this.#damaged = new Bitfield(metainfo.pieceMap.pieceCount);
    this.#filePriorities = filePriorities;
    this.#piecePriorities = priorityOfPieces(metainfo, filePriorities, this.layout);
  }

  get isOpen(): boolean {
    return this.#disk !== undefined;
  }

  /** The bits of `have` were seen right on this disk, or found unchanged since. */
  get isChecked(): boolean {
    return this.#isChecked;
  }

  /** Before a check: what the last session claimed, for display only. */
  get have(): Bitfield {
    return this.#have;
  }

  get damagedPieces(): number {
    return this.#damaged.count;
  }

  get disk(): TorrentDisk {
    invariant(this.#disk !== undefined, "the disk of the torrent is open");
    return this.#disk;
  }

  get filePriorities(): Uint8Array {
    return this.#filePriorities;
  }

  /** One byte a piece, 0 for those of unwanted files and for damaged ones. */
  get piecePriorities(): Uint8Array {
    if (this.#damaged.count === 0) return this.#piecePriorities;
    return this.#piecePriorities.map((priority, piece) => (this.#damaged.has(piece) ? 0 : priority));
  }

  /** Bytes of the pieces that are wanted, and of those that are wanted and here. Damaged pieces are wanted. */
  wantedBytes(): WantedBytes {
    this.#wantedBytes ??= this.#countWanted();
    return this.#wantedBytes;
  }

  #countWanted(): WantedBytes {
    const { pieceMap } = this.metainfo;
    let [all, have, missingPieces] = [0, 0, 0];
    for (let piece = 0; piece < pieceMap.pieceCount; piece++) {
      if (this.#piecePriorities[piece] === 0) continue;
      const bytes = pieceMap.bytesOf(piece);
      all += bytes;
      if (this.#have.has(piece)) have += bytes;
      else missingPieces++;
    }
    return { all, have, missingPieces };
  }

  haveBytes(): number {
    const { pieceMap } = this.metainfo;
    const last = pieceMap.pieceCount - 1;
    const lastIsShort = this.#have.has(last) ? pieceMap.pieceBytes - pieceMap.bytesOf(last) : 0;
    return this.#have.count * pieceMap.pieceBytes - lastIsShort;
  }

  /** Every piece of the file is here. */
  isWhole(fileIndex: number): boolean {
    const pieces = this.layout.piecesOf(fileIndex, this.metainfo.pieceMap);
    if (pieces === undefined) return true;
    for (let piece = pieces.first; piece < pieces.end; piece++) if (!this.#have.has(piece)) return false;
    return true;
  }

  /** Opens the disk; nothing is created. Rejects with the disk's `ClientError`. */
  async open(
    sessionDisk: SessionDisk,
    folder: string,
    events: TorrentDiskEvents,
    options: OpenTorrentOptions,
  ): Promise<void> {
    this.#disk = await sessionDisk.openTorrent(this.metainfo, folder, events, options);
    this.#disk.setWanted(this.#wantedFiles());
    this.#isChecked = false;
  }

  /**
   * Finds out what is here: believes the saved bits of files that did not change, hashes the rest (threats R2, F4).
   * Resolves to false, with nothing changed, when `signal` aborted it.
   */
  async check(signal: AbortSignal, onProgress: (progress: CheckProgress) => void): Promise<boolean> {
    const stamps = await this.disk.stamps();
    if (signal.aborted) return false;
    const plan = planVerification({ metainfo: this.metainfo, saved: this.#saved, stamps });
    const first = await this.#hash(plan.toCheck, signal, onProgress);
    if (first === undefined) return false;
    const conclusion = concludeVerification(plan, first);
    const second = await this.#hash(conclusion.toCheck, signal, onProgress);
    if (second === undefined) return false;
    for (let piece = 0; piece < second.length; piece++) if (second.has(piece)) conclusion.have.set(piece);
    this.#have = conclusion.have;
    this.#wantedBytes = undefined;
    this.#isChecked = true;
    this.#completion = new FileCompletion(this.metainfo, this.layout, this.#have);
    this.#nameComplete(this.#completion.complete());
    if (this.#isSeedOnly) this.#damaged = this.#findDamage(stamps.map((stamp) => stamp !== null));
    return true;
  }

  /** The next check hashes everything that exists. */
  distrust(): void {
    this.#saved = undefined;
    this.#isChecked = false;
  }

  /** Makes sure that what is missing can be written, and that empty files exist. Rejects with a `ClientError`. */
  async prepare(): Promise<void> {
    const wanted = this.wantedBytes();
    if (wanted.missingPieces > this.#damaged.count) await this.disk.prepare(wanted.all - wanted.have);
    if (!this.#isSeedOnly) await this.disk.createEmptyFiles();
  }

  /** A piece was verified and written. Answers its length, 0 when it was here before. */
  pieceVerified(piece: number): number {
    this.#wantedBytes = undefined;
    if (!this.#have.set(piece)) return 0;
    this.#nameComplete(this.#completion?.pieceArrived(piece) ?? []);
    return this.metainfo.pieceMap.bytesOf(piece);
  }

  /** A piece that was here cannot be read any more: it is missing, or damage where nothing may be written. */
  pieceLost(piece: number): void {
    this.#wantedBytes = undefined;
    this.#have.clear(piece);
    if (this.#isSeedOnly) this.#damaged.set(piece);
  }

  /** Gives complete files their own names, where they still have unfinished ones. */
  #nameComplete(files: readonly number[]): void {
    // A file that cannot be renamed is read under the name that it has, and tried again at the next start.
    if (files.length > 0) this.#disk?.finishFiles(files).catch(() => undefined);
  }

  /**
   * One priority of 0 to 7 for each listed file, in their order; padding is not listed. Of a torrent with more files than
   * are shown those that are shown suffice, the others keep theirs. Throws `USAGE` for anything else.
   */
  setFilePriorities(priorities: readonly number[]): void {
    const { files } = this.metainfo;
    const listed = [...files.keys()].filter((index) => files[index]?.isPadding === false);
    const isAll =
      priorities.length === listed.length || priorities.length === Math.min(listed.length, MAX_FILES_SHOWN);
    const isPriority = (priority: number): boolean =>
      Number.isInteger(priority) && priority >= 0 && priority <= HIGHEST_PRIORITY;
    if (!isAll || !priorities.every(isPriority)) {
      throw new ClientError("USAGE", "These are not the priorities of the torrent's files.", {
        hint: `Give ${listed.length} numbers from 0 (not wanted) to ${HIGHEST_PRIORITY}.`,
      });
    }
    this.#filePriorities = this.#filePriorities.slice();
    for (const [i, priority] of priorities.entries()) this.#filePriorities[listed[i] as number] = priority;
    this.#piecePriorities = priorityOfPieces(this.metainfo, this.#filePriorities, this.layout);
    this.#wantedBytes = undefined;
    this.#disk?.setWanted(this.#wantedFiles());
  }

  /**
   * The content for resume data, durable: the bits of this moment, then a sync, then the stamps of the files. Pieces
   * that come meanwhile are in the next checkpoint.
   */
  async checkpoint(isClean: boolean): Promise<ResumeContent> {
    const filePriorities = this.#filePriorities.slice();
    if (this.#disk === undefined || !this.#isChecked)
      return { ...(this.#saved ?? this.#nothingKnown()), filePriorities, paths: this.#paths };
    const have = this.#have.bytes.slice();
    await this.#disk.sync();
    const stamps = await this.#disk.stamps();
    const content: ResumeContent = { have, stamps, filePriorities, isClean, paths: this.#paths };
    if (isClean) this.#saved = content;
    return content;
  }

  /** Moves the files, which are closed. What was known of them stays known where they are. Rejects as `moveTorrent`. */
  async move(
    sessionDisk: SessionDisk,
    folders: { readonly from: string; readonly to: string },
    options: MoveOptions,
  ): Promise<void> {
    const before = await this.stampsIn(sessionDisk, folders.from);
    await sessionDisk.moveTorrent(this.metainfo, folders, options);
    const after = await this.stampsIn(sessionDisk, folders.to);
    if (this.#saved === undefined) return;
    const stamps = this.#saved.stamps.map((saved, file) =>
      isSameStamp(saved, before[file]) ? (after[file] ?? null) : saved,
    );
    this.#saved = { ...this.#saved, stamps };
  }

  /** Of the files in any folder, while they are closed. */
  async stampsIn(sessionDisk: SessionDisk, folder: string): Promise<readonly (FileStamp | null)[]> {
    const disk = await sessionDisk.openTorrent(this.metainfo, folder, IGNORED_DISK_EVENTS);
    return await disk.stamps().finally(() => disk.close());
  }

  /** Deletes what the torrent lists and we made, empty folders included. */
  async deleteData(sessionDisk: SessionDisk, folder: string): Promise<void> {
    await this.close();
    const disk = await sessionDisk.openTorrent(this.metainfo, folder, IGNORED_DISK_EVENTS);
    try {
      await disk.deleteData();
    } finally {
      await disk.close();
    }
  }

  /** The disk must be checked again when it is opened next. */
  async close(): Promise<void> {
    const disk = this.#disk;
    this.#disk = undefined;
    this.#isChecked = false;
    await disk?.close();
  }

  /**
   * The listed files with what is here of each, at most `limit`. Padding is not listed. `reachableShare` knows the
   * swarm: of a range of pieces the share that somebody has.
   */
  files(limit: number, reachableShare: (firstPiece: number, endPiece: number) => number): FileSnapshot[] {
    const { files } = this.metainfo;
    const shown: FileSnapshot[] = [];
    for (let index = 0; index < files.length && shown.length < limit; index++) {
      const file = files[index];
      if (file === undefined || file.isPadding) continue;
      const priority = this.#filePriorities[index] ?? 0;
      shown.push({
        path: safeText(file.path, file.path.length),
        lengthBytes: file.lengthBytes,
        haveBytes: this.#haveBytesOf(index),
        priority,
        reachableRatio: this.#reachableRatio(index, reachableShare),
      });
    }
    return shown;
  }

  /** Claims nothing: whatever exists will be looked at. */
  #nothingKnown(): Omit<ResumeContent, "filePriorities"> {
    const { files, pieceMap } = this.metainfo;
    return { have: new Bitfield(pieceMap.pieceCount).bytes, stamps: files.map(() => null), isClean: true };
  }

  #reachableRatio(fileIndex: number, reachableShare: (first: number, end: number) => number): number {
    const pieces = this.layout.piecesOf(fileIndex, this.metainfo.pieceMap);
    return pieces === undefined ? 1 : roundedRatio(reachableShare(pieces.first, pieces.end));
  }

  #haveBytesOf(fileIndex: number): number {
    const { pieceMap } = this.metainfo;
    const pieces = this.layout.piecesOf(fileIndex, pieceMap);
    if (pieces === undefined) return 0;
    const start = this.layout.startOf(fileIndex);
    const end = start + this.layout.bytesOf(fileIndex);
    let bytes = 0;
    for (let piece = pieces.first; piece < pieces.end; piece++) {
      if (!this.#have.has(piece)) continue;
      const pieceStart = pieceMap.startOf(piece);
      bytes += Math.min(end, pieceStart + pieceMap.bytesOf(piece)) - Math.max(start, pieceStart);
    }
    return bytes;
  }

  async #hash(
    pieces: Bitfield,
    signal: AbortSignal,
    onProgress: (progress: CheckProgress) => void,
  ): Promise<Bitfield | undefined> {
    if (pieces.count === 0) return pieces;
    try {
      const right = await this.disk.check(pieces, {
        signal,
        onProgress: (checkedPieces) => onProgress({ checkedPieces, totalPieces: pieces.count }),
      });
      return signal.aborted ? undefined : right;
    } catch (error) {
      if (signal.aborted) return undefined;
      throw error;
    }
  }

  /** Missing pieces that lie, at least partly, in a file that exists. */
  #findDamage(exists: readonly boolean[]): Bitfield {
    const { pieceMap, files } = this.metainfo;
    const damaged = new Bitfield(pieceMap.pieceCount);
    for (let piece = 0; piece < pieceMap.pieceCount; piece++) {
      if (this.#have.has(piece)) continue;
      const spans = this.layout.spansOf(pieceMap.startOf(piece), pieceMap.bytesOf(piece));
      const touchesData = spans.some(({ fileIndex }) => exists[fileIndex] && !files[fileIndex]?.isPadding);
      if (touchesData) damaged.set(piece);
    }
    return damaged;
  }

  #wantedFiles(): boolean[] {
    return Array.from(this.#filePriorities, (priority) => priority > 0);
  }
}

/** For a disk that is opened only to look, or to delete. */
export const IGNORED_DISK_EVENTS: TorrentDiskEvents = { pieceChecked: () => {}, blockRead: () => {} };

export function areSameStamps(
  one: readonly (FileStamp | null)[],
  other: readonly (FileStamp | null)[],
): boolean {
  return one.length === other.length && one.every((stamp, file) => isSameStamp(stamp, other[file]));
}

function isSameStamp(one: FileStamp | null, other: FileStamp | null | undefined): boolean {
  return one?.lengthBytes === other?.lengthBytes && one?.modifiedUnixMs === other?.modifiedUnixMs;
}

function savedHave(saved: ResumeContent | undefined, pieceCount: number): Bitfield {
  const have = saved === undefined ? undefined : Bitfield.fromBytes(saved.have, pieceCount);
  return have ?? new Bitfield(pieceCount);
}
