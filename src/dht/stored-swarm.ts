/**
 * Peers that were announced to us for one info-hash. They lie back to back as bencoded strings ("6:" and six bytes,
 * or "18:" and eighteen), so that answering `values` copies a run of bytes.
 */
import type { AddressFamily, Endpoint } from "../core/endpoint.ts";
import { BloomFilter } from "./bloom-filter.ts";
import { compactPeerBytes, readEndpoint, writeEndpoint } from "./compact-address.ts";

/** First room of a swarm, in peers: most hashes have a handful. */
const INITIAL_ROOM = 4;

/** Addresses of a swarm's seeds and of its other peers (BEP 33). */
export interface SwarmFilters {
  readonly seeds: BloomFilter;
  readonly peers: BloomFilter;
}

export class StoredSwarm {
  /** The info-hash as the store's key. */
  readonly key: string;
  readonly infoHash: Uint8Array;
  /** Position in the store's list, for random picks. */
  index = 0;
  readonly #prefix: Uint8Array;
  /** Bytes of one bencoded peer. */
  readonly strideBytes: number;
  #count = 0;
  #seeds = 0;
  #peers: Uint8Array;
  #announcedAtSeconds: Int32Array = new Int32Array(INITIAL_ROOM);
  #isSeed: Uint8Array = new Uint8Array(INITIAL_ROOM);
  readonly #family: AddressFamily;
  /** Made at the first scrape, kept up while peers only join, made anew after one has left or completed. */
  #filters: SwarmFilters | undefined;

  constructor(key: string, infoHash: Uint8Array, family: AddressFamily) {
    this.key = key;
    this.infoHash = infoHash;
    this.#family = family;
    this.#prefix = family === 4 ? PREFIX_V4 : PREFIX_V6;
    this.strideBytes = this.#prefix.length + compactPeerBytes(family);
    this.#peers = new Uint8Array(INITIAL_ROOM * this.strideBytes);
  }

  get count(): number {
    return this.#count;
  }

  get seeds(): number {
    return this.#seeds;
  }

  /** The bencoded peers, `count` times `strideBytes`. */
  get encoded(): Uint8Array {
    return this.#peers;
  }

  /** The swarm as BEP 33 counts it. A digest per peer the first time. */
  get filters(): SwarmFilters {
    if (this.#filters !== undefined) return this.#filters;
    const filters = { seeds: new BloomFilter(), peers: new BloomFilter() };
    for (let i = 0; i < this.#count; i++) {
      const filter = this.isSeedAt(i) ? filters.seeds : filters.peers;
      filter.insert(this.#addressAt(i));
    }
    this.#filters = filters;
    return filters;
  }

  isSeedAt(index: number): boolean {
    return this.#isSeed[index] === 1;
  }

  peerAt(index: number): Endpoint {
    return readEndpoint(this.#peers, index * this.strideBytes + this.#prefix.length, this.#family);
  }

  /** Index of `peer`, or -1. */
  indexOf(peer: Endpoint): number {
    writeEndpoint(SCRATCH, 0, peer);
    for (let i = 0; i < this.#count; i++) if (this.#sharesBytes(i, compactPeerBytes(this.#family))) return i;
    return -1;
  }

  /** Indexes of the peers whose address equals that of `peer` in its first `prefixBytes`, oldest announce first. */
  indexesOfPrefix(peer: Endpoint, prefixBytes: number): number[] {
    writeEndpoint(SCRATCH, 0, peer);
    const indexes: number[] = [];
    for (let i = 0; i < this.#count; i++) if (this.#sharesBytes(i, prefixBytes)) indexes.push(i);
    return indexes.sort(
      (a, b) => (this.#announcedAtSeconds[a] as number) - (this.#announcedAtSeconds[b] as number),
    );
  }

  add(peer: Endpoint, isSeed: boolean, nowMs: number): void {
    if (this.#count === this.#isSeed.length) this.#grow();
    this.#count++;
    this.#seeds += isSeed ? 1 : 0;
    this.#write(this.#count - 1, peer, isSeed, nowMs);
    this.#filters?.[isSeed ? "seeds" : "peers"].insert(this.#addressAt(this.#count - 1));
  }

  /** `peer` has the address of the one it replaces: the other port, or a renewal. */
  replace(index: number, peer: Endpoint, isSeed: boolean, nowMs: number): void {
    if (this.isSeedAt(index) !== isSeed) this.#filters = undefined;
    this.#seeds += (isSeed ? 1 : 0) - (this.#isSeed[index] as number);
    this.#write(index, peer, isSeed, nowMs);
  }

  /** Forgets peers announced at or before `atMs`; answers how many. */
  forgetUntil(atMs: number): number {
    const before = this.#count;
    const atSeconds = Math.floor(atMs / 1_000);
    for (let i = this.#count - 1; i >= 0; i--) {
      if ((this.#announcedAtSeconds[i] as number) <= atSeconds) this.#remove(i);
    }
    return before - this.#count;
  }

  #write(index: number, peer: Endpoint, isSeed: boolean, nowMs: number): void {
    const at = index * this.strideBytes;
    this.#peers.set(this.#prefix, at);
    writeEndpoint(this.#peers, at + this.#prefix.length, peer);
    this.#announcedAtSeconds[index] = Math.floor(nowMs / 1_000);
    this.#isSeed[index] = isSeed ? 1 : 0;
  }

  /** The last one takes the place. */
  #remove(index: number): void {
    const last = --this.#count;
    this.#filters = undefined;
    this.#seeds -= this.#isSeed[index] as number;
    if (index === last) return;
    const stride = this.strideBytes;
    this.#peers.copyWithin(index * stride, last * stride, (last + 1) * stride);
    this.#announcedAtSeconds[index] = this.#announcedAtSeconds[last] as number;
    this.#isSeed[index] = this.#isSeed[last] as number;
  }

  #addressAt(index: number): Uint8Array {
    const at = index * this.strideBytes + this.#prefix.length;
    return this.#peers.subarray(at, at + compactPeerBytes(this.#family) - 2);
  }

  #sharesBytes(index: number, length: number): boolean {
    const at = index * this.strideBytes + this.#prefix.length;
    for (let i = 0; i < length; i++) if (this.#peers[at + i] !== SCRATCH[i]) return false;
    return true;
  }

  #grow(): void {
    const room = 2 * this.#isSeed.length;
    this.#peers = grown(this.#peers, new Uint8Array(room * this.strideBytes));
    this.#announcedAtSeconds = grown(this.#announcedAtSeconds, new Int32Array(room));
    this.#isSeed = grown(this.#isSeed, new Uint8Array(room));
  }
}

function grown<Bytes extends Uint8Array | Int32Array>(old: Bytes, larger: Bytes): Bytes {
  larger.set(old);
  return larger;
}

const SCRATCH = new Uint8Array(18);
const PREFIX_V4 = Uint8Array.of(0x36, 0x3a); // "6:"
const PREFIX_V6 = Uint8Array.of(0x31, 0x38, 0x3a); // "18:"
