/**
 * Whole clients in one virtual world: a DHT node that everybody starts from, and as many machines as a scenario needs,
 * each running the session that also runs on real sockets.
 */
import { endpoint, formatEndpoint } from "../core/endpoint.ts";
import { DhtNode } from "../dht/index.ts";
import { openSession, type Session, type SessionOptions } from "../session/index.ts";
import type { SessionPlatform } from "../session/session-ports.ts";
import { UniformLinks } from "./link-model.ts";
import type { NatKind } from "./nat.ts";
import { GroupNetwork } from "./virtual-groups.ts";
import { type HostMemory, newHostMemory, type VirtualInternet, virtualPlatform } from "./virtual-platform.ts";
import { StreamNetwork } from "./virtual-streams.ts";
import { DatagramNetwork } from "./virtual-udp.ts";
import { World } from "./world.ts";

const ROUTER = endpoint("10.0.0.1", 6881);
/** Where a machine keeps its torrents. */
export const CLIENT_FOLDER = "/data";

/** What a session is opened with, beside its options. */
export interface ClientOptions extends Partial<SessionOptions> {
  readonly memory?: HostMemory;
  /** Changes what the session sees of its machine. */
  readonly platform?: (platform: SessionPlatform) => SessionPlatform;
}

export interface ClientWorldOptions {
  readonly seed: number | string;
  /** Waits until pending microtasks have run; on Node one turn of the event loop. */
  readonly drain: () => Promise<void>;
  readonly minRttMs: number;
  readonly maxRttMs: number;
}

export class ClientWorld {
  readonly world: World;
  readonly datagrams: DatagramNetwork;
  readonly streams: StreamNetwork;
  readonly router: DhtNode;
  /** Names that resolve, to numeric hosts. */
  readonly names: Map<string, readonly string[]> = new Map();
  /** Hosts behind a translator; to be set before their session opens. */
  readonly nats: Map<string, NatKind> = new Map();
  /** Those of them whose translator opens their port when it is asked. */
  readonly mappingHosts: Set<string> = new Set();
  readonly #internet: VirtualInternet;
  readonly #drain: () => Promise<void>;

  constructor({ seed, drain, minRttMs, maxRttMs }: ClientWorldOptions) {
    this.#drain = drain;
    this.world = new World(seed);
    const links = new UniformLinks(this.world.random.fork("links"), { minRttMs, maxRttMs });
    this.datagrams = new DatagramNetwork(this.world, links);
    this.streams = new StreamNetwork(this.world, links);
    const { world, datagrams, streams, names, nats, mappingHosts } = this;
    const groups = new GroupNetwork(world);
    this.#internet = { world, datagrams, streams, names, nats, mappingHosts, groups };
    this.router = this.#startRouter();
  }

  newMemory(): HostMemory {
    return newHostMemory(this.world);
  }

  /** The platform of a machine, for what is less than a session. */
  platformOf(host: string): SessionPlatform {
    return virtualPlatform(this.#internet, host);
  }

  /**
   * Opens a session on `host`; with the memory of a former one it is the same machine, started again. Like everything
   * else it takes virtual time: see `settled`.
   */
  openSession(host: string, options: ClientOptions = {}): Promise<Session> {
    const { memory = this.newMemory(), platform: change = (same) => same, ...session } = options;
    const platform = change(virtualPlatform(this.#internet, host, memory));
    return openSession(platform, {
      folder: CLIENT_FOLDER,
      host,
      bootstrap: [formatEndpoint(ROUTER)],
      dhtLimits: "off",
      ...session,
    });
  }

  /** Lets the world go on until `isTrue` or `withinMs` have passed; answers whether it became true. */
  runUntil(isTrue: () => boolean, withinMs: number): Promise<boolean> {
    return this.world.runAsyncUntilTrue(isTrue, withinMs, this.#drain);
  }

  async runFor(durationMs: number): Promise<void> {
    const endMs = this.world.nowMs + durationMs;
    await this.runUntil(() => this.world.nowMs >= endMs, durationMs);
  }

  /** Lets the world go on until `promise` is settled; answers or rejects as it does. */
  async settled<Result>(promise: Promise<Result>): Promise<Result> {
    let isSettled = false;
    const note = (): void => {
      isSettled = true;
    };
    promise.then(note, note);
    if (!(await this.runUntil(() => isSettled, SETTLED_WITHIN_MS)))
      throw new Error(`a promise was not settled within ${SETTLED_WITHIN_MS} virtual ms`);
    return await promise;
  }

  #startRouter(): DhtNode {
    const socket = this.datagrams.bind(ROUTER);
    const router = new DhtNode({
      clock: this.world.clock,
      random: this.world.random.fork("router"),
      sockets: { v4: socket },
      config: { addressProfile: "lan", limits: "off" },
      onEvent: (event) => {
        if (event.kind === "bootstrap-needed") this.world.after(0, () => router.bootstrap([]));
      },
    });
    socket.onDatagram = (payload, from) => router.handleDatagram(payload, from);
    router.start();
    return router;
  }
}

/** Commands of a session take virtual seconds; far beyond that something is stuck. */
const SETTLED_WITHIN_MS = 900_000;
