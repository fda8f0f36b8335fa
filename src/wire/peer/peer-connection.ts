/**
 * One connection to one peer: joins a byte stream, the decoder and the outbox, keeps the four flags of BEP 3 and
 * what both sides can do, and sees to it that the peer keeps the order of messages and a sane pace. What messages
 * mean for a torrent is its owner's business.
 *
 *   connecting --open--> handshaking --68 bytes--> connected
 *        \____________________\_______________________\____ close / end --> closed
 */

import { type AddressScope, addressScope } from "../../core/address-profile.ts";
import type { BufferPool } from "../../core/buffer-pool.ts";
import type { Endpoint } from "../../core/endpoint.ts";
import { NEVER_MS } from "../../core/never-ms.ts";
import type { ByteStream, StreamEncryption, StreamEnd, StreamHandler } from "../../core/ports.ts";
import type { PayloadCopier } from "../../core/slab.ts";
import { decodeFeatures, type HandshakeFeatures } from "../protocol/handshake.ts";
import { MessageDecoder, type MessageSink } from "../protocol/message-decoder.ts";
import * as ids from "../protocol/message-ids.ts";
import { clientOfPeerId } from "../protocol/peer-id.ts";
import type { WireConfig } from "../wire-config.ts";
import type { CloseReason, PeerSource } from "../wire-events.ts";
import type { Flushable, WireTurns } from "../wire-turns.ts";
import { Outbox } from "./outbox.ts";
import { PeerDownload } from "./peer-download.ts";
import type { AnnouncedPieces, PeerGreeter, PeerOwner } from "./peer-owner.ts";
import { PeerUpload } from "./peer-upload.ts";

export type PeerState = "connecting" | "handshaking" | "connected" | "closed";

/** Why reading from a peer is paused; bits, all must be gone before reading goes on. */
export const PAUSED_BY_LIMIT = 1;
const PAUSED_BY_OUTBOX = 2;
export const PAUSED_BY_HAVES = 4;

/** State changes that a bitfield counts for: its work grows with its length, and one a second must do at any size. */
const BITFIELD_CHANGES = 10;
const BITFIELD_BYTES_PER_CHANGE = 2_500;

const NO_FEATURES: HandshakeFeatures = { hasExtensions: false, hasFast: false, hasDht: false };
const NO_ID = new Uint8Array(0);

/** What all connections of an engine share. */
export interface ConnectionTools {
  readonly config: WireConfig;
  readonly turns: WireTurns;
  readonly buffers: BufferPool;
  readonly copyPayload: PayloadCopier;
}

export interface PeerConnectionOptions {
  readonly address: Endpoint;
  readonly source: PeerSource;
  /** Accepted, not dialled. A peer that once came by itself has this source too when we dial it later. */
  readonly isIncoming: boolean;
  readonly greeter: PeerGreeter<PeerConnection>;
}

export class PeerConnection implements StreamHandler, MessageSink, Flushable {
  readonly address: Endpoint;
  readonly source: PeerSource;
  readonly isIncoming: boolean;
  readonly scope: AddressScope;
  readonly outbox: Outbox;
  readonly download: PeerDownload;
  readonly upload: PeerUpload;
  readonly #config: WireConfig;
  readonly #turns: WireTurns;
  readonly #decoder: MessageDecoder;
  #greeter: PeerGreeter<PeerConnection>;
  /** Undefined until the torrent is known. */
  #owner: PeerOwner<PeerConnection> | undefined;
  #stream: ByteStream | undefined;
  #pauses = 0;
  #hasAnnouncedPieces = false;
  #hasStreamEnded = false;

  state: PeerState = "connecting";
  /** Index among the peers of the swarm while connected, else -1. */
  slot = -1;
  /** Identity for bans and limits, set by the owner. */
  party = "";
  /** Priority of the pair (BEP 40), while our own address is known; set by the owner. */
  rank: number | undefined;
  peerId: Uint8Array = NO_ID;
  features: HandshakeFeatures = NO_FEATURES;

  isChokingPeer = true;
  isInterestedInPeer = false;
  isChokedByPeer = true;
  isPeerInterested = false;
  /** BEP 21. */
  isUploadOnly = false;
  hasSentHandshake = false;
  /** We dialled it with an encrypted handshake. */
  isDialledEncrypted = false;
  /** Both ends called each other at about the same time, on the word of a third (BEP 55) or by chance. */
  isMutualCall = false;
  /** It opened the connection, and nothing of ours had told a translator to let it in: we can be reached. */
  cameByItself = false;
  /** Whether we have sent BITFIELD, HAVE_ALL or HAVE_NONE, or may not any more. */
  hasSentPieces = false;
  /** New pieces of ours that it was told of; see swarm-haves.ts. */
  toldHaves = 0;

