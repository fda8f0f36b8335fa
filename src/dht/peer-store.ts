/**
 * What others announced to us: peers by info-hash, one address family. Peers expire 45 minutes after their last
 * announce (announces come every 15 to 30). Everything is bounded (threats D4), and no single party can take a hash
 * over: a few ports per address, a share per /24 (/64).
 */
import { latin1Text } from "../core/bytes.ts";
import { compareDistance } from "../core/distance.ts";
import type { AddressFamily, Endpoint } from "../core/endpoint.ts";
import { ID_BYTES } from "../core/ids.ts";
import { invariant } from "../core/invariant.ts";
import type { Random } from "../core/ports.ts";
import { StoredSwarm } from "./stored-swarm.ts";

/** 30 minutes and half as much of grace, as libtorrent keeps them. */
const PEER_LIFETIME_MS = 45 * 60_000;
/** Threats D4; libtorrent 500. */
export const MAX_PEERS_PER_HASH = 500;
/** Threats D4, profile `public` only: elsewhere many peers share an address. */
const MAX_PORTS_PER_ADDRESS = 4;
const SUBNET_SHARE = 0.1;
const SUBNET_MINIMUM = 16;
/** Hashes looked at when one has to give way. */
const EVICTION_SAMPLE = 8;

export interface PeerStoreOptions {
  readonly family: AddressFamily;
  /** Whether a party is an address (`public`) or an address with its port. */
  readonly limitsByAddress: boolean;
  readonly maxHashes: number;
  readonly maxPeers: number;
  readonly random: Random;
}

export class PeerStore {
  readonly #options: PeerStoreOptions;
  readonly #swarms = new Map<string, StoredSwarm>();
  /** The same swarms in no order, to pick from at random. */
  readonly #list: StoredSwarm[] = [];
  #peers = 0;

  constructor(options: PeerStoreOptions) {
    this.#options = options;
  }

  get hashes(): number {
    return this.#list.length;
  }

  /** Info-hash number `index` of `hashes`, in no order; borrowed. */
  infoHashAt(index: number): Uint8Array {
    const swarm = this.#list[index];
    invariant(swarm !== undefined, `info-hash ${index} of ${this.#list.length}`);
    return swarm.infoHash;
  }

  get peers(): number {
    return this.#peers;
  }

  /** The swarm of the info-hash at `hashAt` of `bytes`. */
  find(bytes: Uint8Array, hashAt: number): StoredSwarm | undefined {
    return this.#list.length === 0 ? undefined : this.#swarms.get(keyAt(bytes, hashAt));
  }

  /** Whether an announce of `peer` would be refused: then it gets no token, and announces to the next node (BEP 33). */
  isFullFor(swarm: StoredSwarm | undefined, peer: Endpoint): boolean {
    return (
      swarm !== undefined &&
      swarm.count >= MAX_PEERS_PER_HASH &&
      swarm.indexesOfPrefix(peer, this.#addressBytes()).length === 0
    );
  }

  /** Stores `peer` for the info-hash, or renews it. False when a limit refuses it. */
  add(infoHash: Uint8Array, peer: Endpoint, isSeed: boolean, localId: Uint8Array, nowMs: number): boolean {
    const swarm = this.#swarms.get(keyAt(infoHash, 0)) ?? this.#newSwarm(infoHash, localId);
    const known = swarm.indexOf(peer);
    if (known >= 0) {
      swarm.replace(known, peer, isSeed, nowMs);
      return true;
    }
    if (this.#options.limitsByAddress) {
      const ofAddress = swarm.indexesOfPrefix(peer, this.#addressBytes());
      if (ofAddress.length >= MAX_PORTS_PER_ADDRESS) {
        swarm.replace(ofAddress[0] as number, peer, isSeed, nowMs);
        return true;
      }
      const ofSubnet = swarm.indexesOfPrefix(peer, this.#options.family === 4 ? 3 : 8).length;
      if (ofSubnet >= Math.max(SUBNET_MINIMUM, Math.floor(SUBNET_SHARE * swarm.count))) return false;
    }
    if (swarm.count >= MAX_PEERS_PER_HASH) return false;
    swarm.add(peer, isSeed, nowMs);
    this.#peers++;
    if (this.#peers > this.#options.maxPeers) this.#evict(localId, swarm);
    return true;
  }

  /** Up to `maxPeers` peers of the info-hash, from a random one on. */
  peersOf(infoHash: Uint8Array, maxPeers: number): Endpoint[] {
    const swarm = this.find(infoHash, 0);
    if (swarm === undefined) return [];
    const first = this.#options.random.integer(swarm.count);
    const count = Math.min(maxPeers, swarm.count);
    return Array.from({ length: count }, (_, i) => swarm.peerAt((first + i) % swarm.count));
  }

  /** Forgets what has expired. To be called every minute or so: peers may live that much longer. */
  sweep(nowMs: number): void {
    for (let i = this.#list.length - 1; i >= 0; i--) {
      const swarm = this.#list[i] as StoredSwarm;
      this.#peers -= swarm.forgetUntil(nowMs - PEER_LIFETIME_MS);
      if (swarm.count === 0) this.#drop(swarm);
    }
  }

  #addressBytes(): number {
    return this.#options.family === 4 ? 4 : 16;
  }

  #newSwarm(infoHash: Uint8Array, localId: Uint8Array): StoredSwarm {
    if (this.#list.length >= this.#options.maxHashes) this.#evict(localId, undefined);
    const swarm = new StoredSwarm(keyAt(infoHash, 0), infoHash.slice(), this.#options.family);
    swarm.index = this.#list.length;
    this.#list.push(swarm);
    this.#swarms.set(swarm.key, swarm);
    return swarm;
  }

  /** Of a few hashes picked at random, the one with the fewest peers goes; of equals, the one farthest from us. */
  #evict(localId: Uint8Array, spared: StoredSwarm | undefined): void {
    let victim: StoredSwarm | undefined;
    for (let i = 0; i < EVICTION_SAMPLE; i++) {
      const candidate = this.#list[this.#options.random.integer(this.#list.length)];
      if (candidate === undefined || candidate === spared) continue;
      if (victim === undefined || isLessWorth(candidate, victim, localId)) victim = candidate;
    }
    if (victim !== undefined) this.#drop(victim);
  }

  #drop(swarm: StoredSwarm): void {
    this.#peers -= swarm.count;
    this.#swarms.delete(swarm.key);
    const last = this.#list.pop();
    if (last === undefined || last === swarm) return;
    this.#list[swarm.index] = last;
    last.index = swarm.index;
  }
}

function isLessWorth(a: StoredSwarm, b: StoredSwarm, localId: Uint8Array): boolean {
  return a.count !== b.count ? a.count < b.count : compareDistance(localId, a.infoHash, b.infoHash) > 0;
}

function keyAt(bytes: Uint8Array, offset: number): string {
  return latin1Text(bytes.subarray(offset, offset + ID_BYTES));
}
