/** A private DHT network that a session can be in. */

import type { AddressProfile } from "../core/address-profile.ts";
import { fromHex } from "../core/bytes.ts";
import type { DhtConfig } from "../dht/index.ts";
import { SEALING_BYTES } from "../sealing/index.ts";

/**
 * `plain` is pure mainline: every client can take part that is told of a bootstrap node. In an `open` one every message of
 * the DHT says the network's id, and others are not taken: the two cannot merge by accident. In a `sealed` one all datagrams
 * and connections are encrypted with what only members know.
 */
export type NetworkMode = "plain" | "open" | "sealed";

export const NETWORK_MODES: readonly NetworkMode[] = ["plain", "open", "sealed"];

/** Plain data, since it crosses into the engine's thread. */
export interface PrivateNetwork {
  /** What this user calls it; follows the rules of profile names. */
  readonly name: string;
  /** Lower-case hex digits of the id that was drawn when the network was made. */
  readonly idHex: string;
  readonly mode: NetworkMode;
  /** Of a sealed network: one key or two, 64 hex digits each. */
  readonly keys?: readonly PrivateKey[] | undefined;
}

export interface PrivateKey {
  readonly hex: string;
  /** From when on it is spoken; understood it is before. */
  readonly fromUnixMs: number;
}

/** How a DHT node of that network differs from one of mainline. */
export function dhtConfigOf(
  network: PrivateNetwork | undefined,
): Pick<DhtConfig, "networkId" | "overheadBytes"> {
  if (network?.mode === "open") return { networkId: fromHex(network.idHex) };
  return network?.mode === "sealed" ? { overheadBytes: SEALING_BYTES } : {};
}

/**
 * The address profile of a network for which `profile` would be chosen by addresses. Members of a sealed one need no rules
 * against strangers: many may be behind one address, or have private ones.
 */
export function profileWithin(network: PrivateNetwork | undefined, profile: AddressProfile): AddressProfile {
  return network?.mode === "sealed" && profile === "public" ? "lan" : profile;
}
