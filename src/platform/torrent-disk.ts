/**
 * Storage of one torrent: the hot calls become jobs of a disk worker, the others walk the files in slices. Nothing here
 * touches the disk from the network thread.
 */
import { dirname, join } from "node:path";
import { ClientError } from "../core/errors.ts";
import { invariant } from "../core/invariant.ts";
import type { BlockSlot, Slab } from "../core/slab.ts";
import type { FileStamp, TorrentDisk, TorrentDiskEvents } from "../session/session-ports.ts";
import { Bitfield } from "../torrent/bitfield.ts";
import type { Metainfo } from "../torrent/metainfo.ts";
import { BLOCK_BYTES } from "../torrent/piece-map.ts";
import type { PieceVerdict } from "../torrent/piece-verdict.ts";
import { ContentClient } from "./content-client.ts";
import { DiskFault, diskError } from "./disk-codes.ts";
import { type ContentDescription, DIGEST_BYTES, Outcome, type TouchedFiles } from "./disk-jobs.ts";
import type { DiskWorkers } from "./disk-workers.ts";
import { syncFiles, syncFolder } from "./durability.ts";
import { assertWritableFolder, freeBytesAt } from "./free-space.ts";
import type { MadeFiles } from "./made-files.ts";
import { partFileName } from "./part-layout.ts";
import { hashPieces } from "./piece-check.ts";
import { isDigest } from "./piece-digest.ts";
import { indicesOf, presentPieces } from "./present-pieces.ts";
import type { ReadSlots } from "./read-slots.ts";
import { DiscardJob, ReadJob, StoreJob } from "./segment-jobs.ts";
import type { SlabShare } from "./slab-share.ts";

export interface NodeTorrentDiskOptions {
  readonly metainfo: Metainfo;
  /** Absolute. */
  readonly folder: string;
  /** The disk that the folder is on. */
  readonly disk: number;
  readonly events: TorrentDiskEvents;
  readonly workers: DiskWorkers;
  /** Of all torrents on that disk. */
  readonly slabs: SlabShare;
  readonly slots: ReadSlots;
  readonly made: MadeFiles;
  /** New files are `NAME.part` until they are complete. */
  readonly usesPartNames: boolean;
}

export class NodeTorrentDisk implements TorrentDisk {
  readonly slabs: SlabShare;
  readonly #metainfo: Metainfo;
  readonly #folder: string;
  readonly #events: TorrentDiskEvents;
  readonly #slots: ReadSlots;
  readonly #made: MadeFiles;
  readonly #usesPartNames: boolean;
  readonly #content: ContentClient;
  /** Digests of pieces of several segments, gathered until their verdict. */
  readonly #digests = new Map<number, Uint8Array>();
  /** Pieces of several segments that the worker has some of. */
  readonly #longPieces = new Set<number>();
  /** Paths that were written and are not known to be durable. */
  readonly #unsynced = new Set<string>();
  /** What is synced is not renamed meanwhile, and the other way round: a file that is not found counts as synced. */
  #names: Promise<unknown> = Promise.resolve();
  #closing: Promise<void> | undefined;

