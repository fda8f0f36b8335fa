/**
 * The disk workers of a platform: one for each disk, so that a slow one keeps nobody waiting but its own torrents, and
 * helpers that only hash existing content. Threads start with their first job: those that are never needed cost nothing.
 */
import { availableParallelism } from "node:os";
import { type DiskMemory, DiskQueue } from "./disk-queue.ts";
import { MAX_CHECK_THREADS, MAX_DISK_WORKERS } from "./platform-config.ts";

/** One core is left to the network thread. */
export function defaultCheckThreads(): number {
  return Math.min(MAX_CHECK_THREADS, Math.max(1, availableParallelism() - 1));
}

export class DiskWorkers {
  readonly #memory: DiskMemory;
  readonly #byDisk = new Map<number, DiskQueue>();
  readonly #helpers: readonly DiskQueue[];
  #nextTorrent = 1;

  /** `checkThreads` hash content that is there already; the worker of its disk is one of them. */
  constructor(memory: DiskMemory, checkThreads: number) {
    this.#memory = memory;
    this.#helpers = Array.from({ length: checkThreads - 1 }, () => new DiskQueue(memory));
  }

  /** A number for a torrent that is being opened, never used twice. */
  newTorrentNumber(): number {
    return this.#nextTorrent++;
  }

  /** The worker that stores and serves what lies on `disk`, a number that the system tells disks apart by. */
  queueOf(disk: number): DiskQueue {
    const known = this.#byDisk.get(disk);
    if (known !== undefined) return known;
    const isFull = this.#byDisk.size >= MAX_DISK_WORKERS;
    const queue = isFull ? ([...this.#byDisk.values()].at(-1) as DiskQueue) : new DiskQueue(this.#memory);
    if (!isFull) this.#byDisk.set(disk, queue);
    return queue;
  }

  /** Workers that may hash content whose disk is that of `queue`. */
  checkQueues(queue: DiskQueue): readonly DiskQueue[] {
    return [queue, ...this.#helpers];
  }

  /** Ends the threads after everything submitted. */
  async close(): Promise<void> {
    await Promise.all([...this.#byDisk.values(), ...this.#helpers].map((queue) => queue.close()));
  }
}
