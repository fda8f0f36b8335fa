/**
 * The network thread's end of one disk worker: jobs go in, in order, answers come out as calls. What is submitted in one
 * turn of the event loop is shown to the worker at once; answers that gather are handed out by one wake-up. Jobs that
 * find the ring full wait here, so nothing is lost and nothing blocks.
 *
 * A thread that ends by itself (our bug, or no memory left) fails what it had as a broken disk would; the next job starts
 * another one, which knows nothing: `generation` tells who has to introduce himself again.
 */
import { Worker } from "node:worker_threads";
import { codeOfNumber, DiskFault } from "./disk-codes.ts";
import {
  ANSWER_CODE,
  ANSWER_OUTCOME,
  ANSWER_TAG,
  ANSWER_WORDS,
  type DiskCall,
  type DiskReply,
  type DiskRequest,
  type DiskResults,
  type DiskWorkerData,
  JOB_KIND,
  JOB_TAG,
  JOB_WORDS,
  JobKind,
  Outcome,
  RING_RECORDS,
} from "./disk-jobs.ts";
import { MIN_WORKER_LIFE_MS } from "./platform-config.ts";
import { SharedRing } from "./shared-ring.ts";
import { diskWorkerUrl } from "./worker-location.ts";

/** A job that the worker answers through the ring. */
export interface DiskJob {
  /** Writes everything but the tag into the record that begins at word `at`. */
  encode(ring: SharedRing, at: number): void;
  /** The answer: an `Outcome`, and the error's name where it is `failed`. */
  answered(outcome: number, code: string): void;
}

/** Shared memory of all workers, and the limits of each. */
export type DiskMemory = Pick<DiskWorkerData, "arena" | "slots" | "maxOpenFiles">;

interface PendingCall {
  readonly resolve: (result: never) => void;
  readonly reject: (error: unknown) => void;
}

type Queued =
  | { readonly kind: "job"; readonly job: DiskJob }
  | { readonly kind: "call"; readonly request: DiskRequest }
  | { readonly kind: "stop" };

export class DiskQueue {
  readonly #memory: DiskMemory;
  /** Called when the thread was lost, after everything it had has failed. */
  readonly lossListeners: Set<() => void> = new Set();
  #rings = newRings();
  #jobs = new SharedRing(this.#rings.jobs, JOB_WORDS);
  #answers = new SharedRing(this.#rings.answers, ANSWER_WORDS);
  readonly #waiting: Queued[] = [];
  /** By tag: jobs whose answer has not come. */
  readonly #inFlight: (DiskJob | undefined)[] = [];
  readonly #freeTags: number[] = [];
  readonly #calls = new Map<number, PendingCall>();
  #nextCall = 1;
  #unanswered = 0;
  #isPublishPending = false;
  #worker: Worker | undefined;
  #startedAtMs = Number.NEGATIVE_INFINITY;
  #hasAnswered = false;
  #generation = 0;
  #exit: Promise<void> | undefined;
  #isClosed = false;

  constructor(memory: DiskMemory) {
    this.#memory = memory;
  }

  /** Counts the threads that were lost: another number means a thread that knows no torrent yet. */
  get generation(): number {
    return this.#generation;
  }

  /** Jobs and calls that have not been answered. */
  get unanswered(): number {
    return this.#unanswered;
  }

  /** Hands a job over; `job.answered` is called once, later. */
  submit(job: DiskJob): void {
    this.#begin();
    this.#enqueue({ kind: "job", job });
  }

  /** Carries out a rare request, after everything submitted before it. Rejects with `DiskFault`. */
  call<Call extends DiskCall>(call: Call): Promise<DiskResults[Call["kind"]]> {
    this.#begin();
    const tag = this.#nextCall++;
    return new Promise<DiskResults[Call["kind"]]>((resolve, reject) => {
      this.#calls.set(tag, { resolve: resolve as (result: never) => void, reject });
      this.#enqueue({ kind: "call", request: { tag, call } });
    });
  }

