/**
 * How many queries one party may ask in a window of ten seconds, and how long it is ignored when it asks more; or how
 * many bytes it may be sent beyond what an answer may normally cost. A
 * party is an IPv4 address or an IPv6 /64 in the profile `public`, an address with its port elsewhere. Used both
 * ways: against floods (threats D3), and to stay below the same limits of others (libtorrent ignores an address
 * for five minutes after 50 packets in ten seconds).
 *
 * The table is of fixed size: a set of four places per hash, the hash keyed so that nobody can aim at a set. Where
 * all four are taken, the quietest gives way, and one that is silenced only to nothing: a flood from a million
 * forged addresses forgets counts, never a verdict.
 */
import type { AddressProfile } from "../core/address-profile.ts";
import { addressBytes, type Endpoint } from "../core/endpoint.ts";
import type { Random } from "../core/ports.ts";
import { ipv4Bits, readInt32 } from "./compact-address.ts";

const WINDOW_MS = 10_000;
const WAYS = 4;

export interface QueryLimits {
  /** Queries, or what else is counted; below 65,536. */
  readonly maxPerWindow: number;
  /** From the first query too many; 0 ends with the window. */
  readonly silenceMs: number;
  /** Places for parties, 28 bytes each: a power of two, at least 4. */
  readonly maxParties: number;
}

/** Threats D3: 50 in ten seconds, then five minutes of silence; 4,096 parties remembered. */
const FROM_STRANGERS: QueryLimits = { maxPerWindow: 50, silenceMs: 5 * 60_000, maxParties: 4_096 };
/** In a network of our own, nodes with a thousand torrents ask that much, and banning them would feed on itself. */
const FROM_NEIGHBOURS: QueryLimits = { maxPerWindow: 5_000, silenceMs: 0, maxParties: 4_096 };
/** Our replies count at the other side, too: that leaves room for ten. */
const TO_STRANGERS: QueryLimits = { maxPerWindow: 40, silenceMs: 0, maxParties: 128 };
const TO_NEIGHBOURS: QueryLimits = { maxPerWindow: 400, silenceMs: 0, maxParties: 128 };

/** Threats D2: what filters, items and samples may cost one address that proved nothing, in bytes. */
export const LARGE_ANSWERS: QueryLimits = { maxPerWindow: 8_000, silenceMs: 0, maxParties: 1_024 };

export function limitsOfAskers(profile: AddressProfile): QueryLimits {
  return profile === "public" ? FROM_STRANGERS : FROM_NEIGHBOURS;
}

export function limitsOfOurQueries(profile: AddressProfile): QueryLimits {
  return profile === "public" ? TO_STRANGERS : TO_NEIGHBOURS;
}

export class QueryLimiter {
  readonly #limits: QueryLimits;
  readonly #byPort: boolean;
  readonly #seed: number;
  /** The party: 64 bits of address (IPv4: bits and port, or 0), in two halves. */
  readonly #first: Int32Array;
  readonly #second: Int32Array;
  readonly #counts: Uint16Array;
  readonly #windowStartsMs: Float64Array;
  readonly #silentUntilMs: Float64Array;

  constructor(limits: QueryLimits, profile: AddressProfile, random: Random) {
    const { maxParties } = limits;
    this.#limits = limits;
    this.#byPort = profile !== "public";
    this.#seed = readInt32(random.bytes(4), 0);
    this.#first = new Int32Array(maxParties);
    this.#second = new Int32Array(maxParties);
    this.#counts = new Uint16Array(maxParties);
    this.#windowStartsMs = new Float64Array(maxParties).fill(Number.NEGATIVE_INFINITY);
    this.#silentUntilMs = new Float64Array(maxParties).fill(Number.NEGATIVE_INFINITY);
  }

  /** Counts a query of `party`, or to it, or `weight` of what is counted, and says whether it is within the limits. O(1). */
  admits(party: Endpoint, nowMs: number, weight = 1): boolean {
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
    const count = this.#counts[place] as number;
    if (count + weight > this.#limits.maxPerWindow) {
      this.#silentUntilMs[place] = nowMs + this.#limits.silenceMs;
      return false;
    }
    this.#counts[place] = count + weight;
    return true;
  }

  /** The place of a party, taken from the quietest of its set when it is new. */
  #placeOf(first: number, second: number, nowMs: number): number {
    const set = (this.#hash(first, second) & (this.#limits.maxParties / WAYS - 1)) * WAYS;
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
    if (silentForMs > 0) return this.#limits.maxPerWindow + silentForMs;
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
