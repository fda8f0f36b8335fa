/** Engine of one torrent: its peers, what is asked of them and what they get. Face first; see wire-engine.ts. */
import type { Endpoint } from "../../core/endpoint.ts";
import type { InfoHash, PeerId } from "../../core/ids.ts";
import type { BlockSlot } from "../../core/slab.ts";
import type { Bitfield } from "../../torrent/bitfield.ts";
import type { PieceMap } from "../../torrent/piece-map.ts";
import type { PieceVerdict } from "../../torrent/piece-verdict.ts";
import type { PeerSource, SwarmEvent } from "../wire-events.ts";
import type { SwarmStorage } from "../wire-ports.ts";
import type { PeerView, SoleSource, SwarmStrips, SwarmView } from "../wire-view.ts";

export interface SwarmOptions {
  readonly infoHash: InfoHash;
  /** A distinct random one is made when absent (BEP 20 style). */
  readonly peerId?: PeerId;
  readonly onEvent: (event: SwarmEvent) => void;
  /** TCP port that we listen on, told to peers (BEP 10 `p`); 0 = none. */
  readonly listenPort: number;
  /** Raw info dictionary where it is known (a `.torrent` file); it is served at once. */
  readonly rawInfo?: Uint8Array;
  /** May come later, with the content: a magnet has no storage yet. */
  readonly storage?: SwarmStorage;
  /** With complete content from the start: peers get it piece by piece until they have it among them (BEP 16). */
  readonly isSuperSeed?: boolean;
}

export interface SwarmContent {
  readonly pieceMap: PieceMap;
  readonly rawInfo: Uint8Array;
  /** Pieces that are on disk and verified; the swarm keeps its own copy. */
  readonly have: Bitfield;
  /** One byte a piece: 0 = not wanted, 1 (lowest) to 7; 4 is normal. */
  readonly priorities: Uint8Array;
  readonly storage?: SwarmStorage;
}

export type PieceOrder = "rarest-first" | "sequential";

/** When a piece is needed, from now on. */
export interface PieceDeadline {
  readonly pieceIndex: number;
  readonly inMs: number;
}

export interface SwarmLimits {
  /** Payload bytes per second; null = no limit. Absent = unchanged. */
  readonly maxDownBytesPerSecond?: number | null;
  readonly maxUpBytesPerSecond?: number | null;
  readonly maxConnections?: number;
}

/** A peer worth keeping for the next start, best first. */
export interface KnownPeer {
  readonly address: Endpoint;
}

export interface Swarm {
  readonly infoHash: InfoHash;
  /** Begins to dial and to accept. Idempotent. */
  start(): void;
  /** Closes all peers and keeps everything else. Pieces handed to storage still get their verdict. */
  stop(): void;
  /** `stop`, then forgets the torrent; the swarm is dead afterwards. */
  remove(): void;
  /** Says what there is and what is wanted, once the metadata is known and the disk was checked; again after a re-check. */
  setContent(content: SwarmContent): void;
  /** One byte a piece, as in `SwarmContent`. */
  setPriorities(priorities: Uint8Array): void;
  /** The order among pieces of one priority; kept over `setContent`. */
  setPieceOrder(order: PieceOrder): void;
  /** Pieces needed soon, soonest first: fetched before all others where they are wanted. Replaces the former list. */
  setUrgentPieces(pieces: readonly number[]): void;
  /**
   * Pieces that somebody waits for, as a player does: fetched before all others, and from two peers when they are about
   * to be late; before urgent ones without a time. Replaces the former list; pieces that we have, do not want or that nobody has are passed over.
   */
  setDeadlines(deadlines: readonly PieceDeadline[]): void;
  setLimits(limits: SwarmLimits): void;
  addCandidates(endpoints: readonly Endpoint[], source: Exclude<PeerSource, "incoming">): void;
  /** Storage's verdict on a piece whose last segment it was given. */
  pieceChecked(pieceIndex: number, verdict: PieceVerdict): void;
  /** A piece that was verified turned out to be missing or wrong on disk; it is fetched anew where it is wanted. */
  pieceLost(pieceIndex: number): void;
  /** Storage's answer to `readBlock`; without a slot, the errno name of what kept it from reading. */
  blockRead(token: number, slot: BlockSlot | undefined, code?: string): void;
  /** Ends the halt after `disk-failed`. */
  resumeDownloading(): void;
  /** True while there is no connection and none is being made. */
  readonly isAlone: boolean;
  /** Payload since the torrent was added; the same as in `view`, at no cost. */
  readonly downloadedBytes: number;
  readonly uploadedBytes: number;
  view(): SwarmView;
  /** `cells` slices each; empty strings before the content is known. */
  strips(cells: number): SwarmStrips;
  /** A sign for each of `cells` slices: `1` where a piece is requested or being checked, else `0`; "" before the content. */
  begunStrip(cells: number): string;
  /** 0 to 1: of the pieces from `firstPiece` up to `endPiece` the share that we or a connected peer have. */
  reachableShare(firstPiece: number, endPiece: number): number;
  peers(): PeerView[];
  /** Undefined where every missing piece that is there at all has several sources. */
  soleSource(): SoleSource | undefined;
  /** Peers that answered lately, for resume data; at most `max`. */
  exportPeers(max: number): KnownPeer[];
}
