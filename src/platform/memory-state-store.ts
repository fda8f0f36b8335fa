/** State that lasts as long as the platform: for sessions without a state folder. */
import type { StateStore } from "../session/session-ports.ts";

export class MemoryStateStore implements StateStore {
  readonly #records = new Map<string, Uint8Array>();

  load(name: string): Promise<Uint8Array | undefined> {
    return Promise.resolve(this.#records.get(name)?.slice());
  }

  save(name: string, bytes: Uint8Array): Promise<void> {
    this.#records.set(name, bytes.slice());
    return Promise.resolve();
  }

  remove(name: string): Promise<void> {
    this.#records.delete(name);
    return Promise.resolve();
  }

  list(prefix: string): Promise<readonly string[]> {
    return Promise.resolve([...this.#records.keys()].filter((name) => name.startsWith(prefix)).sort());
  }
}
