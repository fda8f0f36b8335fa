/**
 * A machine that takes part in a swarm: a DHT node, the wire, and the session's search for peers between them, as they
 * ship, on one simulated host. What is left out is what makes no difference to others: a session's files, records,
 * snapshots and screen. So a thousand of them fit into one process.
 */
import type { Endpoint } from "../core/endpoint.ts";
import { DhtNode } from "../dht/index.ts";
import { OwnAddresses, PeerSources } from "../session/index.ts";
import { Bitfield } from "../torrent/bitfield.ts";
import {
  type ChokePolicy,
  RecordedWire,
  type RecordingOptions,
  type Swarm,
  type SwarmEvent,
  type Wire,
  type WireConfig,
  WireEngine,
  type WireEngineOptions,
} from "../wire/index.ts";
import { type BlankContent, BlankStorage } from "./blank-content.ts";
import { BlankSlabs } from "./blank-payload.ts";
import type { NatKind } from "./nat.ts";
import type { StreamNetwork } from "./virtual-streams.ts";
import type { DatagramNetwork } from "./virtual-udp.ts";
import type { World } from "./world.ts";

/** Memory for payload, as the platform's arena has it by default. */
const SLAB_BYTES = 64 * 1024 * 1024;
/** Every piece is wanted as much as any other. */
const NORMAL_PRIORITY = 4;

/** What machines share. */
export interface SwarmSurroundings {
  readonly world: World;
  readonly datagrams: DatagramNetwork;
  readonly streams: StreamNetwork;
  /** DHT nodes that a newcomer asks first. */
  readonly bootstrap: readonly Endpoint[];
  readonly content: BlankContent;
}

export interface MachineOptions {
  /** A public address of its own; UDP and TCP. */
  readonly address: Endpoint;
  /** "all" for a seed; "nothing" for a magnet link: not even the metadata. */
  readonly has: "all" | "nothing";
  readonly isSuperSeed?: boolean;
  /** Behind a router, nobody can connect to it. */
  readonly nat?: NatKind;
  readonly wire?: Partial<WireConfig>;
  /** In place of the choker that ships. */
  readonly createChoker?: () => ChokePolicy;
  /** Records what reaches its wire. */
  readonly recording?: RecordingOptions;
  /** After the machine itself has heard of it. */
  readonly onEvent?: (event: SwarmEvent) => void;
}

export class SwarmMachine {
  readonly address: Endpoint;
  readonly engine: Wire;
  readonly swarm: Swarm;
  readonly joinedAtMs: number;
  finishedAtMs: number | undefined;
  leftAtMs: number | undefined;
  readonly #around: SwarmSurroundings;
  readonly #options: MachineOptions;
  readonly #node: DhtNode;
  readonly #sources: PeerSources;
  readonly #storage: BlankStorage;
  readonly #closers: (() => void)[] = [];

  /** Joins at once. */
  constructor(around: SwarmSurroundings, options: MachineOptions) {
    const { world, content } = around;
    this.#around = around;
    this.#options = options;
    this.address = options.address;
    this.joinedAtMs = world.nowMs;
    this.#node = this.#openNode();
    this.engine = this.#openEngine();
    this.#storage = new BlankStorage(world, content, new BlankSlabs(SLAB_BYTES));
    this.swarm = this.engine.addSwarm({
      infoHash: content.infoHash,
      listenPort: options.address.port,
      isSuperSeed: options.isSuperSeed === true,
      onEvent: (event) => this.#handle(event),
    });
    this.#storage.swarm = this.swarm;
    this.#sources = this.#openSources();
    if (options.has === "all") this.#knowContent();
    this.swarm.start();
    this.#showUp();
  }

  /** Leaves without a word, as a machine that is switched off; others find their connections closed. */
  leave(): void {
    if (this.leftAtMs !== undefined) return;
    this.leftAtMs = this.#around.world.nowMs;
    this.#sources.stop();
    this.engine.close();
    this.#node.close();
    for (const close of this.#closers) close();
  }

  #openNode(): DhtNode {
    const { world, datagrams, bootstrap } = this.#around;
    const { address, nat } = this.#options;
    const socket = datagrams.bind(address, nat ?? "none");
    const node = new DhtNode({
      clock: world.clock,
      random: world.random.fork(`dht ${address.host}`),
      sockets: { v4: socket },
      config: { addressProfile: "public" },
      onEvent: (event) => {
        if (event.kind === "bootstrap-needed") world.after(0, () => node.bootstrap(bootstrap));
        else if (event.kind === "joined") this.#sources.dhtJoined();
        else if (event.kind === "external-address")
          this.engine.setOutside({ hosts: [event.host], port: undefined });
      },
    });
    socket.onDatagram = (payload, from) => node.handleDatagram(payload, from);
    this.#closers.push(() => socket.close());
    node.start();
    return node;
  }

  #openEngine(): Wire {
    const { world, streams } = this.#around;
    const { address, nat, wire, recording, createChoker } = this.#options;
    const options: WireEngineOptions = {
      clock: world.clock,
      random: world.random.fork(`wire ${address.host}`),
      dialer: streams.dialerFor(address.host),
      slabs: new BlankSlabs(SLAB_BYTES),
      addressProfile: "public",
      config: { encryption: "off", dhtPort: address.port, ...wire },
      ...(createChoker === undefined ? {} : { createChoker }),
    };
    const engine = recording === undefined ? new WireEngine(options) : new RecordedWire(options, recording);
    if (nat !== undefined && nat !== "none") streams.closedHosts.add(address.host);
    const listener = streams.listen(address);
    listener.onConnection = (stream) => engine.accept(stream);
    this.#closers.push(() => listener.close());
    return engine;
  }

  #openSources(): PeerSources {
    const { world, content } = this.#around;
    return new PeerSources({
      clock: world.clock,
      infoHash: content.infoHash,
      addressProfile: "public",
      ownAddresses: new OwnAddresses(this.address.port, [this.address.host]),
      dht: this.#node,
      neighbours: undefined,
      deliver: (peers, source) => this.swarm.addCandidates(peers, source),
      demand: () => {
        const { candidates, connectingPeers, connectedPeers } = this.swarm.view().counts;
        const knownPeers = candidates + connectingPeers + connectedPeers;
        return { knownPeers, needsPeers: !this.#isComplete };
      },
      onChange: () => {},
    });
  }

  get #isComplete(): boolean {
    return this.#options.has === "all" || this.finishedAtMs !== undefined;
  }

  #showUp(): void {
    this.#sources.start({ announcedPort: this.address.port, isSeed: this.#isComplete });
  }

  #handle(event: SwarmEvent): void {
    if (event.type === "metadata-complete") this.#knowContent();
    else if (event.type === "dht-node-found") this.#node.ping(event.address, () => {});
    else if (event.type === "wanted-complete" && !this.#isComplete) {
      this.finishedAtMs = this.#around.world.nowMs;
      this.#showUp();
    }
    this.#options.onEvent?.(event);
  }

  #knowContent(): void {
    const { map, rawInfo } = this.#around.content;
    const have = new Bitfield(map.pieceCount);
    if (this.#options.has === "all") for (let piece = 0; piece < map.pieceCount; piece++) have.set(piece);
    this.swarm.setContent({
      pieceMap: map,
      rawInfo,
      have,
      priorities: new Uint8Array(map.pieceCount).fill(NORMAL_PRIORITY),
      storage: this.#storage,
    });
  }
}
