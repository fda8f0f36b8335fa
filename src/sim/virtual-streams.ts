/**
 * Byte streams in virtual time. A host has an uplink and a downlink of a given rate, shared round-robin by its
 * streams in chunks; a chunk leaves when the uplink is free, travels for the link's delay, and arrives when the
 * downlink has taken it in. A receiver that pauses fills the sender's window, as TCP does.
 */
import { type Endpoint, formatEndpoint } from "../core/endpoint.ts";
import { NO_HANDLER } from "../core/no-handler.ts";
import type { ByteStream, StreamDialer, StreamEnd, StreamHandler, StreamListener } from "../core/ports.ts";
import type { LinkModel } from "./link-model.ts";
import type { World } from "./world.ts";

/** Bytes that a stream sends before the next one has its turn: about one block, so that sharing is fair. */
const CHUNK_BYTES = 16_384;
/** Unacknowledged bytes a sender may have on its way: a typical autotuned TCP window. */
const WINDOW_BYTES = 1 << 20;
/** `write` answers false above this, `onWritable` follows below half of it. */
const HIGH_WATER_BYTES = 256 * 1024;
/** First ephemeral port of dialled streams. */
const EPHEMERAL_PORT = 40_000;

export interface HostLinks {
  /** Infinity where not limited. */
  readonly upBytesPerSecond: number;
  readonly downBytesPerSecond: number;
}

const UNLIMITED: HostLinks = {
  upBytesPerSecond: Number.POSITIVE_INFINITY,
  downBytesPerSecond: Number.POSITIVE_INFINITY,
};

export class StreamNetwork {
  readonly world: World;
  readonly links: LinkModel;
  readonly #listeners = new Map<string, VirtualListener>();
  readonly #hosts = new Map<string, VirtualHost>();
  /** Hosts that answer nothing: dialling them times out. */
  readonly silentHosts: Set<string> = new Set();
  /** Hosts that can dial and not be dialled, as behind a router. */
  readonly closedHosts: Set<string> = new Set();

  constructor(world: World, links: LinkModel) {
    this.world = world;
    this.links = links;
  }

  setLinks(host: string, links: HostLinks): void {
    this.#hosts.set(host, new VirtualHost(this.world, links));
  }

  hostOf(address: string): VirtualHost {
    let host = this.#hosts.get(address);
    if (host === undefined) {
      host = new VirtualHost(this.world, UNLIMITED);
      this.#hosts.set(address, host);
    }
    return host;
  }

  listen(local: Endpoint): StreamListener {
    const key = formatEndpoint(local);
    const listener = new VirtualListener(local, () => this.#listeners.delete(key));
    this.#listeners.set(key, listener);
    return listener;
  }

  dialerFor(localHost: string): StreamDialer {
    let nextPort = EPHEMERAL_PORT;
    return {
      dial: (to, handler, timeoutMs) => {
        const local: Endpoint = { host: localHost, port: nextPort++, family: to.family };
        const near = new VirtualStream(this, local, to, handler);
        this.#connect(near, local, to, timeoutMs);
        return near;
      },
    };
  }

  /** Cuts every stream between two hosts, as a broken path does. */
  cut(host: string): void {
    for (const stream of [...this.hostOf(host).streams]) stream.reset();
  }

  #connect(near: VirtualStream, local: Endpoint, to: Endpoint, timeoutMs: number): void {
    const oneWayMs = this.links.delayMs(local.host, to.host);
    const isSilent = this.silentHosts.has(to.host) || this.silentHosts.has(local.host);
    if (isSilent || this.closedHosts.has(to.host)) {
      this.world.after(timeoutMs, () => near.finish("timeout"));
      return;
    }
    this.world.after(oneWayMs, () => {
      const listener = this.#listeners.get(formatEndpoint(to));
      if (listener === undefined) {
        this.world.after(oneWayMs, () => near.finish("refused"));
        return;
      }
      if (near.isEnded) return;
      const far = new VirtualStream(this, to, local, NO_HANDLER);
      near.join(far);
      far.open();
      // Before the listener may close it: whoever dialled sees the connection stand first, as with TCP.
      this.world.after(oneWayMs, () => near.open());
      listener.onConnection(far);
    });
  }
}

class VirtualListener implements StreamListener {
  readonly local: Endpoint;
  onConnection: (stream: ByteStream) => void = (stream) => stream.close();
  readonly #onClose: () => void;

  constructor(local: Endpoint, onClose: () => void) {
    this.local = local;
    this.#onClose = onClose;
  }

  close(): void {
    this.#onClose();
  }
}

/** The uplink and downlink of one address, and who waits for the uplink. */
class VirtualHost {
  readonly streams: Set<VirtualStream> = new Set<VirtualStream>();
  readonly #world: World;
  readonly #links: HostLinks;
  readonly #waiting: VirtualStream[] = [];
  #isSending = false;
  #downFreeAtMs = 0;
  sentBytes = 0;

  constructor(world: World, links: HostLinks) {
    this.#world = world;
    this.#links = links;
  }

  /** `stream` has something to send and is in the queue once. */
  enqueue(stream: VirtualStream): void {
    this.#waiting.push(stream);
    if (!this.#isSending) {
      this.#isSending = true;
      this.#world.after(0, () => this.#sendNext());
    }
  }

