/**
 * Part of a stream on its way: travels for the link's delay and the time that the downlink takes for it, waits longer where
 * the downlink is taken, is handed to the receiver. A large simulation sends some thousand for each second of each
 * host, so chunks are used again, and what they carry is cut from pages.
 */
import type { StreamHandler } from "../core/ports.ts";
import { blankBlock, HEADER_BYTES } from "./blank-payload.ts";
import { ScheduledEvent } from "./event-heap.ts";
import type { VirtualHost } from "./virtual-host.ts";

/** The end of a stream that chunks go to. */
export interface ChunkReceiver {
  readonly host: VirtualHost;
  receive(chunk: StreamChunk): void;
}

export class StreamChunk extends ScheduledEvent {
  readonly #pool: ChunkPool;
  #to: ChunkReceiver | undefined;
  /** Runs one after the other: so many bytes of the page, or less than 0, a blank block of so many of which the page has the header. */
  readonly #runs: number[] = [];
  #page: Uint8Array = NO_PAGE;
  #start = 0;
  #hasArrived = false;
  bytes = 0;

  constructor(pool: ChunkPool) {
    super();
    this.#pool = pool;
  }

  get isLive(): boolean {
    return true;
  }

  /** Goes to `to`, with nothing yet. `page` from `start` on is what it carries. */
  begin(to: ChunkReceiver, page: Uint8Array, start: number): void {
    this.#to = to;
    this.#page = page;
    this.#start = start;
    this.#runs.length = 0;
    this.#hasArrived = false;
    this.bytes = 0;
  }

  addBytes(lengthBytes: number): void {
    const last = this.#runs.length - 1;
    if (last >= 0 && (this.#runs[last] as number) > 0)
      this.#runs[last] = (this.#runs[last] as number) + lengthBytes;
    else this.#runs.push(lengthBytes);
    this.bytes += lengthBytes;
  }

  addBlank(lengthBytes: number): void {
    this.#runs.push(-lengthBytes);
    this.bytes += lengthBytes;
  }

  /** Is at the end of the line when the downlink could have taken it in by now; where that had others to take in, later. */
  run(): void {
    const to = this.#to as ChunkReceiver;
    const { world } = to.host;
    const takenInAtMs = this.#hasArrived ? world.nowMs : to.host.takeIn(this.bytes);
    this.#hasArrived = true;
    if (takenInAtMs > world.nowMs) world.scheduleAt(this, takenInAtMs);
    else to.receive(this);
  }

  /** Hands over what it carries, in its order; the chunk is of no use afterwards. */
  deliver(handler: StreamHandler): void {
    let at = this.#start;
    for (const run of this.#runs) {
      if (run > 0) {
        handler.onBytes(this.#page, at, at + run);
        at += run;
      } else {
        handler.onBytes(blankBlock(this.#page, at), 0, -run);
        at += HEADER_BYTES;
      }
    }
    this.drop();
  }

  /** Nobody will take it. */
  drop(): void {
    this.#to = undefined;
    this.#page = NO_PAGE;
    this.#pool.giveBack(this);
  }
}

/** What chunks carry is cut from this much memory at a time: more than one chunk, and the headers of blocks in it. */
const PAGE_BYTES = 64 * 1024;
/** Up to here a loop is faster than a view. */
const SHORT_BYTES = 64;
/** Chunks that are kept for later; what a thousand hosts have on their way at a time. */
const MAX_SPARE = 65_536;
const NO_PAGE = new Uint8Array(0);

/** Chunks and pages of all streams of a network. */
export class ChunkPool {
  readonly #spare: StreamChunk[] = [];
  #page: Uint8Array = NO_PAGE;
  #used = 0;

  /** A chunk for `to` that carries at most `mostBytes` of a page. */
  take(to: ChunkReceiver, mostBytes: number): StreamChunk {
    if (this.#used + mostBytes > this.#page.length) {
      this.#page = new Uint8Array(Math.max(PAGE_BYTES, mostBytes));
      this.#used = 0;
    }
    const chunk = this.#spare.pop() ?? new StreamChunk(this);
    chunk.begin(to, this.#page, this.#used);
    return chunk;
  }

  /** Copies to the chunk that was taken last. */
  copy(bytes: Uint8Array, start: number, end: number): void {
    const page = this.#page;
    let at = this.#used;
    if (end - start <= SHORT_BYTES) for (let i = start; i < end; i++) page[at++] = bytes[i] as number;
    else page.set(bytes.subarray(start, end), at);
    this.#used += end - start;
  }

  giveBack(chunk: StreamChunk): void {
    if (this.#spare.length < MAX_SPARE) this.#spare.push(chunk);
  }
}
