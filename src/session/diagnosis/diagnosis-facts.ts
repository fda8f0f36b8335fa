/**
 * What a diagnosis rests on: plain facts of one torrent and its surroundings at one moment, made by the session at
 * 1 Hz, by hand in tests. Unknown is undefined.
 */
import type { DhtSnapshot, ReachabilitySnapshot, TorrentFailure, TorrentPhase } from "../session-view.ts";

export interface DiagnosisFacts {
  readonly phase: TorrentPhase;
  readonly failure: TorrentFailure | undefined;
  readonly folder: string;
  /** The selection leaves nothing to download. */
  readonly wantsNothing: boolean;
  /** 0 to 1, while checking. */
  readonly checkedRatio: number;
  readonly ignoredWebSeeds: number;
  /** Bytes of what is wanted and not here; 0 before the metadata. */
  readonly missingBytes: number;
  readonly disk: DiskFacts;
  readonly net: NetFacts;
  readonly dht: DhtFacts;
  readonly lookups: LookupFacts;
  readonly peers: PeerFacts;
  readonly size: SwarmSizeFacts;
  /** Undefined once the metadata is here. */
  readonly metadata: MetadataFacts | undefined;
  readonly pieces: PieceFacts;
  readonly flow: FlowFacts;
}

export interface DiskFacts {
  /** Of the file system that holds the folder. */
  readonly freeBytes: number | undefined;
  /** Pieces of data given to share that are not what the torrent says; they are not fetched over it. */
  readonly damagedPieces: number;
}

export interface NetFacts {
  /** Some interface that peers could be reached through has an address. */
  readonly isUp: boolean;
  /** Some peer, of whatever torrent, is or was connected over TCP. */
  readonly hasTcp: boolean;
  /** Who can reach us. */
  readonly reach: Pick<ReachabilitySnapshot, "verdict" | "sentence">;
}

export interface DhtFacts {
  readonly enabled: boolean;
  readonly state: DhtSnapshot["state"];
  readonly goodNodes: number;
  /** Good and doubtful. */
  readonly knownNodes: number;
  readonly bootstrap: DhtSnapshot["bootstrap"];
  /** As in the snapshot; nothing for the DHT that everybody is in. */
  readonly network?: DhtSnapshot["network"];
  /** Queries sent and replies received, since the DHT was started. */
  readonly queriesOut: number;
  readonly repliesIn: number;
  /** Messages of another DHT network than ours that came since; 0 where we are in no private one. */
  readonly foreignIn: number;
  /** Since the DHT was started. */
  readonly runningMs: number;
}

export interface LookupFacts {
  readonly isActive: boolean;
  /** Lookups of this torrent that ended. */
  readonly finished: number;
  readonly nextInMs: number | undefined;
  /** All that the lookups found was our own address. */
  readonly foundOnlyUs: boolean;
}

export interface PeerFacts {
  /** Not connected, may be dialled now or later. */
  readonly candidates: number;
  /** Known too, but failed so often that they are left alone for an hour. */
  readonly resting: number;
  readonly connecting: number;
  readonly connected: number;
  readonly connectedSeeds: number;
  /** Dials that came to nothing, and of these the ones whose end is known. */
  readonly failedDials: number;
  readonly timedOutDials: number;
  readonly refusedDials: number;
  /** Connected, and then no handshake for this torrent. */
  readonly noHandshakeDials: number;
  /** Anybody ever connected to us, over all torrents. */
  readonly hasIncoming: boolean;
  /** Peers that want something of ours. */
  readonly interested: number;
}

/** How many peers there are besides us, by what the DHT stores (BEP 33); undefined before it was asked. */
export interface SwarmSizeFacts {
  readonly estimatedPeers: number | undefined;
  /** Of these, seeds. */
  readonly estimatedSeeds: number | undefined;
}

export interface MetadataFacts {
  /** 0 to 1. */
  readonly ratio: number;
  /** Since the ratio last grew, or since the first peer. */
  readonly idleMs: number;
  /** Complete file lists that did not fit the info-hash. */
  readonly rejected: number;
}

export interface PieceFacts {
  readonly total: number;
  /** Wanted and not here. */
  readonly missing: number;
  /** Of these, on no connected peer. */
  readonly unavailable: number;
  /** 0 to 1: wanted bytes that we have or a connected peer has. */
  readonly reachableRatio: number;
  /** Pieces that failed verification in the last ten minutes, and who was banned for it lately. */
  readonly recentlyBad: number;
  readonly recentlyBanned: readonly string[];
  /** A piece that so many peers failed to give that its hash must be wrong; undefined when there is none. */
  readonly unobtainable: number | undefined;
  /** Missing bytes that the same single peer has and nobody else, and what it gives; undefined when there are none. */
  readonly soleSource: { readonly bytes: number; readonly bytesPerSecond: number } | undefined;
  /** Distributed copies among connected peers, without us. */
  readonly copies: number;
}

/** Rates are means of about the last ten seconds. */
export interface FlowFacts {
  readonly downBytesPerSecond: number;
  readonly upBytesPerSecond: number;
  /** Of the last ten minutes; undefined before there are two of them. */
  readonly medianDownBytesPerSecond: number | undefined;
  /** Some payload came since the torrent was added. */
  readonly hasReceived: boolean;
  /** Since the last payload byte, or since the first peer. */
  readonly idleMs: number;
  /** Peers that have what we want, by what they do. */
  readonly sending: number;
  readonly choking: number;
  readonly snubbed: number;
  /** Peers whose disk memory we lack: our disk is slower than the network. */
  readonly waitingForDisk: number;
  /** The limit that holds transfers at present; undefined when none does. */
  readonly bindingLimit: { readonly direction: "down" | "up"; readonly bytesPerSecond: number } | undefined;
}
