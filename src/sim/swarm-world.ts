/**
 * Where a simulated swarm lives: links, a DHT router that everybody knows at first, as that of the real DHT, and as many
 * machines as a scenario lets join. There is no tracker and no server.
 */
import { endpoint } from "../core/endpoint.ts";
import { DhtNode, SERVING } from "../dht/index.ts";
import { blankContent } from "./blank-content.ts";
import { UniformLinks } from "./link-model.ts";
import { type MachineOptions, SwarmMachine, type SwarmSurroundings } from "./swarm-machine.ts";
import type { HostLinks, VirtualHost } from "./virtual-host.ts";
import { StreamNetwork } from "./virtual-streams.ts";
import { DatagramNetwork } from "./virtual-udp.ts";
import { World } from "./world.ts";

const PORT = 6881;
const ROUTER = endpoint("20.0.0.1", PORT);

export interface SwarmWorldOptions {
  readonly seed: number | string;
  readonly totalBytes: number;
  readonly pieceBytes: number;
  readonly minRttMs: number;
  readonly maxRttMs: number;
}

export class SwarmWorld {
  readonly world: World;
  readonly datagrams: DatagramNetwork;
  readonly streams: StreamNetwork;
  readonly #around: SwarmSurroundings;
  #machines = 0;

  constructor({ seed, totalBytes, pieceBytes, minRttMs, maxRttMs }: SwarmWorldOptions) {
    this.world = new World(seed);
    const links = new UniformLinks(this.world.random.fork("links"), { minRttMs, maxRttMs });
    this.datagrams = new DatagramNetwork(this.world, links);
    this.streams = new StreamNetwork(this.world, links);
    this.#around = {
      world: this.world,
      datagrams: this.datagrams,
      streams: this.streams,
      bootstrap: [ROUTER],
      content: blankContent(this.world.random.fork("content"), totalBytes, pieceBytes),
    };
    this.#openRouter();
  }

  get pieceCount(): number {
    return this.#around.content.map.pieceCount;
  }

  /** A machine on a host of its own, from now on. */
  join({ links, ...options }: Omit<MachineOptions, "address"> & { readonly links: HostLinks }): SwarmMachine {
    const host = hostOf(this.#machines++);
    this.streams.setLinks(host, links);
    return new SwarmMachine(this.#around, { address: endpoint(host, PORT), ...options });
  }

  /** The line of a machine, with what went up it. */
  lineOf(machine: SwarmMachine): VirtualHost {
    return this.streams.hostOf(machine.address.host);
  }

  /** It has no part in the torrent. */
  #openRouter(): void {
    const { world } = this;
    const socket = this.datagrams.bind(ROUTER);
    const router = new DhtNode({
      clock: world.clock,
      random: world.random.fork("router"),
      sockets: { v4: socket },
      config: { addressProfile: "public", limits: "off", ...SERVING },
      onEvent: (event) => {
        if (event.kind === "bootstrap-needed") world.after(0, () => router.bootstrap([]));
      },
    });
    socket.onDatagram = (payload, from) => router.handleDatagram(payload, from);
    router.start();
  }
}

/** A public address in a /24 of its own. */
function hostOf(index: number): string {
  return `${21 + (index >> 16)}.${(index >> 8) & 255}.${index & 255}.${1 + (index % 250)}`;
}