  /** Ends the thread after everything submitted before. */
  async close(): Promise<void> {
    if (this.#isClosed) return this.#exit;
    this.#isClosed = true;
    if (this.#worker === undefined) return;
    this.#worker.ref();
    this.#enqueue({ kind: "stop" });
    await this.#exit;
  }

  /** One more answer is awaited; while any is, the worker keeps the process alive. */
  #begin(): void {
    if (this.#worker === undefined && this.#mayStart) this.#worker = this.#start();
    if (this.#unanswered++ === 0) this.#worker?.ref();
  }

  get #mayStart(): boolean {
    if (this.#isClosed) return false;
    return this.#hasAnswered || performance.now() - this.#startedAtMs >= MIN_WORKER_LIFE_MS;
  }

  #end(): void {
    if (--this.#unanswered === 0 && !this.#isClosed) this.#worker?.unref();
  }

  #start(): Worker {
    const data: DiskWorkerData = { ...this.#memory, ...this.#rings };
    this.#startedAtMs = performance.now();
    this.#hasAnswered = false;
    const worker = new Worker(diskWorkerUrl(), { workerData: data, name: "starling-disk", execArgv: [] });
    worker.on("message", (reply: DiskReply | undefined) => {
      this.#hasAnswered = true;
      this.#takeAnswers();
      if (reply !== undefined) this.#takeReply(reply);
    });
    // An error is followed by the exit.
    worker.on("error", () => undefined);
    this.#exit = new Promise((resolve) => {
      worker.once("exit", () => {
        this.#lose();
        resolve();
      });
    });
    this.#answers.fallAsleep();
    return worker;
  }

  #enqueue(queued: Queued): void {
    if (this.#worker === undefined) this.#fail(queued);
    else if (this.#waiting.length > 0 || !this.#isRoomFor(queued)) this.#waiting.push(queued);
    else this.#put(queued);
  }

  #isRoomFor(queued: Queued): boolean {
    if (!this.#jobs.hasRoom) return false;
    const inFlight = this.#inFlight.length - this.#freeTags.length;
    return queued.kind !== "job" || inFlight < RING_RECORDS;
  }

  #put(queued: Queued): void {
    const at = this.#jobs.claim();
    const { words } = this.#jobs;
    if (queued.kind === "job") {
      queued.job.encode(this.#jobs, at);
      words[at + JOB_TAG] = this.#tagFor(queued.job);
    } else if (queued.kind === "call") {
      words[at + JOB_KIND] = JobKind.call;
      this.#worker?.postMessage(queued.request);
    } else {
      words[at + JOB_KIND] = JobKind.stop;
    }
    if (this.#isPublishPending) return;
    this.#isPublishPending = true;
    queueMicrotask(this.#publish);
  }

  #publish = (): void => {
    this.#isPublishPending = false;
    this.#jobs.publish();
  };

  #tagFor(job: DiskJob): number {
    const tag = this.#freeTags.pop() ?? this.#inFlight.length;
    this.#inFlight[tag] = job;
    return tag;
  }

  /** Hands out every answer there is, then lets itself be woken for the next. */
  #takeAnswers(): void {
    do {
      for (let left = this.#answers.unread; left > 0; left--) this.#takeAnswer();
      this.#submitWaiting();
    } while (!this.#answers.fallAsleep());
  }

  #takeAnswer(): void {
    const at = this.#answers.at(0);
    const { words } = this.#answers;
    const tag = words[at + ANSWER_TAG] as number;
    const outcome = words[at + ANSWER_OUTCOME] as number;
    const code = outcome === Outcome.failed ? codeOfNumber(words[at + ANSWER_CODE] as number) : "";
    this.#answers.release(1);
    const job = this.#inFlight[tag];
    this.#inFlight[tag] = undefined;
    this.#freeTags.push(tag);
    this.#end();
    job?.answered(outcome, code);
  }

  #takeReply(reply: DiskReply): void {
    const call = this.#calls.get(reply.tag);
    this.#calls.delete(reply.tag);
    this.#end();
    this.#submitWaiting();
    if ("failure" in reply) call?.reject(new DiskFault(reply.failure.code, reply.failure.path));
    else call?.resolve(reply.result as never);
  }

  #submitWaiting(): void {
    let count = 0;
    for (const queued of this.#waiting) {
      if (!this.#isRoomFor(queued)) break;
      this.#put(queued);
      count++;
    }
    if (count > 0) this.#waiting.splice(0, count);
  }

  /** The thread is gone, by itself or because it was told to stop. */
  #lose(): void {
    this.#worker = undefined;
    if (this.#isClosed && this.#unanswered === 0) return;
    this.#generation++;
    this.#rings = newRings();
    this.#jobs = new SharedRing(this.#rings.jobs, JOB_WORDS);
    this.#answers = new SharedRing(this.#rings.answers, ANSWER_WORDS);
    const jobs = this.#inFlight.splice(0).filter((job) => job !== undefined);
    const calls = [...this.#calls.values()];
    const waiting = this.#waiting.splice(0);
    this.#freeTags.length = 0;
    this.#calls.clear();
    this.#unanswered = 0;
    for (const job of jobs) job.answered(Outcome.failed, "EIO");
    for (const call of calls) call.reject(new DiskFault("EIO"));
    for (const queued of waiting) if (queued.kind === "job") queued.job.answered(Outcome.failed, "EIO");
    for (const listener of this.lossListeners) listener();
  }

  #fail(queued: Queued): void {
    setImmediate(() => {
      this.#unanswered = Math.max(0, this.#unanswered - 1);
      if (queued.kind === "job") queued.job.answered(Outcome.failed, "EIO");
      if (queued.kind === "call") {
        this.#calls.get(queued.request.tag)?.reject(new DiskFault("EIO"));
        this.#calls.delete(queued.request.tag);
      }
    });
  }
}

function newRings(): Pick<DiskWorkerData, "jobs" | "answers"> {
  return {
    jobs: SharedRing.memoryFor(RING_RECORDS, JOB_WORDS),
    answers: SharedRing.memoryFor(RING_RECORDS, ANSWER_WORDS),
  };
}
