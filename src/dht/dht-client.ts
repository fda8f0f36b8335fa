/**
 * The asynchronous face of a node, for programs that want peers and no engine: promises and async iterables over
 * the ports of `core/ports.ts`. The sockets belong to the client, which routes their datagrams and closes them.
 *
 * ```ts
 * await using dht = openDht({ clock, random, config: { addressProfile: "public" }, sockets, resolveBootstrap });
 * for await (const peer of dht.lookup(infoHash, { signal: AbortSignal.timeout(30_000) })) console.log(peer);
 * ```
 */
import type { Endpoint } from "../core/endpoint.ts";
import type { InfoHash } from "../core/ids.ts";
import type { DhtEvent } from "./dht-events.ts";
import type { AnnounceHandle, AnnounceOptions, LookupHandle, PingResult } from "./dht-lookups.ts";
import { DhtNode, type DhtNodeOptions } from "./dht-node.ts";
import type { DhtView } from "./dht-view.ts";

export interface DhtClientOptions extends Omit<DhtNodeOptions, "onEvent"> {
  /** Addresses of bootstrap nodes, resolved anew each time the table is empty. Default: `config.bootstrapEndpoints`. */
  readonly resolveBootstrap?: (() => Promise<readonly Endpoint[]>) | undefined;
  readonly onEvent?: ((event: DhtEvent) => void) | undefined;
}

export interface PeerSearchOptions {
  /** Ends the search; the iterator then ends without an error. */
  readonly signal?: AbortSignal | undefined;
}

/** Peers held for a consumer that is slower than the network; older ones are kept, newer ones dropped. */
const MAX_BUFFERED_PEERS = 2_000;

/** Starts a node on `sockets` and answers at once; it joins in the background. */
export function openDht(options: DhtClientOptions): DhtClient {
  return new DhtClient(options);
}

export class DhtClient {
  /** The engine, for what the client does not offer. */
  readonly node: DhtNode;
  readonly #options: DhtClientOptions;
  #isClosed = false;

  constructor(options: DhtClientOptions) {
    this.#options = options;
    this.node = new DhtNode({ ...options, onEvent: (event) => this.#handleEvent(event) });
    for (const socket of [options.sockets.v4, options.sockets.v6]) {
      if (socket === undefined) continue;
      socket.onDatagram = (payload, from) => this.node.handleDatagram(payload, from);
      socket.onUnreachable = (to) => this.node.handleUnreachable(to);
    }
    this.node.start();
  }

  /** Streams the peers of `infoHash`, each once, as nodes name them; ends when the lookup has converged. */
  async *lookup(infoHash: InfoHash, options: PeerSearchOptions = {}): AsyncGenerator<Endpoint, void> {
    const { signal } = options;
    const found: Endpoint[] = [];
    let isDone = signal?.aborted ?? false;
    let wake = (): void => {};
    const finish = (): void => {
      isDone = true;
      wake();
    };
    if (isDone) return;
    const handle: LookupHandle = this.node.lookupPeers(infoHash, {
      onPeers: (peers) => {
        if (found.length < MAX_BUFFERED_PEERS) found.push(...peers);
        wake();
      },
      onEnd: finish,
    });
    signal?.addEventListener("abort", finish, { once: true });
    try {
      for (;;) {
        while (found.length > 0 && !signal?.aborted) yield found.shift() as Endpoint;
        if (isDone) return;
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    } finally {
      signal?.removeEventListener("abort", finish);
      handle.cancel();
    }
  }

  /** Announces that we are a peer of `infoHash`, now and every 15 minutes until the handle is stopped. */
  announce(infoHash: InfoHash, options: AnnounceOptions): AnnounceHandle {
    return this.node.announce(infoHash, options);
  }

  /** Resolves with what became of the ping; never rejects. */
  ping(endpoint: Endpoint): Promise<PingResult> {
    return new Promise((resolve) => this.node.ping(endpoint, resolve));
  }

  /** Resolves when the node has found its place; rejects when `signal` aborts first. */
  joined(signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const check = (): void => {
        if (signal?.aborted) reject(signal.reason as Error);
        else if (this.node.view().state === "joined") resolve();
        else this.#options.clock.setTimer(JOIN_POLL_MS, check);
      };
      check();
    });
  }

  view(): DhtView {
    return this.node.view();
  }

  /** Bytes for `saved` of the next start. */
  exportState(): Uint8Array {
    return this.node.exportState();
  }

  /** Ends everything and closes the sockets. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.node.close();
    this.#options.sockets.v4?.close();
    this.#options.sockets.v6?.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.close();
    return Promise.resolve();
  }

  #handleEvent(event: DhtEvent): void {
    if (event.kind === "bootstrap-needed") {
      const resolving =
        this.#options.resolveBootstrap?.() ?? Promise.resolve(this.#options.config.bootstrapEndpoints ?? []);
      resolving.then(
        (endpoints) => this.node.bootstrap(endpoints),
        () => this.node.bootstrap([]),
      );
    }
    this.#options.onEvent?.(event);
  }
}

/** How often `joined` looks. */
const JOIN_POLL_MS = 50;
