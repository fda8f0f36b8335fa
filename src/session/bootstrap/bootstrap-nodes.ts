/**
 * Introduces the DHT node to its network (decision 14): resolves the configured names when the node asks for it,
 * hands over every address as soon as it is known, and remembers how each entry behaves, for the user to see.
 *
 * Per entry:  untried ──resolving──► unresolved (tried again when the node asks again)
 *                     └──────────► asked ──► answered | silent
 */
import { type Endpoint, formatEndpoint } from "../../core/endpoint.ts";
import { formatHostPort, type HostPort } from "../host-port.ts";
import type { DhtSnapshot } from "../session-view.ts";

export type BootstrapState = DhtSnapshot["bootstrap"][number]["state"];

export interface BootstrapNodesOptions {
  readonly entries: readonly HostPort[];
  readonly resolve: (host: string, port: number) => Promise<readonly Endpoint[]>;
  /** Asks these addresses; called once for each entry that resolved, and with nothing if there are no entries. */
  readonly ask: (addresses: readonly Endpoint[]) => void;
  readonly onChange: () => void;
}

interface Entry {
  readonly node: HostPort;
  addresses: readonly Endpoint[];
  isResolving: boolean;
  state: BootstrapState;
  /** Formatted addresses that stayed silent since they were last asked. */
  readonly silent: Set<string>;
}

export class BootstrapNodes {
  readonly #options: BootstrapNodesOptions;
  readonly #entries: readonly Entry[];
  #isClosed = false;

  constructor(options: BootstrapNodesOptions) {
    this.#options = options;
    this.#entries = options.entries.map((node) => ({
      node,
      addresses: [],
      isResolving: false,
      state: "untried",
      silent: new Set(),
    }));
  }

  /** Resolves and asks every entry; those whose names are being resolved are left to finish. */
  askAll(): void {
    if (this.#entries.length === 0) this.#options.ask([]);
    for (const entry of this.#entries) void this.#ask(entry);
  }

  handleAnswered(from: Endpoint): void {
    for (const entry of this.#entriesAt(from)) this.#setState(entry, "answered");
  }

  /** An entry is silent when all its addresses are and none has answered since it was asked. */
  handleSilent(address: Endpoint): void {
    for (const entry of this.#entriesAt(address)) {
      entry.silent.add(formatEndpoint(address));
      if (entry.state === "asked" && entry.silent.size >= entry.addresses.length)
        this.#setState(entry, "silent");
    }
  }

  view(): DhtSnapshot["bootstrap"] {
    return this.#entries.map(({ node, state }) => ({ address: formatHostPort(node), state }));
  }

  close(): void {
    this.#isClosed = true;
  }

  async #ask(entry: Entry): Promise<void> {
    if (entry.isResolving) return;
    entry.isResolving = true;
    const addresses = await this.#options.resolve(entry.node.host, entry.node.port);
    entry.isResolving = false;
    if (this.#isClosed) return;
    entry.addresses = addresses;
    entry.silent.clear();
    this.#setState(entry, addresses.length === 0 ? "unresolved" : "asked");
    if (addresses.length > 0) this.#options.ask(addresses);
  }

  #entriesAt(address: Endpoint): readonly Entry[] {
    const text = formatEndpoint(address);
    return this.#entries.filter((entry) => entry.addresses.some((known) => formatEndpoint(known) === text));
  }

  #setState(entry: Entry, state: BootstrapState): void {
    if (entry.state === state) return;
    entry.state = state;
    this.#options.onChange();
  }
}
