/** What a node has once per address family: BEP 32 keeps the IPv4 and the IPv6 network apart. */
import type { AddressFamily } from "../core/endpoint.ts";
import type { NodeId } from "../core/ids.ts";
import type { DatagramSocket, Random } from "../core/ports.ts";
import { AddressVotes } from "./address-votes.ts";
import { ClosestContacts } from "./closest-contacts.ts";
import type { DhtSettings } from "./dht-config.ts";
import { InfohashSample } from "./infohash-sample.ts";
import { ItemStore } from "./item-store.ts";
import type { KeyedIds } from "./keyed-ids.ts";
import { LostContacts } from "./lost-contacts.ts";
import { PeerStore } from "./peer-store.ts";
import { RoutingTable } from "./routing-table.ts";
import { nodesByDensity, SizeEstimate } from "./size-estimate.ts";

export class DhtFamily {
  readonly family: AddressFamily;
  readonly socket: DatagramSocket;
  readonly table: RoutingTable;
  readonly store: PeerStore;
  readonly items: ItemStore;
  readonly sample: InfohashSample;
  readonly votes: AddressVotes;
  readonly size: SizeEstimate = new SizeEstimate();
  readonly lost: LostContacts = new LostContacts();
  readonly #k: number;

  constructor(
    socket: DatagramSocket,
    localNodeId: NodeId,
    ids: KeyedIds,
    settings: DhtSettings,
    random: Random,
  ) {
    const { family } = socket.local;
    const { addressProfile, k, tuning, maxStoredHashes, maxStoredPeers } = settings;
    this.family = family;
    this.#k = k;
    this.socket = socket;
    this.table = new RoutingTable({ localNodeId, ids, family, addressProfile, k, tuning });
    this.store = new PeerStore({
      family,
      limitsByAddress: addressProfile === "public",
      maxHashes: maxStoredHashes,
      maxPeers: maxStoredPeers,
      random,
    });
    this.items = new ItemStore(random);
    this.sample = new InfohashSample(this.store, random);
    this.votes = new AddressVotes(addressProfile);
  }

  /**
   * Nodes of the network at most, as far as we can tell: what lookups found, or how dense our own neighbourhood is, which
   * the table keeps up with. Undefined while it does not hold a whole closest set.
   */
  networkSize(): number | undefined {
    const { table, size } = this;
    NEIGHBOURS.begin(table.localNodeId, 0, this.#k, 0);
    table.closest(NEIGHBOURS, table.localNodeId, 0);
    if (NEIGHBOURS.count < this.#k) return undefined;
    const ids = NEIGHBOURS.contacts.slice(0, NEIGHBOURS.count).map((contact) => contact.id);
    return Math.max(size.nodes ?? 0, nodesByDensity(table.localNodeId, ids) ?? 0);
  }

  /** Our own address, as far as we know it: what others agree on, else what the socket is bound to. */
  ownHost(): string | undefined {
    const bound = this.socket.local.host;
    return this.votes.host ?? (bound === "0.0.0.0" || bound === "::" ? undefined : bound);
  }
}

/** Scratch space of `networkSize`: synchronous, so one for all is enough. */
const NEIGHBOURS = new ClosestContacts();
