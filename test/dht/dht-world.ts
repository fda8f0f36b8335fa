/** A simulated network of DHT nodes for scenarios: the nodes that ship, real datagrams, virtual time, one seed. */
import type { AddressProfile } from "../../src/core/address-profile.ts";
import { type Endpoint, endpoint } from "../../src/core/endpoint.ts";
import type { DatagramSocket } from "../../src/core/ports.ts";
import { type DhtConfig, type DhtEvent, DhtNode, type DhtNodeOptions } from "../../src/dht/index.ts";
import {
  DatagramNetwork,
  type SeededRandom,
  type UniformLinkOptions,
  UniformLinks,
  World,
} from "../../src/sim/index.ts";

export interface DhtWorldOptions extends UniformLinkOptions {
  readonly seed: number | string;
  readonly addressProfile?: AddressProfile;
}

export interface NodeOptions extends Partial<DhtConfig> {
  /** Default: the next free address of the world. */
  readonly host?: string;
  readonly host6?: string;
  readonly port?: number;
  readonly saved?: Uint8Array;
  readonly bootstrap?: readonly Endpoint[];
  readonly verifySignature?: DhtNodeOptions["verifySignature"];
  /** Without `start`, the node only answers. Default true. */
  readonly isStarted?: boolean;
}

/** A node with its sockets and what it told its owner. */
export interface WorldNode {
  readonly node: DhtNode;
  readonly endpoint: Endpoint;
  readonly endpoint6: Endpoint | undefined;
  readonly sockets: readonly DatagramSocket[];
  readonly events: DhtEvent[];
  /** Leaves the network without a word. */
  stop(): void;
  /** Lets the node's clock jump, as that of a machine that slept. */
  sleep(durationMs: number): void;
}

export class DhtWorld {
  readonly world: World;
  readonly random: SeededRandom;
  readonly network: DatagramNetwork;
  readonly nodes: WorldNode[] = [];
  /** Hosts that a partition cuts off from all others; what they send to one another arrives. */
  island: ReadonlySet<string> = new Set();
  readonly #profile: AddressProfile;
  #hosts = 0;

  constructor(options: DhtWorldOptions) {
    this.world = new World(options.seed);
    this.random = this.world.random.fork("scenario");
    const links = new UniformLinks(this.world.random.fork("links"), options);
    this.network = new DatagramNetwork(this.world, {
      delayMs: (from, to) => links.delayMs(from, to),
      isLost: (from, to) => this.island.has(from) !== this.island.has(to) || links.isLost(),
    });
    this.#profile = options.addressProfile ?? "public";
  }

  /** A public address in a /24 of its own. */
  newHost(): string {
    const index = this.#hosts++;
    return `${20 + (index >> 16)}.${(index >> 8) & 255}.${index & 255}.${1 + (index % 250)}`;
  }

  add(options: NodeOptions = {}): WorldNode {
    const {
      host,
      host6,
      port = 6881,
      saved,
      bootstrap,
      isStarted = true,
      verifySignature,
      ...config
    } = options;
    const v4 = host6 !== undefined && host === undefined ? undefined : endpoint(host ?? this.newHost(), port);
    const v6 = host6 === undefined ? undefined : endpoint(host6, port);
    const bound = { v4: v4 && this.network.bind(v4), v6: v6 && this.network.bind(v6) };
    const sockets = [bound.v4, bound.v6].filter((socket) => socket !== undefined);
    const events: DhtEvent[] = [];
    const local = (v4 ?? v6) as Endpoint;
    let sleptMs = 0;
    const { clock } = this.world;
    const node = new DhtNode({
      clock: {
        nowMs: () => clock.nowMs() + sleptMs,
        setTimer: (delayMs, run) => clock.setTimer(delayMs, run),
      },
      random: this.world.random.fork(`node ${local.host}:${port} at ${this.world.nowMs}`),
      config: { addressProfile: this.#profile, limits: "off", ...config },
      sockets: bound,
      saved,
      verifySignature,
      onEvent: (event) => {
        events.push(event);
        if (event.kind === "bootstrap-needed") this.world.after(0, () => node.bootstrap(bootstrap ?? []));
      },
    });
    for (const socket of sockets) {
      socket.onDatagram = (payload, from) => node.handleDatagram(payload, from);
      socket.onUnreachable = (to) => node.handleUnreachable(to);
    }
    if (isStarted) node.start();
    const stop = (): void => {
      node.close();
      for (const socket of sockets) socket.close();
    };
    const sleep = (durationMs: number): void => {
      sleptMs += durationMs;
    };
    const added = { node, endpoint: local, endpoint6: v6, sockets, events, stop, sleep };
    this.nodes.push(added);
    return added;
  }

  /** `count` nodes that know `bootstrap`, one every `everyMs`. */
  addMany(
    count: number,
    bootstrap: readonly Endpoint[],
    everyMs: number,
    options: NodeOptions = {},
  ): WorldNode[] {
    return Array.from({ length: count }, () => {
      const added = this.add({ bootstrap, ...options });
      this.world.runFor(everyMs);
      return added;
    });
  }

  infoHash(label: string): Uint8Array {
    return this.random.fork(label).bytes(20);
  }
}
