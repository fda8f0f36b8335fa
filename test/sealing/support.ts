/** Sealed networks for tests. */
import { type Endpoint, formatEndpoint } from "../../src/core/endpoint.ts";
import type { DatagramSocket } from "../../src/core/ports.ts";
import { nodeSealingCrypto } from "../../src/platform/sealing-crypto.ts";
import { DatagramSealer, NetworkKeys, type SealedNetwork, SealedSocket } from "../../src/sealing/index.ts";
import type { World } from "../../src/sim/index.ts";

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
  return new DatagramSealer(nodeSealingCrypto, keys, world.random, unixMs);
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
