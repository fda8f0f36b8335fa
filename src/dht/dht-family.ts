/** What a node has once per address family: BEP 32 keeps the IPv4 and the IPv6 network apart. */
import type { AddressProfile } from "../core/address-profile.ts";
import type { AddressFamily } from "../core/endpoint.ts";
import type { DatagramSocket } from "../core/ports.ts";
import { AddressVotes } from "./address-votes.ts";
import type { PeerStore } from "./peer-store.ts";
import type { RoutingTable } from "./routing-table.ts";
import { SizeEstimate } from "./size-estimate.ts";

export class DhtFamily {
  readonly family: AddressFamily;
  readonly socket: DatagramSocket;
  readonly table: RoutingTable;
  readonly store: PeerStore;
  readonly votes: AddressVotes;
  readonly size: SizeEstimate = new SizeEstimate();

  constructor(socket: DatagramSocket, table: RoutingTable, store: PeerStore, profile: AddressProfile) {
    this.family = socket.local.family;
    this.socket = socket;
    this.table = table;
    this.store = store;
    this.votes = new AddressVotes(profile);
  }

  /** Our own address, as far as we know it: what others agree on, else what the socket is bound to. */
  ownHost(): string | undefined {
    const bound = this.socket.local.host;
    return this.votes.host ?? (bound === "0.0.0.0" || bound === "::" ? undefined : bound);
  }
}
