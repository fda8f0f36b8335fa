/** A private DHT network that a session can be in. */
import { fromHex } from "../core/bytes.ts";
import type { DhtConfig } from "../dht/index.ts";

/**
 * `plain` is pure mainline: every client can take part that is told of a bootstrap node. In an `open` one every message of
 * the DHT says the network's id, and others are not taken: the two cannot merge by accident.
 */
export type NetworkMode = "plain" | "open";

export const NETWORK_MODES: readonly NetworkMode[] = ["plain", "open"];

export interface PrivateNetwork {
  /** Lower-case hex digits of the id that was drawn when the network was made. */
  readonly idHex: string;
  readonly mode: NetworkMode;
}

/** How a DHT node of that network differs from one of mainline. */
export function dhtConfigOf(network: PrivateNetwork | undefined): Pick<DhtConfig, "networkId"> {
  return network?.mode === "open" ? { networkId: fromHex(network.idHex) } : {};
}
