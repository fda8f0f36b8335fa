/**
 * What the wire shows of itself: plain facts for snapshots, made on demand and cheap enough for four times a
 * second. Unknown is `undefined`; rates are payload bytes per second over the last seconds.
 */
import type { Endpoint } from "../core/endpoint.ts";
import type { StreamEncryption } from "../core/ports.ts";
import type { PeerSource } from "./wire-events.ts";

/** Bytes by purpose since the swarm was added. `downloaded` counts accepted payload only. */
export interface SwarmTotals {
  readonly downloadedBytes: number;
  readonly uploadedBytes: number;
  readonly wastedHashFailBytes: number;
  readonly wastedRedundantBytes: number;
  readonly wastedUnrequestedBytes: number;
  /** Everything that was not payload of a block: framing, requests, metadata, haves. */
  readonly protocolDownBytes: number;
  readonly protocolUpBytes: number;
}

export interface DialFailures {
  readonly timedOut: number;
  readonly refused: number;
  /** Connected, and then hung up, said nothing, or spoke of another torrent: no handshake of this one. */
  readonly noHandshake: number;
  readonly other: number;
}

/** The one connected peer that most of the scarcest missing pieces depend on. */
export interface SoleSource {
  /** Missing pieces that no other connected peer has; an estimate where there are thousands. */
  readonly pieces: number;
  /** What this peer gives at present. */
  readonly bytesPerSecond: number;
}

export interface SwarmPeerCounts {
  /** Handshake finished. */
  readonly connectedPeers: number;
  readonly connectedSeeds: number;
  /** Dialled or handshaking. */
  readonly connectingPeers: number;
  /** Known, not connected, allowed to be dialled now or later. */
  readonly candidates: number;
  /** Peers that let us download. */
  readonly unchokedByPeers: number;
  /** Peers that want something of ours. */
  readonly interestedPeers: number;
  /** Known, not connected, failed so often that they rest for an hour. */
  readonly restingPeers: number;
  readonly incomingPeers: number;
  /** Dials that came to nothing, since the swarm was added. */
  readonly failedDials: number;
  /** The same by cause. `other`: unreachable or reset. */
  readonly dialFailures: DialFailures;
  /** Peers that we upload to. */
  readonly unchokedPeers: number;
  readonly bannedPeers: number;
}

/** What we do for a connected peer, or why nothing. Exactly one applies. */
export type UploadActivity =
  | "sending" // blocks go out
  | "idle" // let in, and asks for nothing
  | "queued" // let in, and its requests wait: for the disk, for a limit, for room in its stream
  | "choked" // wants something, and it is not its turn
  | "not-interested"; // wants nothing of ours

/** What a connected peer does for our download, or why it does nothing. Exactly one applies. */
export type PeerActivity =
  | "sending" // blocks arrive
  | "requested" // asked, nothing arrived in the last seconds
  | "snubbed" // asked long ago
  | "chokes-us"
  | "nothing-for-us" // has no piece that we want
  | "awaiting-metadata"
  | "waiting-for-memory" // the slab arena is full: the disk is slower than the network
  | "rate-limited" // held back by a limit of ours
  | "all-requested" // everything it has is asked for elsewhere
  | "download-halted" // disk failure
  | "complete"; // we want nothing more

export interface SwarmView {
  readonly state: "stopped" | "running";
  readonly hasMetadata: boolean;
  /** 0 to 1; 1 once the metadata is here. */
  readonly metadataRatio: number;
  readonly metadataBytes: number | undefined;
  /** Connected peers that offer the metadata. */
  readonly metadataPeers: number;
  /** How long ago the last of it arrived; undefined before the first, and once it is complete. */
  readonly metadataIdleMs: number | undefined;
  /** Undefined before `setContent`, as are the piece figures that follow (0). */
  readonly totalBytes: number | undefined;
  readonly wantedBytes: number;
  readonly haveBytes: number;
  readonly wantedHaveBytes: number;
  readonly pieceCount: number;
  readonly havePieces: number;
  readonly wantedMissingPieces: number;
  /** Pieces handed to storage that await their verdict. */
  readonly pendingPieces: number;
  /** Wanted missing pieces that no connected peer has. */
  readonly unavailablePieces: number;
  readonly downBytesPerSecond: number;
  readonly upBytesPerSecond: number;
  readonly totals: SwarmTotals;
  readonly counts: SwarmPeerCounts;
  /** Distributed copies among connected peers without us: whole part fewest, fraction the share above it. */
  readonly copies: number;
  /**
   * Wanted missing pieces by the number of connected peers, seeds apart, that have them: `[0]` nobody, `[1]` one …;
   * the last entry also counts those with more. Empty before the content is known.
   */
  readonly rarity: readonly number[];
  /** 0 to 1: share of the wanted bytes that we have or some connected peer has. */
  readonly reachableRatio: number;
  /** Connected peers by what they do for us. */
  readonly activity: Readonly<Record<PeerActivity, number>>;
  readonly isDownloadHalted: boolean;
  readonly isEndgame: boolean;
  /** Peers are told of our pieces one by one (BEP 16). */
  readonly isSuperSeeding: boolean;
  /** Milliseconds of the clock at the event; undefined while it has not happened. */
  readonly firstPeerAtMs: number | undefined;
  readonly firstPieceAtMs: number | undefined;
}

/** The two strips under the progress bar: one digit a slice of the torrent. */
export interface SwarmStrips {
  /** Tenths had, 0 to 9. */
  readonly have: string;
  /** Fewest copies among connected peers and us in the slice, 9 = nine or more. */
  readonly availability: string;
}

export interface PeerView {
  readonly address: Endpoint;
  /** Client name as text of the remote party: not safe for a terminal before the sanitiser. */
  readonly client: string;
  readonly source: PeerSource;
  readonly transport: "tcp" | "utp";
  /** `undefined` = plaintext. */
  readonly encryption: StreamEncryption | undefined;
  readonly isIncoming: boolean;
  /** Both ends called each other over uTP, on the word of a third (BEP 55) or by chance. */
  readonly isHolePunched: boolean;
  readonly state: "connecting" | "handshaking" | "connected";
  readonly haveRatio: number | undefined;
  readonly downBytesPerSecond: number;
  readonly upBytesPerSecond: number;
  readonly downloadedBytes: number;
  readonly uploadedBytes: number;
  readonly amChoking: boolean;
  /** Let in to see what it gives, not for what it gave (BEP 3's optimistic slot). */
  readonly isTriedOut: boolean;
  readonly amInterested: boolean;
  readonly peerChoking: boolean;
  readonly peerInterested: boolean;
  readonly isSnubbed: boolean;
  readonly pendingRequests: number;
  /** Requests of the peer that we have not answered yet. */
  readonly queuedUploads: number;
  readonly rttMs: number | undefined;
  readonly activity: PeerActivity;
  /** For how long the activity has lasted. */
  readonly activityMs: number;
  readonly uploadActivity: UploadActivity;
}

export interface WireView {
  readonly connections: number;
  readonly pendingIncoming: number;
  readonly halfOpen: number;
  readonly swarms: number;
  readonly downBytesPerSecond: number;
  readonly upBytesPerSecond: number;
  /** Connections that others opened to us by themselves and that finished their handshake, since the start. */
  readonly acceptedIncoming: number;
  /** Payload that waits in the streams of all peers. */
  readonly sendBufferBytes: number;
  readonly maxDownBytesPerSecond: number | undefined;
  readonly maxUpBytesPerSecond: number | undefined;
}
