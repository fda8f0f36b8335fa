/** One end of a byte stream in virtual time; see virtual-streams.ts. */
import type { Endpoint } from "../core/endpoint.ts";
import { NEVER_MS } from "../core/never-ms.ts";
import { NO_HANDLER } from "../core/no-handler.ts";
import type { ByteStream, StreamEnd, StreamHandler } from "../core/ports.ts";
import { HEADER_BYTES } from "./blank-payload.ts";
import { ScheduledEvent } from "./event-heap.ts";
import { SendQueue } from "./send-queue.ts";
import type { ChunkPool, ChunkReceiver, StreamChunk } from "./stream-chunk.ts";
import type { HostStream, VirtualHost } from "./virtual-host.ts";
import type { World } from "./world.ts";

/** Unacknowledged bytes a sender may have on its way: a typical autotuned TCP window. */
const WINDOW_BYTES = 1 << 20;
/** What arrived is acknowledged in steps of this; far below the window, so that nobody waits for one. */
const ACKNOWLEDGED_BYTES = 128 * 1024;
/** `write` answers false above this, `onWritable` follows below half of it. */
const HIGH_WATER_BYTES = 256 * 1024;

/** Where a stream begins, and how far it is to the other end. */
export interface StreamPath {
  readonly world: World;
  readonly host: VirtualHost;
  /** One way, which is the same both ways. */
  readonly delayMs: number;
  readonly chunks: ChunkPool;
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
  readonly #chunks: ChunkPool;
  readonly #queue = new SendQueue();
  /** Arrived while reading was paused. */
  readonly #held: StreamChunk[] = [];
  #inFlightBytes = 0;
  #lastArrivesAtMs = NEVER_MS;
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
    this.#chunks = path.chunks;
    this.host.streams.add(this);
  }

  get queuedBytes(): number {
    return this.#queue.bytes;
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
    if (this.#isEnded || bytes.length === 0) return !this.#isEnded;
    const isCopied = this.#queue.add(bytes, onSent);
    if (isCopied && onSent !== undefined) this.world.afterEvent(onSent);
    this.#schedule();
    if (this.#queue.bytes <= HIGH_WATER_BYTES) return true;
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
    if (this.#isEnded || peer === undefined || this.#queue.bytes === 0) return 0;
    const mostBytes = Math.min(this.host.turnBytes, WINDOW_BYTES - this.#inFlightBytes);
    if (mostBytes <= 0) return 0;
    const chunk = this.#chunks.take(peer, Math.min(mostBytes + HEADER_BYTES, this.#queue.carriedBytes));
    this.#queue.fill(chunk, this.#chunks, mostBytes);
    const { bytes } = chunk;
    this.#inFlightBytes += bytes;
    // A small one does not overtake the large one before it.
    const arrivesAtMs = this.world.nowMs + this.#delayMs + peer.host.downMs(bytes);
    this.#lastArrivesAtMs = Math.max(this.#lastArrivesAtMs, arrivesAtMs);
    this.world.scheduleAt(chunk, this.#lastArrivesAtMs);
    this.#schedule();
    this.#queue.tellSent();
    if (this.#wasFull && this.#queue.bytes <= HIGH_WATER_BYTES / 2) {
      this.#wasFull = false;
      this.handler.onWritable();
    }
    return bytes;
  }

  #schedule(): void {
    const mayTake = this.#queue.bytes > 0 && this.#inFlightBytes < WINDOW_BYTES;
    if (!this.#isOpen || this.#isEnded || this.#isEnqueued || !mayTake) return;
    this.#isEnqueued = true;
    this.host.enqueue(this);
  }

  /** A chunk is here. */
  receive(chunk: StreamChunk): void {
    if (this.#isEnded) chunk.drop();
    else if (this.#isPaused || this.#held.length > 0) this.#held.push(chunk);
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
    this.#unacknowledgedBytes += chunk.bytes;
    chunk.deliver(this.handler);
    if (peer === undefined || this.#unacknowledgedBytes < ACKNOWLEDGED_BYTES) return;
    this.world.schedule(new Acknowledgement(peer, this.#unacknowledgedBytes), this.#delayMs);
    this.#unacknowledgedBytes = 0;
  }

  acknowledge(bytes: number): void {
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
    this.#queue.clear();
  }
}

/** So much has arrived at the other end, says that to the sender. */
class Acknowledgement extends ScheduledEvent {
  readonly #to: VirtualStream;
  readonly #bytes: number;

  constructor(to: VirtualStream, bytes: number) {
    super();
    this.#to = to;
    this.#bytes = bytes;
  }

  get isLive(): boolean {
    return true;
  }

  run(): void {
    this.#to.acknowledge(this.#bytes);
  }
}
