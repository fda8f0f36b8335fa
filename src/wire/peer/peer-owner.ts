/** What a connection tells its owner: the swarm of its torrent, or the lobby while the torrent is unknown. */
import type { CloseReason } from "../wire-events.ts";

/** Pieces that a peer announced in one message: everything, nothing, or a raw bitfield (not validated). */
export type AnnouncedPieces = "all" | "none" | Uint8Array;

/** Who meets a connection before its torrent is known. `Peer` is the connection itself. */
export interface PeerGreeter<Peer> {
  /** The peer's info-hash and features are here, its id is not. The view is valid during the call. */
  onHandshakeHead(peer: Peer, infoHash: Uint8Array): void;
  /** The connection is over, by whom ever; nothing more is told but `onStreamEnded`. */
  onClosed(peer: Peer, reason: CloseReason, detail: string): void;
}

export interface PeerOwner<Peer> extends PeerGreeter<Peer> {
  /** A dialled connection stands; our handshake is due. */
  onOpen(peer: Peer): void;
  /** The peer's id is here: the handshake is complete. */
  onHandshakeDone(peer: Peer): void;
  /** `peer.isChokedByPeer` has changed. */
  onPeerChoke(peer: Peer): void;
  /** `peer.isPeerInterested` has changed. */
  onPeerInterest(peer: Peer): void;
  onHave(peer: Peer, index: number): void;
  /** The first announcement. */
  onPieces(peer: Peer, pieces: AnnouncedPieces): void;
  /** A raw bitfield (not validated) after the first announcement: the peer has these pieces as well. */
  onMorePieces(peer: Peer, pieces: Uint8Array): void;
  onRequest(peer: Peer, index: number, begin: number, length: number): void;
  onCancel(peer: Peer, index: number, begin: number, length: number): void;
  onReject(peer: Peer, index: number, begin: number, length: number): void;
  onSuggest(peer: Peer, index: number): void;
  onAllowedFast(peer: Peer, index: number): void;
  onDhtPort(peer: Peer, port: number): void;
  /** Call `peer.placeBlock` from here to receive the payload. */
  onBlockStart(peer: Peer, index: number, begin: number, length: number): void;
  onBlockEnd(peer: Peer): void;
  /** Body of an extended message in [`start`, `end`) of `bytes`, valid during the call. */
  onExtended(peer: Peer, extendedId: number, bytes: Uint8Array, start: number, end: number): void;
  /** A read was decoded: so many bytes, of which so many were payload of blocks, and HAVEs. Last call of its turn. */
  onReceived(peer: Peer, bytes: number, blockBytes: number, haves: number): void;
  /** The stream takes payload again. */
  onWritable(peer: Peer): void;
  /** The stream has let go of all memory that was written to it. */
  onStreamEnded(peer: Peer): void;
}
