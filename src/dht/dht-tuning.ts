/**
 * How a node looks up and keeps its table: every algorithm that could be there or not, with the value that ships.
 * The simulator runs a network with and without each, so that its worth is a figure (docs/benchmarks.md), and runs
 * the parameters of other programs beside ours. Owners of a node leave all of it alone.
 */

export interface DhtTuning {
  /** Contacts in the farthest buckets, from the farthest; others hold k. Empty for BEP 5's table. */
  readonly farBucketWidths: readonly number[];
  /** Queries that a lookup keeps in flight before stalls add more. */
  readonly alpha: number;
  /** Count only what is in flight at the head of a lookup's list (libtorrent); else all of it (Kademlia). */
  readonly headOfList: boolean;
  /** Milliseconds after which a query stalls; undefined = from the round-trip times measured lately (mldht). */
  readonly stallMs: number | undefined;
}

export const SHIPPING: DhtTuning = {
  farBucketWidths: [],
  // libtorrent's branching factor; mldht 10, BEP 5 names none.
  alpha: 5,
  headOfList: true,
  stallMs: undefined,
};
