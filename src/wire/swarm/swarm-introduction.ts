/**
 * What a peer is told about us right after the handshake, and again when it changes: our pieces (BEP 3, BEP 6), our
 * extensions (BEP 10), our DHT port (BEP 5), what it may fetch while choked (BEP 6).
 */
import { endpoint } from "../../core/endpoint.ts";
import type { Bitfield } from "../../torrent/bitfield.ts";
import type { PeerConnection } from "../peer/peer-connection.ts";
import { allowedFastSet } from "../protocol/allowed-fast.ts";
import { decodeExtensionHandshake, encodeExtensionHandshake } from "../protocol/extension-handshake.ts";
import { extendedMessage, messageWithBody } from "../protocol/message-encoder.ts";
import {
  ALLOWED_FAST,
  BITFIELD,
  EXTENSION_HANDSHAKE,
  HAVE,
  HAVE_ALL,
  HAVE_NONE,
} from "../protocol/message-ids.ts";
import type { PeerPool } from "./peer-pool.ts";
import type { SwarmContext } from "./swarm-context.ts";
import type { SwarmMetadata } from "./swarm-metadata.ts";

/** Pieces that are told one by one to a peer which was told "none" before; beyond, it is met afresh. */
const MAX_LATE_HAVES = 8_192;

export class SwarmIntroduction {
  readonly #swarm: SwarmContext;
  readonly #pool: PeerPool;
  readonly #metadata: SwarmMetadata;
  readonly #listenPort: number;

  constructor(swarm: SwarmContext, pool: PeerPool, metadata: SwarmMetadata, listenPort: number) {
    this.#swarm = swarm;
    this.#pool = pool;
    this.#metadata = metadata;
    this.#listenPort = listenPort;
  }

  /** The handshake is complete. BEP 6 wants the pieces before anything else. */
  greet(peer: PeerConnection): void {
    if (this.#swarm.content !== undefined) this.#sendPieces(peer);
    else if (!this.#metadata.isKnown && peer.hasFast) {
      peer.outbox.empty(HAVE_NONE);
      peer.hasSentPieces = true;
    }
    this.sendExtensions(peer);
    if (peer.features.hasDht) peer.outbox.port(this.#swarm.shared.config.dhtPort);
  }

  /** The content has become known while the peer was connected. */
  contentKnown(peer: PeerConnection): void {
    const content = this.#swarm.content;
    if (content === undefined) return;
    if (!peer.hasSentPieces) this.#sendPieces(peer);
    else if (content.superSeeding !== undefined) return;
    else if (content.picker.have.count > MAX_LATE_HAVES)
      peer.close("stopped", "meets us afresh with all our pieces");
    else for (const piece of piecesOf(content.picker.have)) peer.outbox.index(HAVE, piece);
  }

  #sendPieces(peer: PeerConnection): void {
    const content = this.#swarm.content;
    if (content === undefined) return;
    peer.hasSentPieces = true;
    const { have } = content.picker;
    if (content.superSeeding !== undefined) {
      if (peer.hasFast) peer.outbox.empty(HAVE_NONE);
    } else if (peer.hasFast && have.isFull) peer.outbox.empty(HAVE_ALL);
    else if (have.count > 0) peer.outbox.write(messageWithBody(BITFIELD, have.bytes));
    else if (peer.hasFast) peer.outbox.empty(HAVE_NONE);
  }

  /** BEP 21: there is nothing that we want; not what a super-seed says, nor who has nothing to upload either. */
  #isUploadOnly(): boolean {
    const content = this.#swarm.content;
    if (content === undefined || content.superSeeding !== undefined) return false;
    return content.picker.isComplete && !content.picker.isWatching;
  }

  /** The extension handshake; repeated when what it says has changed. */
  sendExtensions(peer: PeerConnection): void {
    if (!peer.features.hasExtensions) return;
    const { config, outside } = this.#swarm.shared;
    const body = encodeExtensionHandshake({
      clientName: config.clientName,
      exchangesPeers: config.exchangesPeers,
      punchesHoles: this.#swarm.shared.expectCall !== undefined,
      // Who listens on none is not reached at any other.
      listenPort: this.#listenPort === 0 ? 0 : (outside.port ?? this.#listenPort),
      otherHost: outside.hosts.find((host) => endpoint(host, 0).family !== peer.address.family),
      requestQueue: config.announcedRequestQueue,
      metadataBytes: this.#metadata.isKnown ? this.#metadata.sizeBytes : undefined,
      isUploadOnly: this.#isUploadOnly(),
      theirHost: peer.address.host,
    });
    peer.outbox.write(extendedMessage(EXTENSION_HANDSHAKE, body));
  }

