/**
 * A node of the mainline DHT (BEP 5, 32, 42, 43), both sides, as a synchronous engine: datagrams and calls in,
 * datagrams and events out, time and randomness injected.
 */
import type { Endpoint } from "../core/endpoint.ts";
import type { InfoHash, NodeId } from "../core/ids.ts";
import type { Clock, DatagramSocket, Random } from "../core/ports.ts";
import type { DhtConfig } from "./dht-config.ts";
import type { DhtEvent } from "./dht-events.ts";
import type {
  AnnounceHandle,
  AnnounceOptions,
  LookupHandle,
  LookupHandlers,
  PeersLookupOptions,
  PingResult,
} from "./dht-lookups.ts";
import type { DhtView } from "./dht-view.ts";

export interface DhtNodeOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly config: DhtConfig;
  /** At least one. The owner routes their datagrams here: `handleDatagram`, `handleUnreachable`. */
  readonly sockets: { readonly v4?: DatagramSocket | undefined; readonly v6?: DatagramSocket | undefined };
  readonly onEvent: (event: DhtEvent) => void;
  /** What `exportState` gave an earlier node. Unreadable bytes are a warning, never an error. */
  readonly saved?: Uint8Array | undefined;
}

export class DhtNode {
  constructor(_options: DhtNodeOptions) {}

  /** Begins maintenance and asks the saved contacts. Answers queries even before. */
  start(): void {}

  /** A datagram that begins with `d`. Valid only during the call. Never throws on input. */
  handleDatagram(_payload: Uint8Array, _from: Endpoint): void {}

  /** The network said that `to` cannot be reached: queries to it fail at once. */
  handleUnreachable(_to: Endpoint): void {}

  /** Asks these nodes for our neighbourhood; addresses are resolved by the caller. May be called again, or with nothing. */
  bootstrap(_endpoints: readonly Endpoint[]): void {}

  /** The machine woke up or its network changed: contacts are asked anew, announces repeated within a minute. */
  networkChanged(): void {}

  /** Finds peers of `infoHash` and streams them (get_peers). */
  lookupPeers(_infoHash: InfoHash, _options: PeersLookupOptions): LookupHandle {
    throw new Error("not built yet");
  }

  /** Finds the nodes closest to `target` (find_node). */
  findNode(_target: NodeId | InfoHash, _handlers: LookupHandlers): LookupHandle {
    throw new Error("not built yet");
  }

  /** A lookup, then announce_peer to the closest nodes that gave a token; again every 15 minutes until stopped. */
  announce(_infoHash: InfoHash, _options: AnnounceOptions): AnnounceHandle {
    throw new Error("not built yet");
  }

  ping(_endpoint: Endpoint, _onResult: (result: PingResult) => void): void {
    throw new Error("not built yet");
  }

  view(): DhtView {
    throw new Error("not built yet");
  }

  /** Ids and contacts as bencoded bytes for the next start; holds no path and no key. */
  exportState(): Uint8Array {
    throw new Error("not built yet");
  }

  /** Ends lookups and timers. The sockets stay open: they are the owner's. */
  close(): void {}
}
