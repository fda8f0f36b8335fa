/**
 * How many queries one party may ask (threats D3): 50 in ten seconds, then silence for five minutes. A party is an
 * IPv4 address or an IPv6 /64 in the profile `public`, an address with its port elsewhere.
 *
 * The table is of fixed size: a set of four places per hash, the hash keyed so that nobody can aim at a set. Where
 * all four are taken, the quietest gives way, and one that is silenced only to nothing: a flood from a million
 * forged addresses forgets counts, never a verdict.
 */
import type { AddressProfile } from "../core/address-profile.ts";
import { addressBytes, type Endpoint } from "../core/endpoint.ts";
import type { Random } from "../core/ports.ts";
import { ipv4Bits, readInt32 } from "./compact-address.ts";

/** Threats D3; libtorrent counts the same 50 packets in 10 s and blocks as long. */
const MAX_QUERIES_PER_WINDOW = 50;
const WINDOW_MS = 10_000;
const SILENCE_MS = 5 * 60_000;
/** Parties remembered: 4,096 (threats D3), 28 bytes each. */
const SETS = 1024;
const WAYS = 4;

export class QueryLimiter {
  readonly #byPort: boolean;
  readonly #seed: number;
  /** The party: 64 bits of address (IPv4: bits and port, or 0), in two halves. */
  readonly #first: Int32Array = new Int32Array(SETS * WAYS);
  readonly #second: Int32Array = new Int32Array(SETS * WAYS);
  readonly #counts: Uint16Array = new Uint16Array(SETS * WAYS);
  readonly #windowStartsMs: Float64Array = new Float64Array(SETS * WAYS).fill(Number.NEGATIVE_INFINITY);
  readonly #silentUntilMs: Float64Array = new Float64Array(SETS * WAYS).fill(Number.NEGATIVE_INFINITY);

  constructor(profile: AddressProfile, random: Random) {
    this.#byPort = profile !== "public";
    this.#seed = readInt32(random.bytes(4), 0);
  }

  /** Counts a query of `party` and says whether it may be answered. O(1). */
  admits(party: Endpoint, nowMs: number): boolean {
    let first: number;
    let second = this.#byPort ? party.port : 0;
    if (party.family === 4) first = ipv4Bits(party.host);
    else {
      const bytes = addressBytes(party.host) ?? NO_ADDRESS;
      first = readInt32(bytes, 0);
      second = (readInt32(bytes, 4) ^ Math.imul(second, MIX_PORT)) | 0;
      if (this.#byPort) first ^= readInt32(bytes, 12);
    }
    const place = this.#placeOf(first, second, nowMs);
    if (nowMs < (this.#silentUntilMs[place] as number)) return false;
    if (nowMs - (this.#windowStartsMs[place] as number) >= WINDOW_MS) {
      this.#windowStartsMs[place] = nowMs;
      this.#counts[place] = 0;
    }
    const count = (this.#counts[place] as number) + 1;
    this.#counts[place] = count;
    if (count <= MAX_QUERIES_PER_WINDOW) return true;
    this.#silentUntilMs[place] = nowMs + SILENCE_MS;
    return false;
  }

  /** The place of a party, taken from the quietest of its set when it is new. */
  #placeOf(first: number, second: number, nowMs: number): number {
    const set = (this.#hash(first, second) & (SETS - 1)) * WAYS;
    let quietest = set;
    let lowest = Number.POSITIVE_INFINITY;
    for (let place = set; place < set + WAYS; place++) {
      if (this.#first[place] === first && this.#second[place] === second) return place;
      const weight = this.#weightOf(place, nowMs);
      if (weight < lowest) {
        lowest = weight;
        quietest = place;
      }
    }
    this.#first[quietest] = first;
    this.#second[quietest] = second;
    this.#counts[quietest] = 0;
    this.#windowStartsMs[quietest] = nowMs;
    this.#silentUntilMs[quietest] = Number.NEGATIVE_INFINITY;
    return quietest;
  }

  #weightOf(place: number, nowMs: number): number {
    const silentForMs = (this.#silentUntilMs[place] as number) - nowMs;
    if (silentForMs > 0) return MAX_QUERIES_PER_WINDOW + silentForMs;
    return nowMs - (this.#windowStartsMs[place] as number) >= WINDOW_MS ? 0 : (this.#counts[place] as number);
  }

  #hash(first: number, second: number): number {
    let hash = Math.imul(first ^ this.#seed, MIX_FIRST);
    hash = Math.imul(hash ^ (hash >>> 15) ^ second, MIX_SECOND) ^ this.#seed;
    hash = Math.imul(hash ^ (hash >>> 13), MIX_FIRST);
    return hash ^ (hash >>> 16);
  }
}

const NO_ADDRESS = new Uint8Array(16);
/** Odd constants with well spread bits (murmur3's finaliser). */
const MIX_FIRST = 0x85ebca6b;
const MIX_SECOND = 0xc2b2ae35;
const MIX_PORT = 0x9e3779b1;
