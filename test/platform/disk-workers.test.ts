/** Threads of the disks: one each, and what happens when one of them ends. */
import { promises as fs } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ContentClient } from "../../src/platform/content-client.ts";
import { JOB_KIND, JobKind, Outcome } from "../../src/platform/disk-jobs.ts";
import { type DiskJob, DiskQueue } from "../../src/platform/disk-queue.ts";
import { DiskWorkers } from "../../src/platform/disk-workers.ts";
import { MadeFiles } from "../../src/platform/made-files.ts";
import { MemoryStateStore } from "../../src/platform/memory-state-store.ts";
import { ReadSlots } from "../../src/platform/read-slots.ts";
import { SlabArena } from "../../src/platform/slab-arena.ts";
import { SlabShare } from "../../src/platform/slab-share.ts";
import { NodeTorrentDisk } from "../../src/platform/torrent-disk.ts";
import type { TorrentDiskEvents } from "../../src/session/session-ports.ts";
import { SEGMENT_BYTES } from "../../src/torrent/piece-map.ts";
import { type FilledTorrent, filledFile } from "../support/filled-torrent.ts";
import { type TemporaryFolder, temporaryFolder } from "../support/temporary-folder.ts";
import { until } from "../support/until.ts";

const MIB = 2 ** 20;
const [ONE_DISK, OTHER_DISK] = [1, 2];

let folder: TemporaryFolder;
let arena: SlabArena;
let slots: ReadSlots;
let workers: DiskWorkers;
beforeEach(async () => {
  folder = await temporaryFolder();
  arena = new SlabArena(8 * MIB);
  slots = new ReadSlots(8);
  workers = new DiskWorkers({ arena: arena.memory, slots: slots.memory, maxOpenFiles: 8 }, 1);
});
afterEach(async () => {
  await workers.close();
  await folder.remove();
});

/** Names a call that never comes, which no thread of ours survives. */
class DeadlyJob implements DiskJob {
  outcome: number | undefined;
  encode(ring: { readonly words: Int32Array }, at: number): void {
    ring.words[at + JOB_KIND] = JobKind.call;
  }
  answered(outcome: number): void {
    this.outcome = outcome;
  }
}

function open(
  torrent: FilledTorrent,
  disk: number,
  events: Partial<TorrentDiskEvents> = {},
): NodeTorrentDisk {
  const { id, files } = torrent.metainfo;
  return new NodeTorrentDisk({
    metainfo: torrent.metainfo,
    folder: folder.path,
    disk,
    events: { pieceChecked: () => undefined, blockRead: () => undefined, ...events },
    workers,
    slabs: new SlabShare(arena),
    slots,
    usesPartNames: false,
    made: new MadeFiles({ store: new MemoryStateStore(), id, folder: folder.path, fileCount: files.length }),
  });
}

function send(disk: NodeTorrentDisk, piece: number, bytes: Uint8Array, offsetBytes = 0): void {
  const slab = disk.slabs.acquire(bytes.length);
  if (slab === undefined) throw new Error("the arena is exhausted");
  slab.bytes.set(bytes);
  disk.storeSegment(piece, offsetBytes, slab, bytes.length, false);
}

test("a disk that is busy keeps no torrent on another disk waiting", async () => {
  await fs.writeFile(join(folder.path, "large"), "");
  await fs.truncate(join(folder.path, "large"), 512 * MIB);
  const large = new ContentClient({
    workers,
    disk: ONE_DISK,
    fileCount: 1,
    describe: () => ({
      root: folder.path,
      paths: "large",
      lengths: Float64Array.of(512 * MIB),
      padding: new Uint8Array(1),
      pieceBytes: 512 * MIB,
      partName: ".none",
      usesPartNames: false,
    }),
  });
  const good: number[] = [];
  const torrent = filledFile("small", 4 * 32_768, 32_768);
  const disk = open(torrent, OTHER_DISK, { pieceChecked: (piece) => good.push(piece) });
  send(disk, 0, torrent.piece(0));
  await until(() => good.length === 1, "the thread of the other disk to start");

  let isBusy = true;
  const run = { kind: "hashRun", piece: 0, offsetBytes: 0, lengthBytes: 512 * MIB, isLast: true } as const;
  const hashed = large.call(run).then(() => {
    isBusy = false;
  });
  for (const piece of [1, 2, 3]) send(disk, piece, torrent.piece(piece));
  await until(() => good.length === 4, "the verdicts");
  expect(isBusy).toBe(true);
  await hashed;
});

test("torrents on one disk have one thread; beyond eight disks the last one is shared", () => {
  const queues = Array.from({ length: 10 }, (_, disk) => workers.queueOf(disk));
  expect(workers.queueOf(3)).toBe(queues[3]);
  expect(new Set(queues).size).toBe(8);
  expect(queues[9]).toBe(queues[7]);
});

test("a thread that ends fails what it had, and the next job starts another one", async () => {
  const queue = new DiskQueue({ arena: arena.memory, slots: slots.memory, maxOpenFiles: 8 });
  const losses: number[] = [];
  queue.lossListeners.add(() => losses.push(queue.unanswered));
  const [deadly, unlucky, early] = [new DeadlyJob(), new DeadlyJob(), new DeadlyJob()];
  await queue.call({ kind: "close", torrent: 7 }).catch(() => undefined);
  queue.submit(deadly);
  queue.submit(unlucky);
  await until(() => losses.length === 1, "the end of the thread");
  expect([deadly.outcome, unlucky.outcome, losses]).toEqual([Outcome.failed, Outcome.failed, [0]]);
  expect(queue.generation).toBe(1);

  await expect(queue.call({ kind: "stamps", torrent: 7, from: 0, to: 1 })).rejects.toMatchObject({
    code: "ESTALE",
  });
  queue.submit(deadly);
  await until(() => losses.length === 2, "the end of the second thread");
  queue.submit(deadly);
  await until(() => losses.length === 3, "the end of the third thread");
  // That one has answered nothing, so a fourth would not do better.
  queue.submit(early);
  await until(() => early.outcome !== undefined, "an answer without a thread");
  expect([early.outcome, queue.unanswered]).toEqual([Outcome.failed, 0]);
  await queue.close();
});

test("a torrent goes on with the new thread, and is told of long pieces that went with the old one", async () => {
  const torrent = filledFile("film", 4 * SEGMENT_BYTES, 2 * SEGMENT_BYTES);
  const verdicts: [number, string][] = [];
  const disk = open(torrent, ONE_DISK, {
    pieceChecked: (piece, { kind }) => verdicts.push([piece, kind]),
  });
  const segment = (piece: number, index: number) =>
    torrent.piece(piece).subarray(index * SEGMENT_BYTES, (index + 1) * SEGMENT_BYTES);
  send(disk, 0, segment(0, 1), SEGMENT_BYTES);
  await until(() => arena.usedBytes === 0, "the first segment");
  workers.queueOf(ONE_DISK).submit(new DeadlyJob());
  await until(() => verdicts.length === 1, "word of the lost piece");
  expect(verdicts).toEqual([[0, "failed"]]);

  for (const piece of [0, 1])
    for (const index of [0, 1]) send(disk, piece, segment(piece, index), index * SEGMENT_BYTES);
  await until(() => verdicts.length === 3, "the verdicts of the new thread");
  expect(verdicts.slice(1)).toEqual([
    [0, "good"],
    [1, "good"],
  ]);
  await disk.close();
});
