/** An immutable picture of a node for dashboards and reports. Plain data; unknown is null. */

export type DhtState = "idle" | "bootstrapping" | "joining" | "joined" | "lost" | "closed";

export interface DhtBucketView {
  /** Bits that the contacts of this bucket share with our id. */
  readonly sharedBits: number;
  readonly contacts: number;
  readonly capacity: number;
  readonly replacements: number;
}

export interface DhtFamilyView {
  /** Forty lower-case hex digits. */
  readonly nodeId: string;
  /** Answered in the last 15 minutes, or answered once and asked us in that time (BEP 5). */
  readonly goodContacts: number;
  readonly doubtfulContacts: number;
  /** Failed to answer at least once since their last answer. */
  readonly badContacts: number;
  readonly replacements: number;
  /** Non-empty buckets, farthest first. */
  readonly buckets: readonly DhtBucketView[];
  /** What enough others say our address is; null before they agree. */
  readonly externalHost: string | null;
  /** Whether our id fits that address (BEP 42); null while the address is unknown or exempt. */
  readonly idFitsAddress: boolean | null;
  readonly storedHashes: number;
  readonly storedPeers: number;
  /** Nodes in the network by the density around us; null before the first lookup that ended. */
  readonly estimatedNodes: number | null;
}

export interface DhtLookupView {
  readonly targetHex: string;
  readonly purpose: "find-node" | "get-peers";
  readonly elapsedMs: number;
  readonly asked: number;
  readonly answered: number;
  readonly timedOut: number;
  readonly inFlight: number;
  readonly hops: number;
  readonly peersFound: number;
  /** Bits that the closest contact which answered shares with the target. */
  readonly closestBits: number;
}

export interface DhtTraffic {
  readonly queriesIn: number;
  readonly queriesOut: number;
  readonly repliesIn: number;
  readonly repliesOut: number;
  readonly errorsIn: number;
  readonly errorsOut: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
  /** Queries of ours that no reply came to in time. */
  readonly timeouts: number;
  /** Datagrams that were no KRPC message. */
  readonly malformedIn: number;
  /** Replies that no query of ours waits for: late, spoofed, or from another address. */
  readonly unmatchedIn: number;
  /** Queries left unanswered by a limit. */
  readonly limitedIn: number;
}

export interface DhtView {
  readonly state: DhtState;
  /** Id of the IPv4 family, or of the only one; forty lower-case hex digits. */
  readonly nodeId: string;
  readonly v4: DhtFamilyView | null;
  readonly v6: DhtFamilyView | null;
  readonly readOnly: boolean;
  /** Averages over the last seconds. */
  readonly queriesInPerSecond: number;
  readonly queriesOutPerSecond: number;
  readonly bytesInPerSecond: number;
  readonly bytesOutPerSecond: number;
  readonly totals: DhtTraffic;
  /** Of the last 100 queries that were answered or given up; null before the first. */
  readonly answeredRatio: number | null;
  readonly medianRttMs: number | null;
  readonly outstandingQueries: number;
  readonly activeLookups: number;
  readonly waitingLookups: number;
  readonly announcedHashes: number;
  readonly lookups: readonly DhtLookupView[];
}
