/**
 * Addresses that lookups asked in vain (mldht): other nodes go on naming the dead for a quarter of an hour, and every
 * lookup that passes there would ask them again. One more failure adds one, an answer halves; an entry counts for
 * five minutes per failure. A fixed table in which the newest takes the place: forgetting costs one query.
 */
import type { Endpoint } from "../core/endpoint.ts";
import { addressBits } from "./compact-address.ts";

const PLACES = 512;
const LIFETIME_PER_FAILURE_MS = 5 * 60_000;
const MAX_FAILURES = 12;

export class UnreachableCache {
  /** Made at the first failure. */
  #places: Places | undefined;

  has(address: Endpoint, nowMs: number): boolean {
    const places = this.#places;
    if (places === undefined) return false;
    const key = keyOf(address);
    const place = placeOf(key);
    const isThere = places.keys[place] === key && (places.failures[place] as number) > 0;
    return isThere && nowMs < (places.untilMs[place] as number);
  }

  failed(address: Endpoint, nowMs: number): void {
    this.#places ??= new Places();
    const { keys, failures, untilMs } = this.#places;
    const key = keyOf(address);
    const place = placeOf(key);
    const before = keys[place] === key ? (failures[place] as number) : 0;
    const count = Math.min(MAX_FAILURES, before + 1);
    keys[place] = key;
    failures[place] = count;
    untilMs[place] = nowMs + count * LIFETIME_PER_FAILURE_MS;
  }

  answered(address: Endpoint): void {
    const places = this.#places;
    if (places === undefined) return;
    const key = keyOf(address);
    const place = placeOf(key);
    if (places.keys[place] === key) places.failures[place] = (places.failures[place] as number) >> 1;
  }
}

class Places {
  readonly keys: Int32Array = new Int32Array(PLACES);
  readonly failures: Uint8Array = new Uint8Array(PLACES);
  readonly untilMs: Float64Array = new Float64Array(PLACES);
}

/** 32 bits that tell addresses and ports apart, but for one pair in four billion. */
function keyOf(address: Endpoint): number {
  return Math.imul(addressBits(address), MIX) ^ address.port;
}

function placeOf(key: number): number {
  return (Math.imul(key, MIX) >>> 16) & (PLACES - 1);
}

/** An odd constant with well spread bits. */
const MIX = 0x9e3779b1;
