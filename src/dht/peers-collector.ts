/** The peers that a lookup has found: read from `values`, checked, each reported once. */
import { type AddressProfile, mayContact } from "../core/address-profile.ts";
import { type Endpoint, formatEndpoint } from "../core/endpoint.ts";
import { readEndpoint } from "./compact-address.ts";
import type { KrpcMessage } from "./krpc-message.ts";

/** Threats DH11: more than any honest reply of 1,500 bytes could hold. */
const MAX_PEERS_PER_REPLY = 100;
/** Peers remembered per lookup; a swarm connects to 200 at most. */
const MAX_PEERS = 2_000;

export class PeersCollector {
  readonly #profile: AddressProfile;
  readonly #seen = new Set<string>();

  constructor(profile: AddressProfile) {
    this.#profile = profile;
  }

  get count(): number {
    return this.#seen.size;
  }

  /** Those of `peers` that may be contacted and are new. */
  filter(peers: readonly Endpoint[]): Endpoint[] {
    return peers.filter((peer) => this.#isNew(peer));
  }

  /** The new peers in the `values` of a reply; elements of another kind or length are left out (BEP 32: both lengths may come). */
  read(message: KrpcMessage): Endpoint[] {
    const found: Endpoint[] = [];
    const bytes = message.bytes;
    let at = message.valuesAt;
    for (let i = 0; at >= 0 && i < MAX_PEERS_PER_REPLY; i++) {
      let length = 0;
      for (; bytes[at] !== CHAR_COLON; at++) {
        const digit = (bytes[at] as number) - CHAR_0;
        if (digit < 0 || digit > 9) return found;
        length = length * 10 + digit;
      }
      at++;
      if (length === 6 || length === 18) {
        const peer = readEndpoint(bytes, at, length === 6 ? 4 : 6);
        if (this.#isNew(peer)) found.push(peer);
      }
      at += length;
    }
    return found;
  }

  #isNew(peer: Endpoint): boolean {
    if (this.#seen.size >= MAX_PEERS || !mayContact(this.#profile, peer)) return false;
    const key = formatEndpoint(peer);
    if (this.#seen.has(key)) return false;
    this.#seen.add(key);
    return true;
  }
}

const CHAR_COLON = 0x3a;
const CHAR_0 = 0x30;
