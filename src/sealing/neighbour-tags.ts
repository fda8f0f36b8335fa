/**
 * What a member calls out on the local network so that other members know one of them is there, and nobody else of which
 * network: a pseudo-random tag (HKDF, RFC 5869) of the network's key, the time, and the address and port that it is called
 * from. Who records one can repeat it for two minutes, and only in the name of the same address.
 */
import { concatBytes, equalBytes, writeUint32 } from "../core/bytes.ts";
import { encodeEndpoint } from "../core/compact.ts";
import type { Endpoint } from "../core/endpoint.ts";
import type { NetworkKeys } from "./network-keys.ts";
import { NO_BYTES, type SealingCrypto } from "./sealing-crypto.ts";
import { MAX_CLOCK_SKEW_MS } from "./stamp.ts";

/** As long as an info-hash, in whose place it stands. */
export const NEIGHBOUR_TAG_BYTES = 20;

export class NeighbourTags {
  readonly #crypto: SealingCrypto;
  readonly #keys: NetworkKeys;
  readonly #unixMs: () => number;

  constructor(crypto: SealingCrypto, keys: NetworkKeys, unixMs: () => number) {
    this.#crypto = crypto;
    this.#keys = keys;
    this.#unixMs = unixMs;
  }

  /** For a member at `from`, now. */
  tagOf(from: Endpoint): Uint8Array {
    return this.#tag(this.#keys.current.neighbours, this.#slot, from);
  }

  /** Whether a member made `tag` at `from`, lately. */
  isOurs(tag: Uint8Array, from: Endpoint): boolean {
    const slot = this.#slot;
    return this.#keys.all.some(({ neighbours }) =>
      [slot, slot - 1, slot + 1].some((time) => equalBytes(this.#tag(neighbours, time, from), tag)),
    );
  }

  get #slot(): number {
    return Math.floor(this.#unixMs() / MAX_CLOCK_SKEW_MS);
  }

  #tag(key: Uint8Array, slot: number, from: Endpoint): Uint8Array {
    const time = new Uint8Array(4);
    writeUint32(time, 0, slot);
    return this.#crypto.hkdf(key, concatBytes([time, encodeEndpoint(from)]), NO_BYTES, NEIGHBOUR_TAG_BYTES);
  }
}
