/** What the DHT screen draws: the key space, the ladder of buckets, the lookups that run, the traffic. */
import type { DhtDetails, DhtSnapshot, TorrentSnapshot } from "../../session/session-view.ts";
import { formatCount, formatDuration, formatRate, plural, shortHash } from "../format/quantities.ts";

export interface DhtDetailsModel {
  readonly estimate: string;
  readonly bad: string;
  readonly keyspace: KeyspaceModel;
  readonly buckets: readonly BucketRowModel[];
  readonly lookups: readonly LookupRowModel[];
  readonly waiting: string;
  /** How long lookups took lately; empty before the first. */
  readonly times: string;
  readonly traffic: string;
  readonly answers: string;
  readonly stored: string;
  readonly reach: string;
}

export interface KeyspaceModel {
  /** Contacts by slice, from id 00… to ff…. */
  readonly nodes: readonly number[];
  /** Slice of our own id. */
  readonly own: number;
  /** Slices in which torrents of ours lie. */
  readonly torrents: readonly number[];
}

export interface BucketRowModel {
  readonly depth: string;
  readonly share: string;
  readonly good: number;
  readonly doubtful: number;
  readonly bad: number;
  readonly free: number;
  readonly rtt: string;
  readonly lastHeard: string;
}

export interface LookupRowModel {
  readonly target: string;
  /** Name of the torrent that is looked for, or what the lookup is for. */
  readonly name: string;
  readonly figures: string;
  /** 0 to 1: how near to the target somebody has answered. */
  readonly nearness: number;
}

/** Null until the session has answered. */
export function buildDhtDetails(
  dht: DhtSnapshot,
  torrents: readonly TorrentSnapshot[],
): DhtDetailsModel | null {
  const { details } = dht;
  if (details === null) return null;
  const { estimatedNodes } = details;
  return {
    estimate: estimatedNodes === null ? "" : `of about ${formatCount(estimatedNodes)} in this network`,
    bad: formatCount(details.badNodes),
    keyspace: {
      nodes: details.keyspace,
      own: sliceOf(dht.nodeId, details.keyspace.length),
      torrents: [...new Set(torrents.map(({ id }) => sliceOf(id, details.keyspace.length)))],
    },
    buckets: details.buckets.map(bucketRow),
    lookups: details.lookups.map((lookup) => lookupRow(lookup, torrents)),
    waiting: details.waitingLookups === 0 ? "" : `${formatCount(details.waitingLookups)} wait for their turn`,
    times: timesText(details),
    traffic: `${formatRate(details.bytesInPerSecond)} in, ${formatRate(details.bytesOutPerSecond)} out`,
    answers: answersText(details),
    stored:
      `${plural(dht.storedPeers, "peer")} of ${plural(details.storedHashes, "torrent")} kept for others, ` +
      `${formatCount(details.announcedHashes)} of our own announced`,
    reach: reachText(details),
  };
}

function timesText({ lookupTimes: { lookups, firstPeersMs, wholeLookupMs } }: DhtDetails): string {
  if (wholeLookupMs === null) return "";
  const first = firstPeersMs === null ? "" : `first peers after ${firstPeersMs.p50} ms, `;
  return `last ${formatCount(lookups)}: ${first}done after ${wholeLookupMs.p50} ms, one in a hundred after ${wholeLookupMs.p99} ms`;
}

function answersText({ medianRttMs, timeouts, limitedIn }: DhtDetails): string {
  const rtt = medianRttMs === null ? "" : `round trip ${medianRttMs} ms, `;
  const limited =
    limitedIn === 0 ? "" : `, ${formatCount(limitedIn)} of others left unanswered by our limits`;
  return `${rtt}${formatCount(timeouts)} questions without answer since the start${limited}`;
}

function reachText({ queriesIn, readOnly }: DhtDetails): string {
  if (readOnly) return "read-only: others do not keep us in their tables";
  if (queriesIn === 0) return "nobody has asked us yet: the UDP port may be closed from outside";
  return `others ask us: ${formatCount(queriesIn)} questions since the start`;
}

/** Slice of the key space in which an id in hex lies. */
function sliceOf(idHex: string, slices: number): number {
  const head = Number.parseInt(idHex.slice(0, 2), 16);
  return Number.isNaN(head) ? -1 : Math.floor((head * slices) / 256);
}

const SHARE_WORDS = ["far half", "next quarter", "next eighth"] as const;
/** From this depth on a fraction is no longer a word that says anything. */
const DEEP_BITS = 20;

function bucketRow(
  { sharedBits, capacity, good, doubtful, bad, medianRttMs, lastHeardSeconds }: DhtDetails["buckets"][number],
  index: number,
  all: DhtDetails["buckets"],
): BucketRowModel {
  const isLast = index === all.length - 1 && index > 0;
  const fraction =
    sharedBits < DEEP_BITS ? `1/${formatCount(2 ** (sharedBits + 1))}` : `1/2^${sharedBits + 1}`;
  return {
    depth: String(sharedBits),
    share: isLast ? "own neighbourhood" : (SHARE_WORDS[sharedBits] ?? fraction),
    good,
    doubtful,
    bad,
    free: Math.max(0, capacity - good - doubtful - bad),
    rtt: medianRttMs === null ? "" : `${medianRttMs} ms`,
    lastHeard: lastHeardSeconds === null ? "" : formatDuration(lastHeardSeconds),
  };
}

/** Nobody in a network of a million nodes stands nearer than about this many bits. */
export const NEAR_BITS = 20;

function lookupRow(
  {
    target,
    purpose,
    asked,
    answered,
    timedOut,
    peersFound,
    closestBits,
    elapsedSeconds,
  }: DhtDetails["lookups"][number],
  torrents: readonly TorrentSnapshot[],
): LookupRowModel {
  const name = torrents.find(({ id }) => id === target)?.name;
  const found = purpose === "get-peers" ? `, ${plural(peersFound, "peer")}` : "";
  return {
    target: shortHash(target, ".."),
    name: name ?? (purpose === "get-peers" ? "a torrent" : "nodes for the table"),
    figures: `asked ${asked}, ${answered} answered, ${timedOut} silent${found}, ${elapsedSeconds.toFixed(1)} s`,
    nearness: Math.min(1, closestBits / NEAR_BITS),
  };
}
