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

export interface ContentClientOptions {
  readonly workers: DiskWorkers;
  /** The disk that the content lies on. */
  readonly disk: number;
  readonly fileCount: number;
  readonly describe: () => ContentDescription;
}

export class ContentClient {
  readonly torrent: number;
  readonly fileCount: number;
  readonly #workers: DiskWorkers;
  readonly #own: DiskQueue;
  readonly #describe: () => ContentDescription;
  /** Workers that were told of the content, and which of their threads was. */
  readonly #openIn = new Map<DiskQueue, number>();
  #onLost: (() => void) | undefined;

  constructor(options: ContentClientOptions) {
    this.#workers = options.workers;
    this.#own = options.workers.queueOf(options.disk);
    this.torrent = options.workers.newTorrentNumber();
    this.fileCount = options.fileCount;
    this.#describe = options.describe;
  }

  /** The worker that stores and serves this content, which knows it from now on. */
  queue(): DiskQueue {
    return this.#opened(this.#own);
  }

  /** Calls `listener` when the thread that stores this content ended by itself, until `close`. */
  whenWorkerIsLost(listener: () => void): void {
    this.#own.lossListeners.add(listener);
    this.#onLost = listener;
  }

  /** Workers that may hash this content; each is told of it when it is first called. */
  checkQueues(): readonly DiskQueue[] {
    return this.#workers.checkQueues(this.#own);
  }

  /** Carries out `call` in the worker that stores this content, or in `queue`. */
  call<Call extends ContentCall>(call: Call, queue?: DiskQueue): Promise<DiskResults[Call["kind"]]> {
    const full = { ...call, torrent: this.torrent } as unknown as DiskCall & { readonly kind: Call["kind"] };
    return this.#opened(queue ?? this.#own).call(full);
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
    if (this.#onLost !== undefined) this.#own.lossListeners.delete(this.#onLost);
    const queues = [...this.#openIn.keys()];
    this.#openIn.clear();
    await Promise.allSettled(queues.map((queue) => queue.call({ kind: "close", torrent: this.torrent })));
  }

  #opened(queue: DiskQueue): DiskQueue {
    if (this.#openIn.get(queue) !== queue.generation) {
      this.#openIn.set(queue, queue.generation);
      // A worker that cannot open answers every later job on this torrent with an error of its own.
      queue.call({ kind: "open", torrent: this.torrent, content: this.#describe() }).catch(() => undefined);
    }
    return queue;
  }
}
