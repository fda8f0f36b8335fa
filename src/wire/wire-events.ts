/**
 * Facts the wire tells its owner. One sink per swarm and one for the engine; events are delivered when a turn is
 * over and the state is consistent (Law 4), so the listener may call any method of the engine or the swarm.
 */
import type { Endpoint } from "../core/endpoint.ts";

/** Where an address was learned. `incoming` peers came by themselves. */
export type PeerSource = "dht" | "pex" | "lsd" | "magnet" | "manual" | "incoming" | "resume";

/** Why a connection ended: a stable code for counters, logs and tests. */
export type CloseReason =
  | "stopped" // the torrent was stopped or removed, or the engine closed
  | "connect-failed"
  | "closed-by-peer"
  | "connection-error"
  | "handshake-timeout"
  | "handshake-invalid"
  | "unknown-torrent"
  | "self-connection"
  | "duplicate"
  | "banned"
  | "protocol-error" // broke a rule of framing or order
  | "flood" // broke a limit of threats W4 or W5
  | "idle"
  | "stalled-message"
  | "not-reading" // took nothing of what we sent
  | "useless" // neither side wants anything: two seeds, two upload-only peers
  | "too-many"
  | "corrupt-data";

export type SwarmEvent =
  /** The first peer of this torrent finished its handshake. */
  | { readonly type: "first-peer"; readonly address: Endpoint }
  | { readonly type: "peer-connected"; readonly address: Endpoint; readonly isIncoming: boolean }
  | {
      readonly type: "peer-disconnected";
      readonly address: Endpoint;
      readonly reason: CloseReason;
      /** What exactly was wrong, for logs; empty when the reason says it all. */
      readonly detail: string;
    }
  | { readonly type: "peer-banned"; readonly address: Endpoint; readonly reason: string }
  /** The info dictionary is here and its SHA-1 is the info-hash. Answer with `setContent`. */
  | { readonly type: "metadata-complete"; readonly rawInfo: Uint8Array }
  /** A complete set of metadata did not match the info-hash; it was thrown away and is fetched anew. */
  | { readonly type: "metadata-rejected" }
  | { readonly type: "piece-verified"; readonly pieceIndex: number }
  | { readonly type: "piece-bad"; readonly pieceIndex: number; readonly suspects: readonly Endpoint[] }
  /** So many different peers failed to give this piece that its hash must be wrong: the torrent is broken. */
  | { readonly type: "piece-unobtainable"; readonly pieceIndex: number }
  /** Every wanted piece is verified. Comes once for each time this becomes true. */
  | { readonly type: "wanted-complete" }
  /** Storage failed; downloading of this torrent is halted until `resumeDownloading`. Uploading goes on. */
  | { readonly type: "disk-failed"; readonly code: string }
  /** A block of a piece that we have could not be read for a peer: the piece should be checked again. */
  | { readonly type: "block-unreadable"; readonly pieceIndex: number; readonly code: string }
  /** A peer runs a DHT node there (BEP 5, PORT message). */
  | { readonly type: "dht-node-found"; readonly address: Endpoint }
  /** A peer says that this is the address it sees us at (BEP 10 `yourip`). */
  | { readonly type: "external-address-reported"; readonly host: string; readonly by: Endpoint };

export type WireEvent =
  /** An incoming connection was refused before it belonged to a torrent. */
  | { readonly type: "incoming-refused"; readonly address: Endpoint; readonly reason: CloseReason }
  /** A dialled address turned out to be our own; it will not be dialled again. */
  | { readonly type: "self-connection"; readonly address: Endpoint };
