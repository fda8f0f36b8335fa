/** The one door to `lru-cache`: every bounded cache in Starling is built here (Law 6). Expiry is the owner's business. */
import { LRUCache } from "lru-cache";

/** An LRUCache takes memory for all that it may hold when it is made. Most here stay nearly empty, so they begin with this much, */
const FIRST_ENTRIES = 32;
/** and become so many times larger when they are full. */
const GROWTH = 4;

/**
 * A Map of at most `maxEntries`, evicting the least recently used. `get` counts as use, `peek` does not. Takes memory
 * as it fills, and none before the first entry: of a thousand torrents most never have one.
 */
export class BoundedCache<Key extends string | number, Value extends object | number | string> {
  readonly #maxEntries: number;
  readonly #onEvict: ((key: Key, value: Value) => void) | undefined;
  #cache: LRUCache<Key, Value> | undefined;

  constructor(maxEntries: number, onEvict?: (key: Key, value: Value) => void) {
    this.#maxEntries = maxEntries;
    this.#onEvict = onEvict;
  }

  get size(): number {
    return this.#cache?.size ?? 0;
  }

  get(key: Key): Value | undefined {
    return this.#cache?.get(key);
  }

  peek(key: Key): Value | undefined {
    return this.#cache?.peek(key);
  }

  has(key: Key): boolean {
    return this.#cache?.has(key) === true;
  }

  set(key: Key, value: Value): void {
    this.#cache ??= this.#create(Math.min(FIRST_ENTRIES, this.#maxEntries));
    if (this.#cache.size === this.#cache.max && this.#cache.max < this.#maxEntries && !this.#cache.has(key))
      this.#cache = this.#grown(this.#cache);
    this.#cache.set(key, value);
  }

  delete(key: Key): boolean {
    return this.#cache?.delete(key) === true;
  }

  clear(): void {
    this.#cache = undefined;
  }

  /** Most recently used first. */
  entries(): IterableIterator<[Key, Value]> {
    const entries = this.#cache?.entries() ?? [][Symbol.iterator]();
    return entries as IterableIterator<[Key, Value]>;
  }

  #grown(cache: LRUCache<Key, Value>): LRUCache<Key, Value> {
    const grown = this.#create(Math.min(GROWTH * cache.max, this.#maxEntries));
    for (const [key, value] of cache.rentries() as Iterable<[Key, Value]>) grown.set(key, value);
    return grown;
  }

  #create(max: number): LRUCache<Key, Value> {
    const onEvict = this.#onEvict;
    if (onEvict === undefined) return new LRUCache<Key, Value>({ max });
    return new LRUCache<Key, Value>({
      max,
      dispose: (value: Value, key: Key, reason: string) => {
        if (reason === "evict") onEvict(key, value);
      },
    });
  }
}
