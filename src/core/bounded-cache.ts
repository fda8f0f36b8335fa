/** The one door to `lru-cache`: every bounded cache in Starling is built here (Law 6). Expiry is the owner's business. */
import { LRUCache } from "lru-cache";

/**
 * A Map of at most `maxEntries`, evicting the least recently used. `get` counts as use, `peek` does not. It takes memory for all
 * entries with the first one: most of a thousand torrents never have one.
 */
export class BoundedCache<Key extends string | number, Value extends object | number | string> {
  readonly #create: () => LRUCache<Key, Value>;
  #cache: LRUCache<Key, Value> | undefined;

  constructor(maxEntries: number, onEvict?: (key: Key, value: Value) => void) {
    this.#create = () =>
      new LRUCache<Key, Value>({
        max: maxEntries,
        ...(onEvict === undefined
          ? {}
          : {
              dispose: (value: Value, key: Key, reason: string) => {
                if (reason === "evict") onEvict(key, value);
              },
            }),
      });
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
    this.#cache ??= this.#create();
    this.#cache.set(key, value);
  }

  delete(key: Key): boolean {
    return this.#cache?.delete(key) === true;
  }

  clear(): void {
    this.#cache?.clear();
  }

  /** Most recently used first. */
  entries(): IterableIterator<[Key, Value]> {
    const entries = this.#cache?.entries() ?? [][Symbol.iterator]();
    return entries as IterableIterator<[Key, Value]>;
  }
}
