/** An immutable picture of a node for dashboards and reports. Plain data; unknown is null. */

export type DhtState = "idle" | "bootstrapping" | "joining" | "joined" | "lost" | "closed";

export interface DhtBucketView {
  /** Bits that the contacts of this bucket share with our id. */
  readonly sharedBits: number;
  readonly contacts: number;
  /** The contacts by liveness, as in `DhtFamilyView`. */
  readonly good: number;
  readonly doubtful: number;
  readonly bad: number;
  readonly capacity: number;
  readonly replacements: number;
  /** Of the round trips to its contacts; null before the first measured one. */
  readonly medianRttMs: number | null;
  /** How long ago one of them was heard of last; null if none ever was. */
  readonly lastHeardMs: number | null;
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
  /** Contacts in each of 64 equal slices of the key space, from id 00… to ff…. */
  readonly keyspace: readonly number[];
  /** What enough others say our address is; null before they agree. */
  readonly externalHost: string | null;
  /** Whether our id fits that address (BEP 42); null while the address is unknown or exempt, or where ids are keyed. */
  readonly idFitsAddress: boolean | null;
  readonly storedHashes: number;
  readonly storedPeers: number;
  /** Of a bootstrap node: nodes that it hands out to newcomers, and those that asked and wait to become one; else null. */
  readonly introductions: { readonly ready: number; readonly waiting: number } | null;
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
  /** From the start of the lookup; null before the first peer. */
  readonly firstPeersMs: number | null;
  /** Bits that the closest contact which answered shares with the target. */
  readonly closestBits: number;
}

/** A lookup that has ended. */
export interface DhtEndedLookupView {
  readonly targetHex: string;
  readonly purpose: "find-node" | "get-peers";
  readonly outcome: "complete" | "limit" | "no-contacts" | "cancelled";
  /** On the node's monotonic clock, as `nowMs` of the view. */
  readonly endedAtMs: number;
  readonly elapsedMs: number;
  readonly firstPeersMs: number | null;
  readonly asked: number;
  readonly answered: number;
  readonly hops: number;
  readonly peersFound: number;
}

export interface DhtDurations {
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
}

/** Of the lookups among the last hundred that found the closest nodes. */
export interface DhtLookupTimes {
  readonly lookups: number;
  readonly firstPeersMs: DhtDurations | null;
  readonly wholeLookupMs: DhtDurations | null;
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
  /** Messages of other networks, where the node is in a private one. */
  readonly foreignIn: number;
  /** Replies that no query of ours waits for: late, spoofed, or from another address. */
  readonly unmatchedIn: number;
  /** Queries left unanswered by a limit. */
  readonly limitedIn: number;
  /** Queries from hosts that we had not asked for minutes: they reached us by themselves. 0 where that is not watched. */
  readonly strangersIn: number;
}

export interface DhtView {
  /** When the picture was made, on the node's monotonic clock. */
  readonly nowMs: number;
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
  /** After so many milliseconds another node is asked beside the one that is silent. */
  readonly stallAfterMs: number;
  /** Share of queries to living nodes that remain without an answer. */
  readonly lossRatio: number;
  readonly outstandingQueries: number;
  readonly activeLookups: number;
  readonly waitingLookups: number;
  readonly announcedHashes: number;
  readonly lookups: readonly DhtLookupView[];
  /** The last twenty, newest first. */
  readonly endedLookups: readonly DhtEndedLookupView[];
  readonly lookupTimes: DhtLookupTimes;
}
