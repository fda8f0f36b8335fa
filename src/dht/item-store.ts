/**
 * Items that others put here (BEP 44): immutable ones under the SHA-1 of their value, mutable ones under that of their
 * key and salt. Values are kept and handed out as the bytes that came: decoding and encoding again would break
 * hashes and signatures. Items expire two hours after they were last put. Who may put is decided elsewhere.
 */
import { equalBytes, latin1Text } from "../core/bytes.ts";
import { compareDistance } from "../core/distance.ts";
import type { Random } from "../core/ports.ts";

/** BEP 44, "Expiration"; publishers put anew every hour. */
export const ITEM_LIFETIME_MS: number = 2 * 3_600_000;
/** libtorrent keeps 700; at 1,100 bytes each about a megabyte. */
export const MAX_ITEMS = 1_000;
/** Items looked at when one has to give way. */
const EVICTION_SAMPLE = 8;

/** What makes an item mutable. */
export interface ItemSignature {
  readonly publicKey: Uint8Array;
  readonly seq: number;
  readonly signature: Uint8Array;
}

export interface StoredItem {
  /** SHA-1 that the item is found under. */
  readonly target: Uint8Array;
  /** Bencoded, as it came. */
  readonly value: Uint8Array;
  /** Undefined for immutable items. */
  readonly signed: ItemSignature | undefined;
}

/** `cas-mismatch` and `outdated` are the errors 301 and 302. */
export type PutOutcome = "stored" | "cas-mismatch" | "outdated";

export class ItemStore {
  readonly #random: Random;
  readonly #entries = new Map<string, Entry>();
  /** The same entries in no order, to pick from at random. */
  readonly #list: Entry[] = [];

  constructor(random: Random) {
    this.#random = random;
  }

  get size(): number {
    return this.#list.length;
  }

  find(target: Uint8Array, nowMs: number): StoredItem | undefined {
    const entry = this.#entries.get(latin1Text(target));
    return entry === undefined || nowMs >= entry.expiresAtMs ? undefined : entry.item;
  }

  /**
   * Stores `item`, or prolongs it if it is the same. A mutable item gives way to one with a greater number only;
   * where `cas` is given, only if it has that number now.
   */
  put(item: StoredItem, cas: number | undefined, localId: Uint8Array, nowMs: number): PutOutcome {
    const old = this.find(item.target, nowMs);
    if (old?.signed !== undefined && item.signed !== undefined) {
      if (cas !== undefined && cas !== old.signed.seq) return "cas-mismatch";
      if (item.signed.seq < old.signed.seq) return "outdated";
      if (item.signed.seq === old.signed.seq && !equalBytes(item.value, old.value)) return "outdated";
    }
    const key = latin1Text(item.target);
    const expiresAtMs = nowMs + ITEM_LIFETIME_MS;
    const entry = this.#entries.get(key);
    if (entry !== undefined) {
      entry.item = item;
      entry.expiresAtMs = expiresAtMs;
      return "stored";
    }
    if (this.#list.length >= MAX_ITEMS) this.#evict(localId);
    const added = { key, item, expiresAtMs, index: this.#list.length };
    this.#list.push(added);
    this.#entries.set(key, added);
    return "stored";
  }

  /** Forgets what has expired. To be called now and then. */
  sweep(nowMs: number): void {
    for (let i = this.#list.length - 1; i >= 0; i--) {
      const entry = this.#list[i] as Entry;
      if (nowMs >= entry.expiresAtMs) this.#drop(entry);
    }
  }

  /** Of a few items picked at random, the one farthest from us goes: others are nearer to it. */
  #evict(localId: Uint8Array): void {
    let victim: Entry | undefined;
    for (let i = 0; i < EVICTION_SAMPLE; i++) {
      const candidate = this.#list[this.#random.integer(this.#list.length)] as Entry;
      if (victim === undefined || compareDistance(localId, candidate.item.target, victim.item.target) > 0)
        victim = candidate;
    }
    if (victim !== undefined) this.#drop(victim);
  }

  #drop(entry: Entry): void {
    this.#entries.delete(entry.key);
    const last = this.#list.pop();
    if (last === undefined || last === entry) return;
    this.#list[entry.index] = last;
    last.index = entry.index;
  }
}

interface Entry {
  readonly key: string;
  item: StoredItem;
  expiresAtMs: number;
  /** Position in the list. */
  index: number;
}