  /** A beginner may fetch a few pieces before it has anything to trade (BEP 6). Call once its pieces are known. */
  grant(peer: PeerConnection): void {
    const content = this.#swarm.content;
    const count = this.#swarm.shared.config.allowedFastPieces;
    if (content === undefined || content.superSeeding !== undefined) return;
    if (!peer.hasFast || count === 0 || peer.upload.granted.size > 0) return;
    if (content.picker.have.count === 0 || content.picker.peerHaveCount(peer.slot) >= count) return;
    const pieces = allowedFastSet(peer.address.host, this.#swarm.infoHash, content.map.pieceCount, count);
    peer.upload.granted = new Set(pieces);
    for (const piece of pieces) peer.outbox.index(ALLOWED_FAST, piece);
  }

  /** The peer's extension handshake; later ones add to earlier ones. */
  received(peer: PeerConnection, body: Uint8Array): void {
    const message = decodeExtensionHandshake(body);
    if (!message.ok) {
      peer.close("protocol-error", `extension handshake: ${message.fault.message}`);
      return;
    }
    const said = message.value;
    if (said.clientName !== undefined) peer.clientName = said.clientName;
    if (said.requestQueue !== undefined) peer.download.window.setPeerLimit(said.requestQueue);
    if (said.isUploadOnly !== undefined) peer.isUploadOnly = said.isUploadOnly;
    if (said.utMetadataId !== undefined) peer.utMetadataId = said.utMetadataId;
    if (said.utPexId !== undefined) peer.utPexId = said.utPexId;
    if (said.dontHaveId !== undefined) peer.dontHaveId = said.dontHaveId;
    if (said.holepunchId !== undefined) peer.holepunchId = said.holepunchId;
    if (said.listenPort !== undefined) this.#learnPort(peer, said.listenPort);
    this.#learnOtherHost(peer, peer.address.family === 4 ? said.ipv6Host : said.ipv4Host);
    if (said.ourHost !== undefined)
      this.#swarm.tell({ type: "external-address-reported", host: said.ourHost, by: peer.address });
    if (!peer.isClosed && said.metadataBytes !== undefined && peer.utMetadataId !== 0)
      this.#metadata.offered(peer, said.metadataBytes);
  }

  /** The peer is reached in the other address family too: once a connection, for each is a dial (threats D9). */
  #learnOtherHost(peer: PeerConnection, host: string | undefined): void {
    const port = peer.isIncoming ? peer.listenPort : peer.address.port;
    if (host === undefined || port === 0 || peer.hasNamedOther || peer.isClosed) return;
    peer.hasNamedOther = true;
    const { nowMs } = this.#swarm.shared.turns;
    this.#pool.addTwin({ ...peer.address, port }, endpoint(host, port), peer.party, nowMs);
  }

  #learnPort(peer: PeerConnection, port: number): void {
    if (peer.listenPort === port || !peer.isIncoming) return;
    const { bans, turns } = this.#swarm.shared;
    peer.listenPort = port;
    this.#swarm.roster.version++;
    // Where parties are told apart by their port, this is who it really is.
    if (bans.has({ ...peer.address, port }, turns.nowMs)) peer.close("banned", "banned where it listens");
    else this.#pool.incomingListensOn(peer.address, port, turns.nowMs);
  }
}

/** Set bits in order; empty bytes are passed over, as two million pieces are mostly that. */
function* piecesOf(field: Bitfield): Generator<number> {
  for (let byte = 0; byte < field.bytes.length; byte++) {
    if (field.bytes[byte] === 0) continue;
    for (let piece = 8 * byte; piece < 8 * byte + 8; piece++)
      if (piece < field.length && field.has(piece)) yield piece;
  }
}
