/**
 * Limits and times of the wire, each with its reason (Law 6). Case ids (W1 … W8) are those of the threat model;
 * "as libtorrent" names that client's default.
 */
import type { EncryptionPolicy } from "./encryption/peer-streams.ts";

export interface WireConfig {
  /** Sent as `v` in the extension handshake (BEP 10). */
  readonly clientName: string;
  /** Eight characters that open the peer id (BEP 20). */
  readonly peerIdPrefix: string;
  /** Whether the reserved bit of BEP 5 is set and our DHT port told; 0 = no DHT. */
  readonly dhtPort: number;

  /** Whether peers and we tell each other of more peers (BEP 11). */
  readonly exchangesPeers: boolean;
  /** Whether connections hide what they are (MSE). */
  readonly encryption: EncryptionPolicy;

  readonly maxConnections: number;
  readonly maxConnectionsPerTorrent: number;
  /** Incoming connections that have not finished their handshake: in all, per party, per subnet (W3). */
  readonly maxPendingIncoming: number;
  readonly maxPendingIncomingPerParty: number;
  readonly maxConnectionsPerSubnet: number;
  readonly maxAcceptsPerPartyPerMinute: number;
  /** Dialled connections that do not stand yet, over all torrents (threats D9). */
  readonly maxHalfOpen: number;
  readonly maxDialsPerSecond: number;

  /** From the connection to the last byte of the handshake; absolute, not renewed by each byte (W2). */
  readonly handshakeTimeoutMs: number;
  /** Nothing received for this long: the connection is dead (BEP 3 sends keep-alives every two minutes). */
  readonly idleTimeoutMs: number;
  /** A keep-alive is sent when nothing else was for this long. */
  readonly keepAliveMs: number;
  /** Neither side was interested in the other for this long: the place goes to someone else (W2). */
  readonly uselessTimeoutMs: number;
  /** How often a full swarm lets its least useful peers go in favour of candidates that may be better. */
  readonly turnoverMs: number;
  /** One message must be complete within this time (W2). */
  readonly messageTimeoutMs: number;
  /** We have data queued for a peer and it took none of it for this long. */
  readonly sendTimeoutMs: number;

  /** `reqq` that we announce: requests of a peer that we hold without rejecting (W4). */
  readonly announcedRequestQueue: number;
  /** Requests of one peer that we hold at most; more are rejected (W4). */
  readonly maxQueuedRequests: number;
  /** Requests that cannot be served (bad range, not had, while choked) before the peer is dropped (W4). */
  readonly maxInvalidRequests: number;
  /** Requests of a peer without the Fast extension are forgiven for this long after we choked it. */
  readonly chokeGraceMs: number;
  /** Payload that may wait unsent for one peer before no further block is read for it (W4). */
  readonly maxSendBufferBytes: number;
  /** The same over all peers (W4). */
  readonly maxTotalSendBufferBytes: number;
  /** Choke, interest and other state changes per second that are still sane (W5). */
  readonly maxStateChangesPerSecond: number;
  readonly maxSuggestions: number;
  /** Size of the allowed fast set that we grant (BEP 6 suggests 10). */
  readonly allowedFastPieces: number;
  /** Blocks nobody asked for, before the peer is dropped (W6). */
  readonly maxUnsolicitedBlocks: number;

  /** A peer that owes us blocks and sent none for this long is snubbed. */
  readonly snubTimeoutMs: number;
  /** A request unanswered for this long may be given to somebody else as well (W2, WI08). */
  readonly blockTimeoutMs: number;
  /** The same in the endgame, where both peers that were asked for the last block may have fallen silent. */
  readonly endgameTimeoutMs: number;

  readonly chokeIntervalMs: number;
  /** Peers that are uploaded to at a time; "auto" = as many as the uplink fills. */
  readonly uploadSlots: number | "auto";
  /**
   * Whom a leech gives to: those who gave it most; the same, but free slots stay empty rather than go to those who only
   * take; or by chance in proportion to what each gave (PropShare).
   */
  readonly leechChoking: "tit-for-tat" | "strict" | "prop-share";
  /** Whom a seed prefers. */
  readonly seedChoking: "round-robin" | "anti-leech" | "fastest";

  /** Metadata size that is believed (W8). */
  readonly maxMetadataBytes: number;
  /** Metadata requests of one peer that wait for an answer (W8). */
  readonly maxQueuedMetadataRequests: number;
}

export const DEFAULT_WIRE_CONFIG: WireConfig = {
  clientName: "Starling 0.1.0",
  peerIdPrefix: "-ST0100-",
  dhtPort: 0,

  exchangesPeers: true,
  encryption: "prefer", // as libtorrent and Transmission

  maxConnections: 200, // W3; as libtorrent
  maxConnectionsPerTorrent: 100, // half of W3's 200; as qBittorrent
  maxPendingIncoming: 100, // W3
  maxPendingIncomingPerParty: 3, // W3
  maxConnectionsPerSubnet: 20, // W3
  maxAcceptsPerPartyPerMinute: 10, // W3
  maxHalfOpen: 100, // D9
  maxDialsPerSecond: 30, // D9; as libtorrent

  handshakeTimeoutMs: 10_000, // W2; as libtorrent
  idleTimeoutMs: 120_000, // W2; as libtorrent
  keepAliveMs: 55_000, // well under the 120 s of others, even when one is lost
  uselessTimeoutMs: 600_000, // W2; as libtorrent
  turnoverMs: 300_000, // as libtorrent's peer_turnover_interval
  messageTimeoutMs: 60_000, // W2; 16 KiB in a minute is the required 256 B/s
  sendTimeoutMs: 120_000, // WI13

  announcedRequestQueue: 250, // W4; BEP 10 names it as usual
  maxQueuedRequests: 500, // W4
  maxInvalidRequests: 300, // W4; as libtorrent
  chokeGraceMs: 2_000, // as libtorrent: a choke and a request may cross
  maxSendBufferBytes: 512 * 1024, // W4
  maxTotalSendBufferBytes: 64 * 1024 * 1024, // W4
  maxStateChangesPerSecond: 200, // W5
  maxSuggestions: 16, // W5; as libtorrent
  allowedFastPieces: 10, // BEP 6
  maxUnsolicitedBlocks: 16, // W6

  snubTimeoutMs: 60_000, // as libtorrent's request_timeout
  blockTimeoutMs: 20_000, // as libtorrent's piece_timeout
  endgameTimeoutMs: 4_000, // more than the three seconds of requests that a peer holds

  chokeIntervalMs: 10_000, // BEP 3
  uploadSlots: "auto",
  leechChoking: "tit-for-tat", // BEP 3
  seedChoking: "round-robin", // equal service; Legout et al. 2006 show that it keeps a swarm healthy

  maxMetadataBytes: 32 * 1024 * 1024, // W8
  maxQueuedMetadataRequests: 64, // W8
};
