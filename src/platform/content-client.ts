/**
 * A torrent's content as the network thread reaches it: opened in each worker that has to do with it, at the first
 * need, and walked in slices, so that no request keeps a worker from its other torrents for long.
 */
import type { ContentDescription, DiskCall, DiskResults, StampList } from "./disk-jobs.ts";
import type { DiskQueue } from "./disk-queue.ts";
import type { DiskWorkers } from "./disk-workers.ts";
import { FILES_PER_SLICE } from "./platform-config.ts";

/** A call without the torrent's number, which is added here. */
type ContentCall<Call = DiskCall> = Call extends DiskCall ? Omit<Call, "torrent"> : never;

export class ContentClient {
  readonly torrent: number;
  readonly fileCount: number;
  readonly #workers: DiskWorkers;
  readonly #describe: () => ContentDescription;
  readonly #openIn = new Set<DiskQueue>();

  constructor(workers: DiskWorkers, fileCount: number, describe: () => ContentDescription) {
    this.#workers = workers;
    this.torrent = workers.newTorrentNumber();
    this.fileCount = fileCount;
    this.#describe = describe;
  }

  /** The worker that stores and serves this content, which knows it from now on. */
  queue(): DiskQueue {
    return this.#opened(this.#workers.queueOf(this.torrent));
  }

  /** Workers that may hash this content; each is told of it when it is first called. */
  checkQueues(): readonly DiskQueue[] {
    return this.#workers.checkQueues();
  }

  /** Carries out `call` in the worker that stores this content, or in `queue`. */
  call<Call extends ContentCall>(call: Call, queue?: DiskQueue): Promise<DiskResults[Call["kind"]]> {
    const full = { ...call, torrent: this.torrent } as unknown as DiskCall & { readonly kind: Call["kind"] };
    return this.#opened(queue ?? this.#workers.queueOf(this.torrent)).call(full);
  }

  /** Calls `slice` for consecutive ranges of files until it answers something. */
  async eachSlice<Result>(
    slice: (from: number, to: number) => Promise<Result | undefined>,
  ): Promise<Result | undefined> {
    for (let from = 0; from < this.fileCount; from += FILES_PER_SLICE) {
      const result = await slice(from, Math.min(this.fileCount, from + FILES_PER_SLICE));
      if (result !== undefined) return result;
    }
    return undefined;
  }

  /** Length and modification time of every file, two numbers a file. */
  async stamps(): Promise<StampList> {
    const all = new Float64Array(2 * this.fileCount);
    await this.eachSlice(async (from, to) => {
      all.set(await this.call({ kind: "stamps", from, to }), 2 * from);
    });
    return all;
  }

  /** Closes the content's files in every worker, after everything submitted before. */
  async close(): Promise<void> {
    const queues = [...this.#openIn];
    this.#openIn.clear();
    await Promise.allSettled(queues.map((queue) => queue.call({ kind: "close", torrent: this.torrent })));
  }

  #opened(queue: DiskQueue): DiskQueue {
    if (!this.#openIn.has(queue)) {
      this.#openIn.add(queue);
      // A worker that cannot open answers every later job on this torrent with an error of its own.
      queue.call({ kind: "open", torrent: this.torrent, content: this.#describe() }).catch(() => undefined);
    }
    return queue;
  }
}
