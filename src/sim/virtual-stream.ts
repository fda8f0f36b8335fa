/** One end of a byte stream in virtual time; see virtual-streams.ts. */
import type { Endpoint } from "../core/endpoint.ts";
import { NO_HANDLER } from "../core/no-handler.ts";
import type { ByteStream, StreamEnd, StreamHandler } from "../core/ports.ts";
import { blankHeader, isBlank } from "./blank-payload.ts";
import { type ChunkReceiver, StreamChunk } from "./stream-chunk.ts";
import { CHUNK_BYTES, type HostStream, type VirtualHost } from "./virtual-host.ts";
import type { World } from "./world.ts";

/** Unacknowledged bytes a sender may have on its way: a typical autotuned TCP window. */
const WINDOW_BYTES = 1 << 20;
/** What arrived is acknowledged in steps of this; far below the window, so that nobody waits for one. */
const ACKNOWLEDGED_BYTES = 64 * 1024;
/** `write` answers false above this, `onWritable` follows below half of it. */
const HIGH_WATER_BYTES = 256 * 1024;

interface QueuedWrite {
  /** Of a blank block its header, which is shorter than `lengthBytes`. */
  readonly bytes: Uint8Array;
  readonly lengthBytes: number;
  readonly onSent: (() => void) | undefined;
  offset: number;
}

/** Where a stream begins, and how far it is to the other end. */
export interface StreamPath {
  readonly world: World;
  readonly host: VirtualHost;
  /** One way, which is the same both ways. */
  readonly delayMs: number;
}

export class VirtualStream implements ByteStream, HostStream, ChunkReceiver {
  readonly remote: Endpoint;
  readonly transport = "tcp";
  handler: StreamHandler;
  readonly world: World;
  /** Where this end is. */
  readonly host: VirtualHost;
  readonly #delayMs: number;
  #peer: VirtualStream | undefined;
  readonly #writes: QueuedWrite[] = [];
  /** Those at the head that have left as a whole, while a chunk is made. */
  #sentWrites = 0;
  /** Arrived while reading was paused. */
  readonly #held: StreamChunk[] = [];
  #queuedBytes = 0;
  #inFlightBytes = 0;
  #unacknowledgedBytes = 0;
  #isOpen = false;
  #isEnded = false;
  #isPaused = false;
  #isEnqueued = false;
  #wasFull = false;

  constructor(path: StreamPath, remote: Endpoint, handler: StreamHandler) {
    this.world = path.world;
    this.host = path.host;
    this.remote = remote;
    this.handler = handler;
    this.#delayMs = path.delayMs;
    this.host.streams.add(this);
  }

  get queuedBytes(): number {
    return this.#queuedBytes;
  }

  get isEnded(): boolean {
    return this.#isEnded;
  }

  join(peer: VirtualStream): void {
    this.#peer = peer;
    peer.#peer = this;
  }

