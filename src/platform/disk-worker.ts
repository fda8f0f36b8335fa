/**
 * A disk worker's thread: one loop over the job ring. It blocks while there is nothing to do, hashes, reads and writes
 * synchronously, and answers through the other ring; the network thread is woken at most once for all the answers it
 * has not seen. Nothing a job can do ends the loop.
 */
import { parentPort, receiveMessageOnPort, workerData } from "node:worker_threads";
import { BLOCK_BYTES } from "../torrent/piece-map.ts";
import { readRun, readRunLength } from "./block-reads.ts";
import { carryOut } from "./disk-calls.ts";
import { codeOf, DiskFault, numberOfCode, pathOf } from "./disk-codes.ts";
import {
  ANSWER_CODE,
  ANSWER_OUTCOME,
  ANSWER_TAG,
  ANSWER_WORDS,
  DIGEST_BYTES,
  type DiskCall,
  type DiskReply,
  type DiskRequest,
  type DiskResults,
  type DiskWorkerData,
  JOB_HASH,
  JOB_KIND,
  JOB_LENGTH,
  JOB_OFFSET,
  JOB_PIECE,
  JOB_PLACE,
  JOB_TAG,
  JOB_TORRENT,
  JOB_WANTS_DIGESTS,
  JOB_WORDS,
  JobKind,
  Outcome,
} from "./disk-jobs.ts";
import { OpenFiles } from "./open-files.ts";
import { SharedRing } from "./shared-ring.ts";
import { StoredTorrent } from "./stored-torrent.ts";

/** Answers that may wait for the next wake-up while there is more to do. */
const ANSWERS_PER_WAKE = 8;

class DiskWorker {
  readonly #jobs: SharedRing;
  readonly #answers: SharedRing;
  readonly #arena: Uint8Array;
  readonly #slots: Uint8Array;
  readonly #openFiles: OpenFiles;
  readonly #torrents = new Map<number, StoredTorrent>();
  readonly #post: (message: DiskReply | undefined) => void;
  #untold = 0;

  constructor(data: DiskWorkerData, post: (message: DiskReply | undefined) => void) {
    this.#jobs = new SharedRing(data.jobs, JOB_WORDS);
    this.#answers = new SharedRing(data.answers, ANSWER_WORDS);
    this.#arena = new Uint8Array(data.arena);
    this.#slots = new Uint8Array(data.slots);
    this.#openFiles = new OpenFiles(data.maxOpenFiles);
    this.#post = post;
  }

  /** Works until it is told to stop. */
  run(): void {
    for (;;) {
      while (this.#jobs.unread === 0) {
        this.#wakeNetwork();
        this.#jobs.wait();
      }
      const at = this.#jobs.at(0);
      const kind = this.#jobs.words[at + JOB_KIND];
      if (kind === JobKind.stop) break;
      if (kind === JobKind.read) this.#read(at);
      else if (kind === JobKind.store) this.#store(at);
      else if (kind === JobKind.discard) this.#discard(at);
      else this.#call();
    }
    this.#openFiles.closeAll();
  }