  /** As the peer names itself; from its id until it says more. Text of the remote party. */
  clientName = "";
  /** Port it listens on; 0 = unknown. */
  listenPort = 0;
  /** It has named an address of the other family. */
  hasNamedOther = false;
  /** Id of ut_metadata messages towards the peer; 0 = it takes none. */
  utMetadataId = 0;
  /** The same for ut_pex. */
  utPexId = 0;
  /** The same for lt_donthave. */
  dontHaveId = 0;
  /** The same for ut_holepunch. */
  holepunchId = 0;
  /** It says that it has the metadata. */
  offersMetadata = false;
  /** Metadata that it sent unasked. */
  unrequestedMetadata = 0;
  /** What it announced before we knew the torrent's size, to be checked then. */
  earlyPieces: AnnouncedPieces | undefined;
  readonly earlyHaves: number[] = [];
  readonly earlyLosses: Set<number> = new Set();

  readonly createdAtMs: number;
  openedAtMs: number = NEVER_MS;
  connectedAtMs: number = NEVER_MS;
  lastReceivedMs: number = NEVER_MS;
  lastSentMs: number = NEVER_MS;
  /** Since when neither side has been interested. */
  uselessSinceMs: number = NEVER_MS;
  /** Payload and everything else, both directions. */
  protocolDownBytes = 0;
  /** Round trip of connecting or of a lone request; undefined while unknown. */
  rttMs: number | undefined;

  /** Messages that change state in the current second, and HAVEs since ever (threats W5). */
  stateChangesThisSecond = 0;
  havesReceived = 0;
  /** Pieces that it took back, and how often it had had all of them before. */
  losses = 0;
  lossesAsSeed = 0;

  // Kept by the once-a-second check of the owner.
  stalledMessages = -1;
  stalledSinceMs: number = NEVER_MS;
  takenBytes = 0;
  takenAtMs: number = NEVER_MS;

  constructor(tools: ConnectionTools, options: PeerConnectionOptions) {
    this.address = options.address;
    this.source = options.source;
    this.isIncoming = options.isIncoming;
    this.scope = addressScope(options.address.host);
    this.#greeter = options.greeter;
    this.#config = tools.config;
    this.#turns = tools.turns;
    this.createdAtMs = tools.turns.nowMs;
    this.outbox = new Outbox(tools.buffers, () => tools.turns.flushLater(this));
    this.download = new PeerDownload();
    this.download.activitySinceMs = this.createdAtMs;
    this.upload = new PeerUpload();
    this.#decoder = new MessageDecoder(this, tools.copyPayload);
  }

  get isConnected(): boolean {
    return this.state === "connected";
  }

  get isClosed(): boolean {
    return this.state === "closed";
  }

  /** On our own network. */
  get isLocal(): boolean {
    return this.scope === "private";
  }

  get hasFast(): boolean {
    return this.features.hasFast;
  }

  /** Reached through the hole that both ends made; over TCP it would have been reached without. */
  get isHolePunched(): boolean {
    return this.isMutualCall && this.transport === "utp";
  }

  get transport(): "tcp" | "utp" {
    return this.#stream?.transport ?? "tcp";
  }

  /** `undefined` for plaintext, and until both ends agreed. */
  get encryption(): StreamEncryption | undefined {
    return this.#stream?.encryption;
  }

  /** Bytes that wait in the stream for the network. */
  get queuedBytes(): number {
    return this.#stream?.queuedBytes ?? 0;
  }

  get isReadingPaused(): boolean {
    return this.#pauses !== 0;
  }

