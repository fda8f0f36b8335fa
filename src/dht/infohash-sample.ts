/**
 * The subset of our stored info-hashes that we show to whoever asks for samples (BEP 51). It stays the same for the
 * interval that we announce, so that asking more often teaches nothing; a store that fits into one answer is shown
 * as it is.
 */
import { ID_BYTES } from "../core/ids.ts";
import type { Random } from "../core/ports.ts";
import type { PeerStore } from "./peer-store.ts";

/** What libtorrent and mldht show: 400 bytes leave room for nodes in any answer. */
export const MAX_SAMPLES = 20;
/** BEP 51 allows 0 to 6 hours; libtorrent's default is 6 hours as well. */
export const MAX_INTERVAL_SECONDS = 21_600;
/** Where we show everything: peers announce every 15 minutes, hashes come and go at that pace. */
const WHOLE_STORE_INTERVAL_SECONDS = 900;

export class InfohashSample {
  readonly #store: PeerStore;
  readonly #random: Random;
  #hashes: Uint8Array = new Uint8Array(0);
  #expiresAtMs = Number.NEGATIVE_INFINITY;

  constructor(store: PeerStore, random: Random) {
    this.#store = store;
    this.#random = random;
  }

  /** Info-hashes in storage. */
  get total(): number {
    return this.#store.hashes;
  }

  get intervalSeconds(): number {
    return this.total > MAX_SAMPLES ? MAX_INTERVAL_SECONDS : WHOLE_STORE_INTERVAL_SECONDS;
  }

  /** The sample as it goes over the wire: 20 bytes each, at most MAX_SAMPLES; owned by this object. */
  hashesAt(nowMs: number): Uint8Array {
    const isSubset = this.total > MAX_SAMPLES;
    if (!isSubset) this.#expiresAtMs = Number.NEGATIVE_INFINITY;
    if (isSubset && nowMs < this.#expiresAtMs) return this.#hashes;
    if (isSubset) this.#expiresAtMs = nowMs + 1_000 * MAX_INTERVAL_SECONDS;
    this.#hashes = this.#pick();
    return this.#hashes;
  }

  /** Distinct hashes by chance: the beginning of a shuffle. Once in six hours, or of twenty at most. */
  #pick(): Uint8Array {
    const { total } = this;
    const indexes = Array.from({ length: total }, (_, i) => i);
    const count = Math.min(total, MAX_SAMPLES);
    const hashes = new Uint8Array(count * ID_BYTES);
    for (let i = 0; i < count; i++) {
      const from = i + this.#random.integer(total - i);
      const picked = indexes[from] as number;
      indexes[from] = indexes[i] as number;
      hashes.set(this.#store.infoHashAt(picked), i * ID_BYTES);
    }
    return hashes;
  }
}
