/** Private networks for tests, sealed ones above all. */
import { type Endpoint, formatEndpoint } from "../../src/core/endpoint.ts";
import type { DatagramSocket } from "../../src/core/ports.ts";
import { type DhtConfig, DhtNode } from "../../src/dht/index.ts";
import { nodeSealingCrypto } from "../../src/platform/sealing-crypto.ts";
import {
  DatagramSealer,
  NetworkKeys,
  SEALING_BYTES,
  type SealedNetwork,
  SealedSocket,
} from "../../src/sealing/index.ts";
import type { NetworkMode } from "../../src/session/index.ts";
import type { DatagramNetwork, World } from "../../src/sim/index.ts";

/** Wall-clock time at virtual time 0. */
const EPOCH_UNIX_MS = Date.UTC(2026, 0, 1);

export function networkOf(label: number, ...fromUnixMs: readonly number[]): SealedNetwork {
  const times = fromUnixMs.length === 0 ? [0] : fromUnixMs;
  return {
    id: new Uint8Array(8).fill(label),
    keys: times.map((from, i) => ({ secret: new Uint8Array(32).fill(16 * label + i), fromUnixMs: from })),
  };
}

/** A clock on the wall of a simulated world, `aheadMs` ahead of the others. */
export function wallOf(world: World, aheadMs = 0): () => number {
  return () => EPOCH_UNIX_MS + world.nowMs + aheadMs;
}

export function sealerOf(network: SealedNetwork, world: World, unixMs = wallOf(world)): DatagramSealer {
  const keys = new NetworkKeys(nodeSealingCrypto, network, unixMs);
  return new DatagramSealer(keys, world.random, unixMs);
}

/** `socket` in a sealed network. */
export function sealed(
  socket: DatagramSocket,
  network: SealedNetwork,
  world: World,
  unixMs = wallOf(world),
): SealedSocket {
  const isOwn = (address: Endpoint): boolean => formatEndpoint(address) === formatEndpoint(socket.local);
  return new SealedSocket(socket, sealerOf(network, world, unixMs), world.clock, isOwn);
}

/** A DHT node on a sealed socket. */
export interface Member {
  readonly node: DhtNode;
  readonly socket: SealedSocket;
}

/** A DHT node of a private network of any mode. */
export interface NetworkNode {
  readonly node: DhtNode;
  readonly socket: DatagramSocket;
}

/** Networks of one mode differ by their label. */
export interface TestNetwork {
  readonly mode: NetworkMode;
  readonly label: number;
}

/** In the sealed network 1. */
export function memberAt(
  net: DatagramNetwork,
  world: World,
  at: Endpoint,
  bootstrap: readonly Endpoint[],
  saved?: Uint8Array,
): Member {
  const socket = sealed(net.bind(at), networkOf(1), world);
  return {
    node: startNode(world, socket, { bootstrap, saved, ...sealedConfig(networkOf(1), world) }),
    socket,
  };
}

export function nodeIn(
  { mode, label }: TestNetwork,
  net: DatagramNetwork,
  world: World,
  at: Endpoint,
  bootstrap: readonly Endpoint[],
  saved?: Uint8Array,
): NetworkNode {
  const plain = net.bind(at);
  const { id } = networkOf(label);
  const socket = mode === "sealed" ? sealed(plain, networkOf(label), world) : plain;
  const config =
    mode === "sealed" ? sealedConfig(networkOf(label), world) : mode === "open" ? { networkId: id } : {};
  return { node: startNode(world, socket, { bootstrap, saved, ...config }), socket };
}

function sealedConfig(network: SealedNetwork, world: World): Pick<DhtConfig, "overheadBytes" | "idKeys"> {
  const { idKeys } = new NetworkKeys(nodeSealingCrypto, network, wallOf(world));
  return { overheadBytes: SEALING_BYTES, idKeys };
}

interface StartOptions extends Pick<DhtConfig, "overheadBytes" | "networkId" | "idKeys"> {
  readonly bootstrap: readonly Endpoint[];
  readonly saved: Uint8Array | undefined;
}

function startNode(
  world: World,
  socket: DatagramSocket,
  { bootstrap, saved, ...config }: StartOptions,
): DhtNode {
  const node = new DhtNode({
    clock: world.clock,
    random: world.random.fork(`node ${formatEndpoint(socket.local)} at ${world.nowMs}`),
    config: { addressProfile: "lan", ...config },
    sockets: { v4: socket },
    saved,
    onEvent: (event) => {
      if (event.kind === "bootstrap-needed") world.after(0, () => node.bootstrap(bootstrap));
    },
  });
  socket.onDatagram = (payload, from) => node.handleDatagram(payload, from);
  socket.onUnreachable = (to) => node.handleUnreachable(to);
  node.start();
  return node;
}
