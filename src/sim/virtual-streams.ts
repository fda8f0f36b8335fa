/**
 * Byte streams in virtual time. A host has an uplink and a downlink of a given rate, shared round-robin by its
 * streams in chunks (virtual-host.ts); a chunk leaves when the uplink is free, travels for the link's delay, and arrives
 * when the downlink has taken it in (stream-chunk.ts). A receiver that pauses fills the sender's window, as TCP does.
 */
import { type Endpoint, formatEndpoint } from "../core/endpoint.ts";
import { NO_HANDLER } from "../core/no-handler.ts";
import type { ByteStream, StreamDialer, StreamListener } from "../core/ports.ts";
import type { LinkModel } from "./link-model.ts";
import { ChunkPool } from "./stream-chunk.ts";
import { type HostLinks, VirtualHost } from "./virtual-host.ts";
import { type StreamPath, VirtualStream } from "./virtual-stream.ts";
import type { World } from "./world.ts";

/** First ephemeral port of dialled streams. */
const EPHEMERAL_PORT = 40_000;

const UNLIMITED: HostLinks = {
  upBytesPerSecond: Number.POSITIVE_INFINITY,
  downBytesPerSecond: Number.POSITIVE_INFINITY,
};

export class StreamNetwork {
  readonly world: World;
  readonly links: LinkModel;
  readonly #listeners = new Map<string, VirtualListener>();
  readonly #chunks = new ChunkPool();
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
        const near = new VirtualStream(this.#pathOf(local, to), to, handler);
        this.#connect(near, local, to, timeoutMs);
        return near;
      },
    };
  }

  /** Cuts every stream between two hosts, as a broken path does. */
  cut(host: string): void {
    for (const stream of [...this.hostOf(host).streams]) stream.reset();
  }

  #pathOf(from: Endpoint, to: Endpoint): StreamPath {
    const delayMs = this.links.delayMs(from.host, to.host);
    return { world: this.world, host: this.hostOf(from.host), delayMs, chunks: this.#chunks };
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
      const far = new VirtualStream(this.#pathOf(to, local), local, NO_HANDLER);
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
