/**
 * What a stream was given to send and has not sent. Small writes are copied at once, so that their writers have their
 * buffers back; of blank blocks the header is kept; large ones stay where they are until they have left.
 */
import { HEADER_BYTES, isBlank } from "./blank-payload.ts";
import type { ChunkPool, StreamChunk } from "./stream-chunk.ts";

/** Longer writes are not copied: they are payload or metadata, whose writers wait for them to leave. */
const MAX_COPIED_BYTES = 4_096;
const FIRST_CAPACITY = 64;

interface LargeWrite {
  readonly bytes: Uint8Array;
  sentBytes: number;
}

type OnSent = () => void;

/** A run is so many copied bytes, or less than 0 a blank block of so many, or 0 the next large write. */
export class SendQueue {
  #runs: number[] = [];
  /** Of `#runs`: what was sent as a whole. */
  #head = 0;
  #copied = new Uint8Array(FIRST_CAPACITY);
  #copiedStart = 0;
  #copiedEnd = 0;
  #large: LargeWrite[] = [];
  /** Writers that wait, in the order of their writes, in which they are told. */
  readonly #writers: (OnSent | undefined)[] = [];
  /** Those whose bytes were copied have waited only for the ones before. */
  readonly #isCopied: boolean[] = [];
  /** Writers whose bytes have left and who do not know it. */
  #sent: OnSent[] = [];
  /** Of `#large`, what was not sent. */
  #largeBytes = 0;
  bytes = 0;

  /** What a chunk of everything would carry: of blank blocks the headers alone. */
  get carriedBytes(): number {
    return this.#copiedEnd - this.#copiedStart + this.#largeBytes;
  }

  /** Answers whether `onSent` is due as soon as this event is over; if not, the queue sees to it. */
  add(bytes: Uint8Array, onSent: OnSent | undefined): boolean {
    this.bytes += bytes.length;
    if (isBlank(bytes)) {
      this.#copy(bytes, HEADER_BYTES);
      this.#runs.push(-bytes.length);
    } else if (bytes.length > MAX_COPIED_BYTES) {
      this.#runs.push(0);
      this.#large.push({ bytes, sentBytes: 0 });
      this.#largeBytes += bytes.length;
    } else {
      this.#addCopy(bytes);
      if (this.#writers.length > 0 && onSent !== undefined) this.#await(onSent, true);
      return this.#writers.length === 0;
    }
    this.#await(onSent, false);
    return false;
  }

  #await(onSent: OnSent | undefined, isCopied: boolean): void {
    this.#writers.push(onSent);
    this.#isCopied.push(isCopied);
  }

  #addCopy(bytes: Uint8Array): void {
    this.#copy(bytes, bytes.length);
    const last = this.#runs.length - 1;
    if (last >= this.#head && (this.#runs[last] as number) > 0)
      this.#runs[last] = (this.#runs[last] as number) + bytes.length;
    else this.#runs.push(bytes.length);
  }

  /** Moves what is first to `chunk`, until it has `mostBytes`; blank blocks go as a whole. */
  fill(chunk: StreamChunk, pool: ChunkPool, mostBytes: number): void {
    while (chunk.bytes < mostBytes && this.#head < this.#runs.length) {
      const run = this.#runs[this.#head] as number;
      if (run < 0) this.#moveBlank(chunk, pool, -run);
      else if (run > 0) this.#moveCopied(chunk, pool, Math.min(run, mostBytes - chunk.bytes));
      else this.#moveLarge(chunk, pool, mostBytes - chunk.bytes);
    }
    this.bytes -= chunk.bytes;
    if (this.#head === this.#runs.length) this.#rewind();
  }

  #moveBlank(chunk: StreamChunk, pool: ChunkPool, lengthBytes: number): void {
    pool.copy(this.#copied, this.#copiedStart, this.#copiedStart + HEADER_BYTES);
    this.#copiedStart += HEADER_BYTES;
    chunk.addBlank(lengthBytes);
    this.#head++;
    this.#writeLeft();
  }

  #moveCopied(chunk: StreamChunk, pool: ChunkPool, count: number): void {
    pool.copy(this.#copied, this.#copiedStart, this.#copiedStart + count);
    this.#copiedStart += count;
    chunk.addBytes(count);
    const left = (this.#runs[this.#head] as number) - count;
    if (left > 0) this.#runs[this.#head] = left;
    else this.#head++;
  }

  #moveLarge(chunk: StreamChunk, pool: ChunkPool, mostBytes: number): void {
    const write = this.#large[0] as LargeWrite;
    const count = Math.min(mostBytes, write.bytes.length - write.sentBytes);
    pool.copy(write.bytes, write.sentBytes, write.sentBytes + count);
    write.sentBytes += count;
    this.#largeBytes -= count;
    chunk.addBytes(count);
    if (write.sentBytes < write.bytes.length) return;
    this.#large.shift();
    this.#head++;
    this.#writeLeft();
  }

  /** The first write that was waited for is gone, and with it those copied after it have nothing to wait for. */
  #writeLeft(): void {
    do {
      const onSent = this.#writers.shift();
      this.#isCopied.shift();
      if (onSent !== undefined) this.#sent.push(onSent);
    } while (this.#isCopied[0] === true);
  }

  /** Tells writers whose bytes have left; they may write more. */
  tellSent(): void {
    if (this.#sent.length === 0) return;
    if (this.#sent.length === 1) {
      this.#sent.pop()?.();
      return;
    }
    const sent = this.#sent;
    this.#sent = [];
    for (const onSent of sent) onSent();
  }

  clear(): void {
    this.#rewind();
    this.#large.length = 0;
    this.#largeBytes = 0;
    this.#writers.length = 0;
    this.#isCopied.length = 0;
    this.bytes = 0;
  }

  #rewind(): void {
    this.#runs.length = 0;
    this.#head = 0;
    this.#copiedStart = 0;
    this.#copiedEnd = 0;
  }

  #copy(bytes: Uint8Array, count: number): void {
    if (this.#copiedEnd + count > this.#copied.length) this.#makeRoom(count);
    let at = this.#copiedEnd;
    const copied = this.#copied;
    for (let i = 0; i < count; i++) copied[at++] = bytes[i] as number;
    this.#copiedEnd = at;
  }

  /** Closes the gap that was sent, and takes twice the memory where that is not enough. */
  #makeRoom(count: number): void {
    const kept = this.#copied.subarray(this.#copiedStart, this.#copiedEnd);
    let capacity = this.#copied.length;
    while (capacity < 2 * (kept.length + count)) capacity *= 2;
    const into = capacity === this.#copied.length ? this.#copied : new Uint8Array(capacity);
    into.set(kept, 0);
    this.#copied = into;
    this.#copiedEnd = kept.length;
    this.#copiedStart = 0;
    this.#runs.splice(0, this.#head);
    this.#head = 0;
  }
}
