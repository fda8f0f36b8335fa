/**
 * How a node looks up and keeps its table: every algorithm that could be there or not, with the value that ships.
 * The simulator runs a network with and without each, so that its worth is a figure (docs/benchmarks.md), and runs
 * the parameters of other programs beside ours. Owners of a node leave all of it alone.
 */

export interface DhtTuning {
  // The routing table.
  /** Contacts in the farthest buckets, from the farthest; others hold k. Empty for BEP 5's table. */
  readonly farBucketWidths: readonly number[];
  /** Spread the contacts of a bucket over its range (libtorrent). */
  readonly prefixSlots: boolean;
  /** Prefer ids that fit their address, then short round trips, among contacts of the same slot. */
  readonly prefersNear: boolean;
  /** Keep who answered but found no room, for when somebody fails. */
  readonly replacements: boolean;
  /** Ask one contact every few seconds, where it helps most; else refresh buckets every 15 minutes (BEP 5). */
  readonly steadyMaintenance: boolean;
  /** Let nodes that asked us wait until the way into their router has closed, before they are asked themselves. */
  readonly quarantine: boolean;

  // Lookups.
  /** Queries that a lookup keeps in flight before stalls add more. */
  readonly alpha: number;
  /** Count only what is in flight at the head of a lookup's list (libtorrent); else all of it (Kademlia). */
  readonly headOfList: boolean;
  /** Milliseconds after which a query stalls; 0 = from the round-trip times measured lately (mldht). */
  readonly stallMs: number;
  /** Ask the head of the list again, as often as the measured loss demands. */
  readonly resends: boolean;
  /** Remember who named whom, and believe nobody who named only nodes that do not answer (mldht). */
  readonly candidateSources: boolean;
  /** Leave out named nodes that lately did not answer (mldht). */
  readonly unreachableCache: boolean;
  /** Ask one node per address, and believe one answer per id. */
  readonly onePerParty: boolean;
  /** Look behind nodes that stand denser around a target than chance puts them (threats DH08). */
  readonly crowdDoubt: boolean;
  /** Ask for what the dead at the head of the list hide. */
  readonly looksBehind: boolean;
  /** End when so many of the closest nodes that were heard of have been asked, dead or alive (k-rpc); 0 = never. */
  readonly closestKnown: number;

  // Announces and what goes out.
  /** Begin a lookup at the nodes where the last one for the same target ended (mldht). */
  readonly announceCache: boolean;
  /** Announces are repeated up to this share earlier or later. */
  readonly announceJitter: number;
  /** New addresses that may be asked a minute: routers remember each for minutes (threats PR15); 0 = any number. */
  readonly newFlowsPerMinute: number;
}

export const SHIPPING: DhtTuning = {
  // libtorrent's and pymdht's.
  farBucketWidths: [128, 64, 32, 16],
  prefixSlots: true,
  prefersNear: true,
  replacements: true,
  steadyMaintenance: true,
  quarantine: true,
  // libtorrent's branching factor; mldht 10, BEP 5 names none.
  alpha: 5,
  headOfList: true,
  stallMs: 0,
  resends: true,
  candidateSources: true,
  unreachableCache: true,
  onePerParty: true,
  crowdDoubt: true,
  looksBehind: true,
  closestKnown: 0,
  announceCache: true,
  announceJitter: 0.1,
  // Routers keep a UDP flow for one to three minutes and the small ones a thousand flows (anacrolix/dht#24).
  newFlowsPerMinute: 300,
};