  get isPausedByLimit(): boolean {
    return (this.#pauses & PAUSED_BY_LIMIT) !== 0;
  }

  get isMidMessage(): boolean {
    return this.#decoder.isMidMessage;
  }

  /** Complete messages received. */
  get messages(): number {
    return this.#decoder.messages;
  }

  /** Takes the stream: dialled and still connecting, or accepted and open. */
  attach(stream: ByteStream): void {
    this.#stream = stream;
    this.outbox.open(stream);
    if (this.isIncoming) this.#opened();
  }

  /** The torrent is known: its swarm is told from now on. */
  adoptBy(owner: PeerOwner<PeerConnection>): void {
    this.#greeter = owner;
    this.#owner = owner;
  }

  /** From now on a bitfield has exactly one legal length. */
  expectPieces(pieceCount: number): void {
    this.#decoder.expectPieces(pieceCount);
  }

  /** Both handshakes announced these: their messages are legal from now on. */
  agreeOn(features: HandshakeFeatures): void {
    this.features = features;
    this.#decoder.allow(features);
  }

  /** Ends the connection at once; idempotent. */
  close(reason: CloseReason, detail = ""): void {
    if (this.state === "closed") return;
    this.#end(reason, detail);
    this.#stream?.close();
  }

  /** Whatever else the peer sends is ignored. */
  listenNoMore(): void {
    this.#decoder.stop();
  }

  pause(reason: number): void {
    if (this.#pauses === 0) this.#stream?.pauseReading();
    this.#pauses |= reason;
  }

  resume(reason: number): void {
    if ((this.#pauses & reason) === 0) return;
    this.#pauses &= ~reason;
    if (this.#pauses === 0) this.#stream?.resumeReading();
  }

  /** Where the payload of the block just announced goes. Only from within `onBlockStart`. */
  placeBlock(target: Uint8Array, offset: number): void {
    this.#decoder.placeBlock(target, offset);
  }

  dropBlock(): void {
    this.#decoder.dropBlock();
  }

  /** Puts what the turn piled up on its way. */
  flush(): void {
    if (this.state === "closed") return;
    this.outbox.flush();
    this.lastSentMs = this.#turns.nowMs;
    // A peer that makes us answer and does not read is not listened to until it does (threats W4).
    if (this.queuedBytes > this.#config.maxSendBufferBytes) this.pause(PAUSED_BY_OUTBOX);
  }

  // StreamHandler ----------------------------------------------------------------------------------------------

  onOpen(): void {
    if (this.state !== "connecting") return;
    this.#turns.enter();
    this.#opened();
    this.rttMs = this.#turns.nowMs - this.createdAtMs;
    this.#owner?.onOpen(this);
    this.#turns.leave();
  }

  onBytes(buffer: Uint8Array, start: number, end: number): void {
    if (this.state === "closed") return;
    this.#turns.enter();
    this.lastReceivedMs = this.#turns.nowMs;
    const havesBefore = this.havesReceived;
    this.#decoder.receive(buffer, start, end);
    const blockBytes = this.#decoder.blockBytesInTurn;
    this.protocolDownBytes += end - start - blockBytes;
    this.#owner?.onReceived(this, end - start, blockBytes, this.havesReceived - havesBefore);
    this.#turns.leave();
  }

  onWritable(): void {
    if (this.state === "closed") return;
    this.#turns.enter();
    if (this.queuedBytes <= this.#config.maxSendBufferBytes) this.resume(PAUSED_BY_OUTBOX);
    this.#owner?.onWritable(this);
    this.#turns.leave();
  }

  onEnd(reason: StreamEnd): void {
    if (this.#hasStreamEnded) return;
    this.#hasStreamEnded = true;
    this.#turns.enter();
    if (this.state !== "closed") this.#end(closeReasonOf(reason, this.state), reason);
    this.#owner?.onStreamEnded(this);
    this.#turns.leave();
  }

  // MessageSink ------------------------------------------------------------------------------------------------

  onHandshakeHead(bytes: Uint8Array, reservedOffset: number, infoHash: Uint8Array): void {
    this.features = decodeFeatures(bytes, reservedOffset);
    this.#greeter.onHandshakeHead(this, infoHash);
  }

  onHandshakePeerId(peerId: Uint8Array): void {
    this.peerId = peerId.slice();
    this.clientName = clientOfPeerId(this.peerId);
    this.#owner?.onHandshakeDone(this);
  }

  onKeepAlive(): void {
    this.#stateChanged();
  }

  onChoke(): void {
    this.#stateChanged();
    if (this.isChokedByPeer) return;
    this.isChokedByPeer = true;
    this.#owner?.onPeerChoke(this);
  }

  onUnchoke(): void {
    this.#stateChanged();
    if (!this.isChokedByPeer) return;
    this.isChokedByPeer = false;
    this.#owner?.onPeerChoke(this);
  }

  onInterested(): void {
    this.#stateChanged();
    if (this.isPeerInterested) return;
    this.isPeerInterested = true;
    this.#owner?.onPeerInterest(this);
  }

  onNotInterested(): void {
    this.#stateChanged();
    if (!this.isPeerInterested) return;
    this.isPeerInterested = false;
    this.#owner?.onPeerInterest(this);
  }

  onHave(index: number): void {
    this.havesReceived++;
    this.#hasAnnouncedPieces = true;
    this.#owner?.onHave(this, index);
  }

  /** Later ones are no offence: aria2 sends a bitfield in mid-transfer where that is shorter than its HAVEs. */
  onBitfield(bytes: Uint8Array): void {
    this.#stateChanged(BITFIELD_CHANGES + Math.floor(bytes.length / BITFIELD_BYTES_PER_CHANGE));
    if (this.state === "closed") return;
    if (this.#hasAnnouncedPieces) this.#owner?.onMorePieces(this, bytes);
    else this.#owner?.onPieces(this, bytes);
    this.#hasAnnouncedPieces = true;
  }

  onHaveAll(): void {
    this.#announcedExtreme("all");
  }

  onHaveNone(): void {
    this.#announcedExtreme("none");
  }

  onRequest(index: number, begin: number, length: number): void {
    this.#owner?.onRequest(this, index, begin, length);
  }

  onCancel(index: number, begin: number, length: number): void {
    this.#owner?.onCancel(this, index, begin, length);
  }

  onReject(index: number, begin: number, length: number): void {
    this.#owner?.onReject(this, index, begin, length);
  }

  onSuggest(index: number): void {
    this.#stateChanged();
    this.#owner?.onSuggest(this, index);
  }

  onAllowedFast(index: number): void {
    this.#stateChanged();
    this.#owner?.onAllowedFast(this, index);
  }

  onPort(port: number): void {
    this.#stateChanged();
    this.#owner?.onDhtPort(this, port);
  }

  onBlockStart(index: number, begin: number, length: number): void {
    this.#owner?.onBlockStart(this, index, begin, length);
  }

  onBlockEnd(): void {
    this.#owner?.onBlockEnd(this);
  }

  onExtended(extendedId: number, bytes: Uint8Array, start: number, end: number): void {
    if (extendedId === ids.EXTENSION_HANDSHAKE) this.#stateChanged();
    this.#owner?.onExtended(this, extendedId, bytes, start, end);
  }

  onFault(code: string, message: string): void {
    this.close(this.state === "connected" ? "protocol-error" : "handshake-invalid", `${code}: ${message}`);
  }

  // Sending ----------------------------------------------------------------------------------------------------

  setChoking(isChoking: boolean): void {
    if (this.isChokingPeer === isChoking) return;
    this.isChokingPeer = isChoking;
    this.outbox.empty(isChoking ? ids.CHOKE : ids.UNCHOKE);
  }

  setInterested(isInterested: boolean): void {
    if (this.isInterestedInPeer === isInterested) return;
    this.isInterestedInPeer = isInterested;
    this.outbox.empty(isInterested ? ids.INTERESTED : ids.NOT_INTERESTED);
  }

  #opened(): void {
    this.state = "handshaking";
    this.openedAtMs = this.#turns.nowMs;
    this.lastReceivedMs = this.openedAtMs;
    this.lastSentMs = this.openedAtMs;
    this.takenAtMs = this.openedAtMs;
  }

  /** HAVE_ALL and HAVE_NONE come once, in place of a bitfield and before any HAVE (BEP 6). */
  #announcedExtreme(pieces: "all" | "none"): void {
    if (this.#hasAnnouncedPieces) {
      this.close("protocol-error", "announced its pieces twice");
      return;
    }
    this.#hasAnnouncedPieces = true;
    this.#owner?.onPieces(this, pieces);
  }

  /** Flapping, keep-alive storms and the like (threats W5). */
  #stateChanged(changes = 1): void {
    this.stateChangesThisSecond += changes;
    if (this.stateChangesThisSecond > this.#config.maxStateChangesPerSecond)
      this.close("flood", "changed its state too often");
  }

  #end(reason: CloseReason, detail: string): void {
    this.state = "closed";
    this.#decoder.stop();
    this.outbox.close();
    this.#greeter.onClosed(this, reason, detail);
  }
}

function closeReasonOf(end: StreamEnd, state: PeerState): CloseReason {
  if (state === "connecting") return "connect-failed";
  if (end === "not-understood") return "handshake-invalid";
  return end === "closed-by-peer" ? "closed-by-peer" : "connection-error";
}
