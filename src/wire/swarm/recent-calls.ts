/**
 * Whom we called lately, by host: a translator of theirs may show another port. One of ours lets these in over uTP, so that a connection which such a peer opens does not show
 * that we can be reached: both ends made the hole, on the word of a third (BEP 55) or because they called by chance at the same time.
 */
import { BoundedCache } from "../../core/bounded-cache.ts";
import type { Endpoint } from "../../core/endpoint.ts";

/** Translators forget UDP that is not answered sooner, and dials are given up before. */
const REMEMBERED_MS = 60_000;
/** Of 30 dials a second at most (threats D9), in that time. */
const MAX_CALLS = 2_048;

interface Call {
  readonly atMs: number;
  /** A third one said that the peer calls us too. */
  readonly isArranged: boolean;
}

export class RecentCalls {
  readonly #calls = new BoundedCache<string, Call>(MAX_CALLS);

  note(address: Endpoint, isArranged: boolean, nowMs: number): void {
    this.#calls.set(address.host, { atMs: nowMs, isArranged });
  }

  has(address: Endpoint, nowMs: number): boolean {
    return this.#at(address, nowMs) !== undefined;
  }

  hasArranged(address: Endpoint, nowMs: number): boolean {
    return this.#at(address, nowMs)?.isArranged === true;
  }

  #at(address: Endpoint, nowMs: number): Call | undefined {
    const call = this.#calls.peek(address.host);
    return call !== undefined && nowMs - call.atMs < REMEMBERED_MS ? call : undefined;
  }
}