  #store(at: number): void {
    let outcome: number = Outcome.failed;
    let code = 0;
    try {
      outcome = this.#storeSegment(at);
    } catch (error) {
      code = numberOfCode(codeOf(error));
    }
    const tag = this.#jobs.words[at + JOB_TAG] as number;
    this.#jobs.release(1);
    this.#answer(tag, outcome, code);
    this.#wakeNetwork();
  }

  #storeSegment(at: number): number {
    const { words, bytes } = this.#jobs;
    const place = words[at + JOB_PLACE] as number;
    const lengthBytes = words[at + JOB_LENGTH] as number;
    const digestBytes = Math.ceil(lengthBytes / BLOCK_BYTES) * DIGEST_BYTES;
    const hashAt = (at + JOB_HASH) * Int32Array.BYTES_PER_ELEMENT;
    return this.#torrent(at).pieces.store({
      piece: words[at + JOB_PIECE] as number,
      offsetBytes: words[at + JOB_OFFSET] as number,
      slab: this.#arena.subarray(place, place + Math.max(lengthBytes, digestBytes)),
      lengthBytes,
      wantsDigests: words[at + JOB_WANTS_DIGESTS] === 1,
      expected: bytes.subarray(hashAt, hashAt + DIGEST_BYTES),
    });
  }

  #discard(at: number): void {
    const { words } = this.#jobs;
    this.#torrents.get(words[at + JOB_TORRENT] as number)?.pieces.discard(words[at + JOB_PIECE] as number);
    this.#answer(words[at + JOB_TAG] as number, Outcome.done, 0);
    this.#jobs.release(1);
  }

  #read(at: number): void {
    const wholeRun = readRunLength(this.#jobs);
    const code = this.#readFirst(at, wholeRun);
    if (code === undefined || wholeRun === 1) this.#answerReads(wholeRun, code);
    // One unreadable block must not take its neighbours with it: the first is tried alone, the rest comes again.
    else this.#answerReads(1, this.#readFirst(at, 1));
    if (this.#untold >= ANSWERS_PER_WAKE) this.#wakeNetwork();
  }

  /** Reads the first `count` blocks of the ring; answers the error's code, if any. */
  #readFirst(at: number, count: number): string | undefined {
    try {
      const torrent = this.#torrent(at);
      readRun(this.#jobs, count, torrent.files, this.#slots, torrent.pieceBytes);
      return undefined;
    } catch (error) {
      return codeOf(error);
    }
  }

  #answerReads(count: number, code: string | undefined): void {
    const outcome = code === undefined ? Outcome.done : Outcome.failed;
    const number = code === undefined ? 0 : numberOfCode(code);
    for (let i = 0; i < count; i++) {
      this.#answer(this.#jobs.words[this.#jobs.at(i) + JOB_TAG] as number, outcome, number);
    }
    this.#jobs.release(count);
  }

  #call(): void {
    this.#jobs.release(1);
    const request = receiveMessageOnPort(port)?.message as DiskRequest;
    try {
      this.#post({ tag: request.tag, result: this.#carryOut(request.call) });
    } catch (error) {
      this.#post({ tag: request.tag, failure: { code: codeOf(error), path: pathOf(error) } });
    }
  }

  #carryOut(call: DiskCall): DiskResults[keyof DiskResults] {
    if (call.kind === "open") {
      this.#torrents.set(call.torrent, new StoredTorrent(call.torrent, call.content, this.#openFiles));
      return undefined;
    }
    const torrent = this.#torrents.get(call.torrent);
    if (torrent === undefined) throw new DiskFault("ESTALE");
    if (call.kind !== "close") return carryOut(call, torrent);
    torrent.files.close();
    this.#torrents.delete(call.torrent);
    return undefined;
  }

  #torrent(at: number): StoredTorrent {
    const torrent = this.#torrents.get(this.#jobs.words[at + JOB_TORRENT] as number);
    if (torrent === undefined) throw new DiskFault("ESTALE");
    return torrent;
  }

  #answer(tag: number, outcome: number, code: number): void {
    const at = this.#answers.claim();
    this.#answers.words[at + ANSWER_TAG] = tag;
    this.#answers.words[at + ANSWER_OUTCOME] = outcome;
    this.#answers.words[at + ANSWER_CODE] = code;
    this.#answers.publish();
    this.#untold++;
  }

  #wakeNetwork(): void {
    if (this.#untold === 0) return;
    this.#untold = 0;
    if (this.#answers.takeSleeper()) this.#post(undefined);
  }
}

if (parentPort === null) throw new Error("disk-worker runs as a worker thread only");
const port = parentPort;
new DiskWorker(workerData as DiskWorkerData, (message) => port.postMessage(message)).run();
