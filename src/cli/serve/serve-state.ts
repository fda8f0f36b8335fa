/**
 * What a node that serves a private network knows, for its next start: id and contacts, in the network's own folder. One record for
 * each address, so that several nodes on one machine do not take each other's id.
 */
import type { DhtNode } from "../../dht/index.ts";
import { FileStateStore, profileOfNetwork, profilePaths, starlingPaths } from "../../platform/index.ts";
import type { NetworkOptions } from "../arguments/network-options.ts";

/** An unclean end costs a few minutes of contacts, as in a session. */
const SAVE_INTERVAL_MS = 5 * 60_000;

export class ServeState {
  /** Of the former node; undefined where there was none. */
  readonly saved: Uint8Array | undefined;
  readonly #store: FileStateStore;
  readonly #record: string;

  private constructor(store: FileStateStore, record: string, saved: Uint8Array | undefined) {
    this.#store = store;
    this.#record = record;
    this.saved = saved;
  }

  /** Undefined without a private network, and for a port that is another one each time. */
  static async open({ privateNetwork, host, port }: NetworkOptions): Promise<ServeState | undefined> {
    if (privateNetwork === undefined || port === 0) return undefined;
    const { serveFolder } = profilePaths(profileOfNetwork(privateNetwork.name), starlingPaths());
    const store = new FileStateStore(serveFolder);
    const record = `${privateNetwork.idHex}-${(host ?? "any").replaceAll(":", "_")}-${port}`;
    return new ServeState(store, record, await store.load(record).catch(() => undefined));
  }

  /** From now on, until the answer is disposed of. */
  saveRegularly(node: DhtNode, onFailure: (why: string) => void): Disposable {
    const timer = setInterval(
      () => void this.save(node).catch(() => onFailure("the contacts could not be saved")),
      SAVE_INTERVAL_MS,
    );
    return { [Symbol.dispose]: () => clearInterval(timer) };
  }

  /** A node that met nobody has nothing worth writing over what was saved before. Rejects with DISK_ERROR and its like. */
  async save(node: DhtNode): Promise<void> {
    const { v4, v6 } = node.view();
    if ((v4?.goodContacts ?? 0) + (v6?.goodContacts ?? 0) > 0)
      await this.#store.save(this.#record, node.exportState());
  }
}