  open(): void {
    if (this.#isEnded) return;
    this.#isOpen = true;
    this.handler.onOpen();
    this.#schedule();
  }

  write(bytes: Uint8Array, onSent?: () => void): boolean {
    const lengthBytes = bytes.length;
    if (this.#isEnded || lengthBytes === 0) return !this.#isEnded;
    // The one blank slot is written to again at once.
    const kept = isBlank(bytes) ? blankHeader(bytes) : bytes;
    this.#writes.push({ bytes: kept, lengthBytes, onSent, offset: 0 });
    this.#queuedBytes += lengthBytes;
    this.#schedule();
    if (this.#queuedBytes <= HIGH_WATER_BYTES) return true;
    this.#wasFull = true;
    return false;
  }

  pauseReading(): void {
    this.#isPaused = true;
  }

  resumeReading(): void {
    if (!this.#isPaused) return;
    this.#isPaused = false;
    if (this.#held.length > 0) this.world.after(0, () => this.#deliverHeld());
  }

  close(): void {
    if (this.#isEnded) return;
    const peer = this.#peer;
    this.world.after(0, () => this.finish("closed-by-us"));
    this.#markEnded();
    if (peer !== undefined) this.world.after(this.#delayMs, () => peer.#endByPeer());
  }

  /** The path broke: both ends hear of a reset. */
  reset(): void {
    const peer = this.#peer;
    this.finish("reset");
    peer?.finish("reset");
  }

  finish(reason: StreamEnd): void {
    if (this.#isEnded && reason !== "closed-by-us") return;
    this.#markEnded();
    this.handler.onEnd(reason);
    this.handler = NO_HANDLER;
  }

  /** Sends about one chunk; answers how many bytes went on their way. Called by the host when it is this stream's turn. */
  sendChunk(): number {
    this.#isEnqueued = false;
    const peer = this.#peer;
    if (this.#isEnded || peer === undefined) return 0;
    const chunk = new StreamChunk(peer);
    this.#fill(chunk);
    if (chunk.bytes === 0) return 0;
    this.#inFlightBytes += chunk.bytes;
    this.#queuedBytes -= chunk.bytes;
    this.world.schedule(chunk, this.#delayMs);
    this.#schedule();
    this.#tellSent();
    return chunk.bytes;
  }

  /** Moves what is queued to `chunk`, a chunk's length of it; blocks that are blank go as a whole. */
  #fill(chunk: StreamChunk): void {
    const mostBytes = Math.min(CHUNK_BYTES, WINDOW_BYTES - this.#inFlightBytes);
    while (chunk.bytes < mostBytes) {
      const write = this.#writes[this.#sentWrites];
      if (write === undefined) return;
      if (write.lengthBytes > write.bytes.length) {
        chunk.add(write.bytes, write.lengthBytes);
        this.#sentWrites++;
      } else this.#fillWithCopy(chunk, mostBytes - chunk.bytes);
    }
  }

  /** Copies what can be sent up to the next blank block: a writer may reuse its buffer as soon as `onSent` is called. */
  #fillWithCopy(chunk: StreamChunk, mostBytes: number): void {
    const copy = roomFor(Math.min(mostBytes, this.#plainBytes()));
    let filled = 0;
    while (filled < copy.length) {
      const write = this.#writes[this.#sentWrites] as QueuedWrite;
      const take = Math.min(copy.length - filled, write.lengthBytes - write.offset);
      copy.set(write.bytes.subarray(write.offset, write.offset + take), filled);
      filled += take;
      write.offset += take;
      if (write.offset === write.lengthBytes) this.#sentWrites++;
    }
    chunk.add(copy, copy.length);
  }

  /** Bytes that are queued before the next blank block; no more than a chunk of them are counted. */
  #plainBytes(): number {
    let bytes = 0;
    for (let i = this.#sentWrites; i < this.#writes.length && bytes < CHUNK_BYTES; i++) {
      const write = this.#writes[i] as QueuedWrite;
      if (write.lengthBytes > write.bytes.length) break;
      bytes += write.lengthBytes - write.offset;
    }
    return bytes;
  }

  /** Tells writers whose bytes have left. They may write more, so the queue is put in order first. */
  #tellSent(): void {
    if (this.#sentWrites > 0) {
      const sent = this.#writes.splice(0, this.#sentWrites);
      this.#sentWrites = 0;
      for (const write of sent) write.onSent?.();
    }
    if (!this.#wasFull || this.#queuedBytes > HIGH_WATER_BYTES / 2) return;
    this.#wasFull = false;
    this.handler.onWritable();
  }

  #schedule(): void {
    const mayTake = this.#queuedBytes > 0 && this.#inFlightBytes < WINDOW_BYTES;
    if (!this.#isOpen || this.#isEnded || this.#isEnqueued || !mayTake) return;
    this.#isEnqueued = true;
    this.host.enqueue(this);
  }

  /** A chunk is here. */
  receive(chunk: StreamChunk): void {
    if (this.#isEnded) return;
    if (this.#isPaused || this.#held.length > 0) this.#held.push(chunk);
    else this.#deliver(chunk);
  }

  #deliverHeld(): void {
    while (!this.#isPaused && !this.#isEnded) {
      const chunk = this.#held.shift();
      if (chunk === undefined) return;
      this.#deliver(chunk);
    }
  }

  #deliver(chunk: StreamChunk): void {
    const peer = this.#peer;
    chunk.deliver(this.handler);
    this.#unacknowledgedBytes += chunk.bytes;
    if (peer === undefined || this.#unacknowledgedBytes < ACKNOWLEDGED_BYTES) return;
    const bytes = this.#unacknowledgedBytes;
    this.#unacknowledgedBytes = 0;
    this.world.after(this.#delayMs, () => peer.#acknowledge(bytes));
  }

  #acknowledge(bytes: number): void {
    this.#inFlightBytes -= bytes;
    this.#schedule();
  }

  /** What was sent before the end still arrives, unless reading is paused. */
  #endByPeer(): void {
    if (this.#isEnded) return;
    this.#isPaused = false;
    this.#deliverHeld();
    this.finish("closed-by-peer");
  }

  #markEnded(): void {
    this.#isEnded = true;
    this.host.streams.delete(this);
    this.#writes.length = 0;
    this.#sentWrites = 0;
    this.#queuedBytes = 0;
  }
}

/** Copies that wait for their arrival are cut from this much memory at a time: small ones of their own cost more than their work. */
const ROOM_BYTES = 64 * 1024;
let room = new ArrayBuffer(ROOM_BYTES);
let roomUsed = 0;

function roomFor(bytes: number): Uint8Array {
  if (roomUsed + bytes > ROOM_BYTES) {
    room = new ArrayBuffer(ROOM_BYTES);
    roomUsed = 0;
  }
  const copy = new Uint8Array(room, roomUsed, bytes);
  roomUsed += bytes;
  return copy;
}
