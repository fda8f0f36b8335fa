/** The one door to `lru-cache`: every bounded cache in Starling is built here (Law 6). Expiry is the owner's business. */
import { LRUCache } from "lru-cache";

/** A Map of at most `maxEntries`, evicting the least recently used. `get` counts as use, `peek` does not. */
export class BoundedCache<Key extends string | number, Value extends object | number | string> {
  readonly #cache: LRUCache<Key, Value>;

  constructor(maxEntries: number, onEvict?: (key: Key, value: Value) => void) {
    this.#cache = new LRUCache<Key, Value>({
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
    return this.#cache.size;
  }

  get(key: Key): Value | undefined {
    return this.#cache.get(key);
  }

  peek(key: Key): Value | undefined {
    return this.#cache.peek(key);
  }

  has(key: Key): boolean {
    return this.#cache.has(key);
  }

  set(key: Key, value: Value): void {
    this.#cache.set(key, value);
  }

  delete(key: Key): boolean {
    return this.#cache.delete(key);
  }

  clear(): void {
    this.#cache.clear();
  }

  /** Most recently used first. */
  entries(): IterableIterator<[Key, Value]> {
    return this.#cache.entries() as IterableIterator<[Key, Value]>;
  }
}