  /** When a chunk that arrives at the downlink now has been taken in. */
  receivedAtMs(bytes: number): number {
    const startMs = Math.max(this.#world.nowMs, this.#downFreeAtMs);
    this.#downFreeAtMs = startMs + (bytes / this.#links.downBytesPerSecond) * 1000;
    return this.#downFreeAtMs;
  }

  #sendNext(): void {
    const stream = this.#waiting.shift();
    if (stream === undefined) {
      this.#isSending = false;
      return;
    }
    const bytes = stream.takeChunk();
    this.sentBytes += bytes;
    this.#world.after((bytes / this.#links.upBytesPerSecond) * 1000, () => this.#sendNext());
  }
}

interface QueuedWrite {
  readonly bytes: Uint8Array;
  readonly onSent: (() => void) | undefined;
  offset: number;
}

class VirtualStream implements ByteStream {
  readonly remote: Endpoint;
  readonly transport = "tcp";
  handler: StreamHandler;
  readonly #network: StreamNetwork;
  readonly #local: Endpoint;
  readonly #host: VirtualHost;
  #peer: VirtualStream | undefined;
  readonly #writes: QueuedWrite[] = [];
  /** Arrived while reading was paused. */
  readonly #held: Uint8Array[] = [];
  #queuedBytes = 0;
  #inFlightBytes = 0;
  #isOpen = false;
  #isEnded = false;
  #isPaused = false;
  #isEnqueued = false;
  #wasFull = false;

  constructor(network: StreamNetwork, local: Endpoint, remote: Endpoint, handler: StreamHandler) {
    this.#network = network;
    this.#local = local;
    this.remote = remote;
    this.handler = handler;
    this.#host = network.hostOf(local.host);
    this.#host.streams.add(this);
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
    if (this.#isEnded || bytes.length === 0) return !this.#isEnded;
    this.#writes.push({ bytes, onSent, offset: 0 });
    this.#queuedBytes += bytes.length;
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
    if (this.#held.length > 0) this.#network.world.after(0, () => this.#deliverHeld());
  }

  close(): void {
    if (this.#isEnded) return;
    const peer = this.#peer;
    this.#network.world.after(0, () => this.finish("closed-by-us"));
    this.#markEnded();
    if (peer === undefined) return;
    const delayMs = this.#network.links.delayMs(this.#local.host, this.remote.host);
    this.#network.world.after(delayMs, () => peer.#endByPeer());
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

  /** Sends up to one chunk; answers how many bytes went on their way. Called by the host when the uplink is free. */
  takeChunk(): number {
    this.#isEnqueued = false;
    const peer = this.#peer;
    if (this.#isEnded || peer === undefined) return 0;
    const chunk = this.#dequeue(Math.min(CHUNK_BYTES, WINDOW_BYTES - this.#inFlightBytes));
    if (chunk.length === 0) return 0;
    this.#inFlightBytes += chunk.length;
    const delayMs = this.#network.links.delayMs(this.#local.host, this.remote.host);
    this.#network.world.after(delayMs, () => {
      const arrivesMs = peer.#host.receivedAtMs(chunk.length);
      this.#network.world.after(arrivesMs - this.#network.world.nowMs, () => peer.#receive(chunk));
    });
    this.#schedule();
    return chunk.length;
  }

  /** Copies up to `maxBytes` from the queue: the writer may reuse its buffer as soon as `onSent` is called. */
  #dequeue(maxBytes: number): Uint8Array {
    const chunk = new Uint8Array(Math.min(maxBytes, this.#queuedBytes));
    let filled = 0;
    while (filled < chunk.length) {
      const write = this.#writes[0] as QueuedWrite;
      const take = Math.min(chunk.length - filled, write.bytes.length - write.offset);
      chunk.set(write.bytes.subarray(write.offset, write.offset + take), filled);
      filled += take;
      write.offset += take;
      if (write.offset < write.bytes.length) break;
      this.#writes.shift();
      if (write.onSent !== undefined) this.#network.world.after(0, write.onSent);
    }
    this.#queuedBytes -= filled;
    if (this.#wasFull && this.#queuedBytes <= HIGH_WATER_BYTES / 2) {
      this.#wasFull = false;
      this.#network.world.after(0, () => this.handler.onWritable());
    }
    return chunk;
  }

  #schedule(): void {
    const mayTake = this.#queuedBytes > 0 && this.#inFlightBytes < WINDOW_BYTES;
    if (!this.#isOpen || this.#isEnded || this.#isEnqueued || !mayTake) return;
    this.#isEnqueued = true;
    this.#host.enqueue(this);
  }

  #receive(chunk: Uint8Array): void {
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

  #deliver(chunk: Uint8Array): void {
    const peer = this.#peer;
    this.handler.onBytes(chunk, 0, chunk.length);
    if (peer === undefined) return;
    const delayMs = this.#network.links.delayMs(this.#local.host, this.remote.host);
    this.#network.world.after(delayMs, () => peer.#acknowledge(chunk.length));
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
    this.#host.streams.delete(this);
    this.#writes.length = 0;
    this.#queuedBytes = 0;
  }
}
