/** Wire engines joined by streams in virtual time: the `pair()` of the wire tests, for any number of peers. */
import { equalBytes } from "../../../src/core/bytes.ts";
import { type Endpoint, endpoint } from "../../../src/core/endpoint.ts";
import type { PeerId } from "../../../src/core/ids.ts";
import { type HostLinks, StreamNetwork, UniformLinks, World } from "../../../src/sim/index.ts";
import { Bitfield } from "../../../src/torrent/bitfield.ts";
import {
  type PeerView,
  type Swarm,
  type SwarmEvent,
  type WireConfig,
  WireEngine,
  type WireEvent,
} from "../../../src/wire/index.ts";
import { allPieces, type TestTorrent } from "./a-torrent.ts";
import { CountingSlabs, MemoryStorage } from "./memory-storage.ts";

const LISTEN_PORT = 6881;

import { UtpStreams } from "./utp-streams.ts";

export interface SwarmWorld {
  readonly world: World;
  readonly network: StreamNetwork;
  /** Adds a host with an engine that listens, and a started swarm on it. */
  addPeer(torrent: TestTorrent, options?: PeerOptions): TestPeer;
  /** A host without an engine, for scripted peers. */
  newHost(): string;
}

export interface PeerOptions {
  /** "all" for a seed, "magnet" for one that knows nothing but the info-hash; else what it has. Nothing by default. */
  readonly have?: "all" | "magnet" | Bitfield;
  readonly priorities?: Uint8Array;
  readonly config?: Partial<WireConfig>;
  readonly links?: HostLinks;
  readonly slabs?: CountingSlabs;
  readonly peerId?: PeerId;
  readonly isStarted?: boolean;
  readonly isSuperSeed?: boolean;
  /** Makes it one that speaks uTP, as far as others can tell: hears whose call is expected (BEP 55). */
  readonly expectCall?: (from: Endpoint) => void;
  /** Its address; the next one of loopback by default. */
  readonly host?: string;
}

export interface TestPeer {
  readonly host: string;
  readonly address: Endpoint;
  readonly engine: WireEngine;
  readonly swarm: Swarm;
  readonly storage: MemoryStorage;
  readonly slabs: CountingSlabs;
  readonly events: SwarmEvent[];
  readonly wireEvents: WireEvent[];
  readonly isComplete: boolean;
  /** Whether every byte of the content is on its disk; cheap, unlike comparing arrays by `toEqual`. */
  readonly hasContent: boolean;
  /** Dials `other`. */
  meet(...others: readonly { readonly address: Endpoint }[]): void;
  eventsOf<Type extends SwarmEvent["type"]>(type: Type): Extract<SwarmEvent, { type: Type }>[];
  /** The connected peer at the host of `other`. */
  viewOf(other: { readonly host: string }): PeerView | undefined;
}

/** How connections run: over TCP in plaintext, over TCP in RC4 to the end, over uTP. Scripted peers speak no RC4. */
export type WireWay = "tcp" | "rc4" | "utp";

export interface SwarmWorldOptions {
  readonly seed?: string;
  readonly rttMs?: number;
  /** Default `WIRE_WAY` of the environment, so that whole files can be run again another way; else "tcp". */
  readonly way?: WireWay;
}

/** A world with a round trip of `rttMs` between any two hosts. */
export function swarmWorld(options: SwarmWorldOptions = {}): SwarmWorld {
  const way = options.way ?? (process.env["WIRE_WAY"] as WireWay | undefined) ?? "tcp";
  const world = new World(options.seed ?? "wire");
  const rttMs = options.rttMs ?? 20;
  const links = new UniformLinks(world.random.fork("links"), { minRttMs: rttMs, maxRttMs: rttMs });
  const network = way === "utp" ? new UtpStreams(world, links) : new StreamNetwork(world, links);
  const encryption = way === "rc4" ? "require" : "off";
  let hosts = 0;
  const newHost = () => {
    hosts++;
    return `127.0.${hosts >> 8}.${hosts & 0xff}`;
  };
  return {
    world,
    network,
    newHost,
    addPeer: (torrent, peerOptions = {}) =>
      addPeer(world, network, peerOptions.host ?? newHost(), torrent, {
        ...peerOptions,
        config: { encryption, ...peerOptions.config },
      }),
  };
}

function addPeer(
  world: World,
  network: StreamNetwork,
  host: string,
  torrent: TestTorrent,
  options: PeerOptions,
): TestPeer {
  const slabs = options.slabs ?? new CountingSlabs();
  const events: SwarmEvent[] = [];
  const wireEvents: WireEvent[] = [];
  if (options.links !== undefined) network.setLinks(host, options.links);
  const engine = new WireEngine({
    clock: world.clock,
    random: world.random.fork(host),
    dialer: { ...network.dialerFor(host), ...(options.expectCall && { expectCall: options.expectCall }) },
    slabs,
    addressProfile: "loopback",
    config: options.config ?? {},
    onEvent: (event) => wireEvents.push(event),
  });
  const storage = new MemoryStorage(torrent, world, slabs, options.have === "all");
  const have = haveOf(torrent, options.have);
  if (options.have !== "all") copyPieces(torrent, have, storage.content);
  const content = {
    pieceMap: torrent.map,
    rawInfo: torrent.rawInfo,
    have,
    priorities: options.priorities ?? new Uint8Array(torrent.map.pieceCount).fill(4),
    storage,
  };
  const swarm = engine.addSwarm({
    infoHash: torrent.infoHash,
    listenPort: LISTEN_PORT,
    isSuperSeed: options.isSuperSeed === true,
    ...(options.peerId === undefined ? {} : { peerId: options.peerId }),
    onEvent: (event) => {
      events.push(event);
      if (event.type === "metadata-complete") swarm.setContent(content);
    },
  });
  storage.swarm = swarm;
  if (options.have !== "magnet") swarm.setContent(content);
  const address = endpoint(host, LISTEN_PORT);
  network.listen(address).onConnection = (stream) => engine.accept(stream);
  if (options.isStarted !== false) swarm.start();
  return {
    host,
    address,
    engine,
    swarm,
    storage,
    slabs,
    events,
    wireEvents,
    get isComplete() {
      return events.some((event) => event.type === "wanted-complete");
    },
    get hasContent() {
      return equalBytes(storage.content, torrent.content);
    },
    meet: (...others) => {
      swarm.addCandidates(
        others.map((other) => other.address),
        "manual",
      );
    },
    eventsOf: <Type extends SwarmEvent["type"]>(type: Type) =>
      events.filter((event): event is Extract<SwarmEvent, { type: Type }> => event.type === type),
    viewOf: (other) => swarm.peers().find((peer) => peer.address.host === other.host),
  };
}

function haveOf(torrent: TestTorrent, have: PeerOptions["have"]): Bitfield {
  if (have === "all") return allPieces(torrent);
  return have instanceof Bitfield ? have : new Bitfield(torrent.map.pieceCount);
}

function copyPieces(torrent: TestTorrent, have: Bitfield, content: Uint8Array): void {
  for (let piece = 0; piece < torrent.map.pieceCount; piece++) {
    if (!have.has(piece)) continue;
    const start = torrent.map.startOf(piece);
    content.set(torrent.content.subarray(start, start + torrent.map.bytesOf(piece)), start);
  }
}
