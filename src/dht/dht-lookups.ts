/** What callers of lookups and announces hand in and get back. */
import type { Endpoint } from "../core/endpoint.ts";
import type { InfoHash, NodeId } from "../core/ids.ts";
import type { ItemSignature, StoredItem } from "./item-store.ts";

/** A node that answered a lookup. */
export interface FoundNode {
  readonly id: NodeId;
  readonly endpoint: Endpoint;
  readonly rttMs: number;
}

/** One contacted node, for traces: sent when it answered, stalled or was given up. */
export interface LookupStep {
  readonly endpoint: Endpoint;
  readonly id: NodeId | undefined;
  /** 1 for contacts from our table, one more for each node that had to name the next. */
  readonly hop: number;
  readonly outcome: "answered" | "stalled" | "timed-out";
  readonly rttMs: number | undefined;
  /** Bits that the node's id shares with the target. */
  readonly sharedBits: number | undefined;
  readonly peers: number;
  readonly nodes: number;
}

/**
 * `complete`: the k closest live nodes have answered. `limit`: ended by the bound on queries or time.
 * `no-contacts`: nobody could be asked, or nobody answered. `cancelled`: by its owner.
 */
export type LookupOutcome = "complete" | "limit" | "no-contacts" | "cancelled";

export interface LookupResult {
  readonly outcome: LookupOutcome;
  /** Nearest first: the nodes that answered, at most k a family. */
  readonly closest: readonly FoundNode[];
  readonly asked: number;
  readonly answered: number;
  readonly timedOut: number;
  /** Hops of the longest chain of contacts that ended in the closest set. */
  readonly hops: number;
  /** Distinct peers found; 0 for find_node. */
  readonly peersFound: number;
  readonly elapsedMs: number;
  readonly firstPeersMs: number | undefined;
}

/** Nothing is called from within the call that hands these in (Law 4). */
export interface LookupHandlers {
  readonly onStep?: ((step: LookupStep) => void) | undefined;
  /** Last call of all. */
  readonly onEnd?: ((result: LookupResult) => void) | undefined;
}

export interface PeersHandlers extends LookupHandlers {
  /** Peers not reported before; `from` is undefined for those that other nodes announced to us. */
  readonly onPeers?: ((peers: readonly Endpoint[], from: Endpoint | undefined) => void) | undefined;
}

export interface PeersLookupOptions extends PeersHandlers {
  /** BEP 33: ask for peers that are not complete. */
  readonly noSeeds?: boolean | undefined;
}

/** A node that another one named: nobody has checked that it is there. */
export interface NamedNode {
  readonly id: NodeId;
  readonly endpoint: Endpoint;
}

export type SampleResult =
  | {
      readonly ok: true;
      readonly id: NodeId;
      /** A subset of what the node stores; undefined where it does not know BEP 51. */
      readonly samples: readonly InfoHash[] | undefined;
      /** Info-hashes that the node says it stores. */
      readonly total: number;
      /** The node shall not be asked again for so long. */
      readonly intervalSeconds: number;
      /** Those near the target that may be contacted. */
      readonly nodes: readonly NamedNode[];
    }
  | { readonly ok: false; readonly reason: "timeout" | "unreachable" | "error" | "refused" };

/** What a get of BEP 44 found; the item is verified, and the newest of those that came. */
export interface ItemGetResult {
  /** How the search for the closest nodes ended. */
  readonly outcome: LookupOutcome;
  readonly item: StoredItem | undefined;
  /** Nodes that hold the item, or said to hold one of its number. */
  readonly copies: number;
  readonly asked: number;
  readonly answered: number;
}

export interface ItemPutResult {
  /** What was there before. */
  readonly found: ItemGetResult;
  readonly storedOn: number;
  /** Nodes that refused, by error code of BEP 44; 301 and 302 mean that somebody else was faster. */
  readonly refusals: ReadonlyMap<number, number>;
}

/** An item to put (BEP 44): immutable unless it is signed. */
export interface NewItem {
  /** Bencoded, keys sorted, at most 1,000 bytes. */
  readonly value: Uint8Array;
  readonly signed?: ItemSignature | undefined;
  /** At most 64 bytes; part of what is signed. */
  readonly salt?: Uint8Array | undefined;
  /** Put only where the item has this number now, or is not there. */
  readonly cas?: number | undefined;
}

export interface ScrapeOptions {
  readonly onStep?: LookupHandlers["onStep"];
  /** Called once, unless the node is closed meanwhile. */
  readonly onEnd: (result: ScrapeResult) => void;
}

/** The size of a swarm (BEP 33): estimates of distinct addresses, from what the closest nodes store. */
export interface ScrapeResult {
  /** How the search for the closest nodes ended. */
  readonly outcome: LookupOutcome;
  readonly seeds: number;
  /** Peers that are not seeds. */
  readonly peers: number;
  /** Closest nodes asked, those that answered, and those among them that gave filters. */
  readonly asked: number;
  readonly answered: number;
  readonly withFilters: number;
}

export interface LookupHandle {
  /** Ends the lookup; `onEnd` follows with `cancelled`. */
  cancel(): void;
}

export interface AnnounceOptions {
  /** TCP (and uTP) port that peers shall dial. */
  readonly port: number;
  /** BEP 5: let storing nodes take the UDP source port instead, for uTP behind NATs. Default false. */
  readonly impliedPort?: boolean | undefined;
  /** BEP 33: we have the whole torrent. */
  readonly isSeed?: boolean | undefined;
  readonly onPeers?: PeersHandlers["onPeers"];
  readonly onStep?: LookupHandlers["onStep"];
  /** After each round. */
  readonly onEnd?: ((result: AnnounceResult) => void) | undefined;
}

export interface AnnounceResult {
  readonly lookup: LookupResult;
  /** Nodes that acknowledged our announce. */
  readonly storedOn: number;
  readonly refused: number;
}

export interface AnnounceHandle {
  /** No further rounds; other nodes forget us within 45 minutes. */
  stop(): void;
  /** Starts the next round now unless one is running. */
  refresh(): void;
}

export type PingResult =
  | {
      readonly ok: true;
      readonly id: NodeId;
      readonly rttMs: number;
      /** The `v` key: untrusted bytes. */
      readonly version: Uint8Array | undefined;
      /** Where the node sees us (BEP 42); undefined where it does not say address and port. */
      readonly seenAs: Endpoint | undefined;
    }
  | { readonly ok: false; readonly reason: "timeout" | "unreachable" | "error" | "refused" };
