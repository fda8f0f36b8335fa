/**
 * The disk workers of a platform. Everything that writes or serves a torrent goes through one of them, in order; hashing
 * of existing content may be spread over several. Which worker a torrent gets is decided here alone, so that a queue
 * for each device can take the place of the present choice.
 */
import { availableParallelism } from "node:os";
import { type DiskMemory, DiskQueue } from "./disk-queue.ts";
import { MAX_CHECK_THREADS } from "./platform-config.ts";

export interface DiskWorkerCounts {
  /** Threads that store and serve torrents. */
  readonly diskWorkers: number;
  /** Threads that hash existing content; the disk workers are among them. */
  readonly checkThreads: number;
}

/** One core is left to the network thread. */
export function defaultCheckThreads(): number {
  return Math.min(MAX_CHECK_THREADS, Math.max(1, availableParallelism() - 1));
}

export class DiskWorkers {
  readonly #queues: readonly DiskQueue[];
  readonly #counts: DiskWorkerCounts;
  #nextTorrent = 1;

  constructor(memory: DiskMemory, counts: DiskWorkerCounts) {
    this.#counts = counts;
    const threads = Math.max(counts.diskWorkers, counts.checkThreads);
    // Threads start with their first job: those that are never needed cost nothing.
    this.#queues = Array.from({ length: threads }, () => new DiskQueue(memory));
  }

  /** A number for a torrent that is being opened, never used twice. */
  newTorrentNumber(): number {
    return this.#nextTorrent++;
  }

  /** The worker that stores and serves a torrent. */
  queueOf(torrent: number): DiskQueue {
    return this.#queues[torrent % this.#counts.diskWorkers] as DiskQueue;
  }

  /** Workers that may hash existing content. */
  checkQueues(): readonly DiskQueue[] {
    return this.#queues.slice(0, this.#counts.checkThreads);
  }

  /** Ends the threads after everything submitted. */
  async close(): Promise<void> {
    await Promise.all(this.#queues.map((queue) => queue.close()));
  }
}