  constructor(options: NodeTorrentDiskOptions) {
    this.#metainfo = options.metainfo;
    this.#folder = options.folder;
    this.#events = options.events;
    this.slabs = options.slabs;
    this.#slots = options.slots;
    this.#made = options.made;
    this.#usesPartNames = options.usesPartNames;
    this.#content = new ContentClient({
      workers: options.workers,
      disk: options.disk,
      fileCount: this.#metainfo.files.length,
      describe: () => this.#describe(),
    });
    this.#content.whenWorkerIsLost(this.#onWorkerLost);
  }

  storeSegment(
    pieceIndex: number,
    offsetBytes: number,
    slab: Slab,
    lengthBytes: number,
    wantsDigests: boolean,
  ): void {
    invariant(this.#closing === undefined, "a closed torrent stores nothing");
    const job = new StoreJob({
      torrent: this.#content.torrent,
      piece: pieceIndex,
      offsetBytes,
      slab,
      lengthBytes,
      wantsDigests,
      expected: this.#hashOf(pieceIndex),
      onAnswer: this.#onStored,
    });
    this.slabs.queue(slab);
    if (lengthBytes < this.#metainfo.pieceMap.bytesOf(pieceIndex)) this.#longPieces.add(pieceIndex);
    this.#content.queue().submit(job);
  }

  discardPiece(pieceIndex: number): void {
    this.#digests.delete(pieceIndex);
    this.#longPieces.delete(pieceIndex);
    this.#content.queue().submit(new DiscardJob(this.#content.torrent, pieceIndex));
  }

  readBlock(token: number, pieceIndex: number, offsetBytes: number, lengthBytes: number): void {
    invariant(lengthBytes > 0 && lengthBytes <= BLOCK_BYTES, `a block has at most ${BLOCK_BYTES} bytes`);
    const job = new ReadJob({
      torrent: this.#content.torrent,
      piece: pieceIndex,
      offsetBytes,
      lengthBytes,
      token,
      onSlot: this.#onSlot,
      onAnswer: this.#onRead,
    });
    if (!this.#slots.request(job)) setImmediate(() => this.#onRead(job, Outcome.failed, "EBUSY"));
  }

  read(offsetBytes: number, lengthBytes: number): Promise<Uint8Array> {
    return this.#content.call({ kind: "read", offsetBytes, lengthBytes }).catch((error: unknown) => {
      throw this.#explain(error);
    });
  }

  releaseSlot(slot: BlockSlot): void {
    this.#slots.release(slot);
  }

  setWanted(wantedFiles: readonly boolean[]): void {
    const wanted = Uint8Array.from(wantedFiles, (isWanted) => (isWanted ? 1 : 0));
    // Where the data of a newly wanted file cannot be moved it stays in the part file, and is read from there.
    this.#content.call({ kind: "wanted", wanted }).catch(() => undefined);
  }

  async check(
    pieces: Bitfield,
    options: { readonly signal?: AbortSignal; readonly onProgress?: (checkedPieces: number) => void },
  ): Promise<Bitfield> {
    const good = new Bitfield(pieces.length);
    const present = presentPieces(this.#metainfo, pieces, await this.#content.stamps());
    let checked = pieces.count - present.count;
    if (checked > 0) options.onProgress?.(checked);
    await hashPieces({
      content: this.#content,
      pieceMap: this.#metainfo.pieceMap,
      pieces: indicesOf(present),
      signal: options.signal,
      onPiece: (piece, digest) => {
        if (digest !== undefined && isDigest(digest, this.#hashOf(piece))) good.set(piece);
        options.onProgress?.(++checked);
      },
    });
    return good;
  }

  async stamps(): Promise<readonly (FileStamp | null)[]> {
    const list = await this.#content.stamps();
    return this.#metainfo.files.map((_, file) => {
      const lengthBytes = list[2 * file] as number;
      return Number.isNaN(lengthBytes) ? null : { lengthBytes, modifiedUnixMs: list[2 * file + 1] as number };
    });
  }

  async prepare(wantedMissingBytes: number): Promise<void> {
    await assertWritableFolder(this.#folder).catch((error: unknown) => {
      throw diskError(error, this.#folder);
    });
    const freeBytes = await freeBytesAt(this.#folder);
    if (freeBytes !== null && freeBytes < wantedMissingBytes)
      throw tooFull(this.#folder, wantedMissingBytes, freeBytes);
    const obstacle = await this.#content.eachSlice((from, to) =>
      this.#content.call({ kind: "obstacle", from, to }),
    );
    if (obstacle !== undefined)
      throw diskError(new DiskFault(obstacle.code, obstacle.path), obstacle.path ?? this.#folder);
  }

  async createEmptyFiles(): Promise<void> {
    if (!this.#metainfo.files.some((file) => file.lengthBytes === 0 && !file.isPadding)) return;
    await this.#content
      .eachSlice((from, to) => this.#content.call({ kind: "createEmpty", from, to }))
      .catch((error: unknown) => {
        throw this.#explain(error);
      });
  }

  finishFiles(files: readonly number[]): Promise<void> {
    return this.#alone(() => this.#content.call({ kind: "finish", complete: Int32Array.from(files) })).catch(
      (error: unknown) => {
        throw this.#explain(error);
      },
    );
  }

  sync(): Promise<void> {
    return this.#alone(() => this.#sync());
  }

  #alone<Result>(work: () => Promise<Result>): Promise<Result> {
    const run = this.#names.then(work);
    this.#names = run.catch(() => undefined);
    return run;
  }

  async #sync(): Promise<void> {
    const touched = await this.#takeTouched();
    const paths = [...this.#unsynced];
    const folders = new Set(touched.created.map((file) => dirname(this.#pathOf(file))));
    await syncFiles(paths, this.#folder, (path) => this.#unsynced.delete(path)).catch((error: unknown) => {
      throw this.#explain(error);
    });
    for (const folder of folders) await syncFolder(folder);
  }

  async deleteData(): Promise<void> {
    await this.#takeTouched();
    const mine = await this.#made.flags();
    await this.#content
      .eachSlice((from, to) => this.#content.call({ kind: "delete", from, to, mine }))
      .then(() => this.#content.call({ kind: "deleteFolders" }))
      .catch((error: unknown) => {
        throw this.#explain(error);
      });
    this.#unsynced.clear();
    await this.#made.forget();
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    await this.#takeTouched().catch(() => undefined);
    await this.#content.close();
  }

  /** Files written since the last call join those to be synced; files created are remembered as ours. */
  async #takeTouched(): Promise<TouchedFiles> {
    const touched = await this.#content.call({ kind: "takeTouched" });
    for (const path of touched.written) this.#unsynced.add(path);
    await this.#made.add(touched.created);
    return touched;
  }

  #onStored = (job: StoreJob, outcome: number, code: string): void => {
    const digests = job.wantsDigests && outcome !== Outcome.failed ? this.#gatherDigests(job) : undefined;
    this.slabs.release(job.slab);
    if (outcome === Outcome.done) return;
    this.#digests.delete(job.piece);
    this.#longPieces.delete(job.piece);
    if (this.#closing === undefined) this.#events.pieceChecked(job.piece, verdictOf(outcome, code, digests));
  };

  /** What the thread knew of unfinished pieces is gone with it; whoever waits for their verdicts is told. */
  #onWorkerLost = (): void => {
    const lost = [...this.#longPieces];
    this.#longPieces.clear();
    if (this.#closing !== undefined) return;
    for (const piece of lost) this.#events.pieceChecked(piece, { kind: "failed", code: "EIO" });
  };

  /** Copies the digests that came home in the slab; answers those of the whole piece. */
  #gatherDigests(job: StoreJob): Uint8Array {
    const { pieceMap } = this.#metainfo;
    let digests = this.#digests.get(job.piece);
    if (digests === undefined) {
      digests = new Uint8Array(pieceMap.blocksOf(job.piece) * DIGEST_BYTES);
      this.#digests.set(job.piece, digests);
    }
    const firstBlock = job.offsetBytes / BLOCK_BYTES;
    const blocks = Math.ceil(job.lengthBytes / BLOCK_BYTES);
    digests.set(job.slab.bytes.subarray(0, blocks * DIGEST_BYTES), firstBlock * DIGEST_BYTES);
    return digests;
  }

  #onSlot = (job: ReadJob): void => {
    if (this.#closing === undefined) this.#content.queue().submit(job);
    else this.#slots.release(job.slot);
  };

  #onRead = (job: ReadJob, outcome: number, code: string): void => {
    const isRead = outcome !== Outcome.failed && this.#closing === undefined;
    if (!isRead && job.hasSlot) this.#slots.release(job.slot);
    if (this.#closing !== undefined) return;
    if (isRead) this.#events.blockRead(job.token, job.slot);
    else this.#events.blockRead(job.token, undefined, code);
  };

  #describe(): ContentDescription {
    const { id, files, pieceMap } = this.#metainfo;
    return {
      root: this.#folder,
      paths: files.map((file) => file.path).join("\0"),
      lengths: Float64Array.from(files, (file) => file.lengthBytes),
      padding: Uint8Array.from(files, (file) => (file.isPadding ? 1 : 0)),
      pieceBytes: pieceMap.pieceBytes,
      partName: partFileName(id),
      usesPartNames: this.#usesPartNames,
    };
  }

  #hashOf(piece: number): Uint8Array {
    return this.#metainfo.pieceHashes.subarray(piece * DIGEST_BYTES, (piece + 1) * DIGEST_BYTES);
  }

  #pathOf(file: number): string {
    return join(this.#folder, this.#metainfo.files[file]?.path ?? "");
  }

  #explain(error: unknown): ClientError {
    return diskError(error, (error instanceof DiskFault ? error.path : undefined) ?? this.#folder);
  }
}

function verdictOf(outcome: number, code: string, digests: Uint8Array | undefined): PieceVerdict {
  if (outcome === Outcome.failed) return { kind: "failed", code };
  const kind = outcome === Outcome.good ? "good" : "bad";
  return digests === undefined ? { kind } : { kind, blockDigests: digests };
}

function tooFull(folder: string, neededBytes: number, freeBytes: number): ClientError {
  const mib = (bytes: number) => `${Math.ceil(bytes / 2 ** 20)} MiB`;
  return new ClientError(
    "DISK_FULL",
    `${folder} has ${mib(freeBytes)} free; ${mib(neededBytes)} are needed.`,
    {
      hint: "Free some space, choose another folder with -o, or select fewer files with --select.",
    },
  );
}
