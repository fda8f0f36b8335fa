/**
 * Uploading: holds what peers ask for, has storage read it as fast as their streams take it, and answers every
 * request exactly once where the Fast extension promises that (BEP 6). A block that storage has read is sent with
 * its header in one write from the slot it was read into; tickets are reused, so a block allocates nothing.
 */
import { type BlockSlot, PIECE_HEADER_BYTES } from "../../core/slab.ts";
import { BLOCK_BYTES } from "../../torrent/piece-map.ts";
import type { PeerConnection } from "../peer/peer-connection.ts";
import { writeBlockHeader } from "../protocol/message-encoder.ts";
import { REJECT } from "../protocol/message-ids.ts";
import type { SwarmStorage } from "../wire-ports.ts";
import type { SwarmContext } from "./swarm-context.ts";

/** A slow peer has this much read ahead and in its stream, so that its pipe never runs dry between two ticks. */
const MIN_PENDING_BYTES = 64 * 1024;
/** Seconds of its rate that a peer may have pending; as libtorrent's send_buffer_watermark_factor of 50 %. */
const PENDING_SECONDS = 0.5;
/** Cancels for blocks that we do not have queued, beyond the requests that could have crossed them. */
const MAX_STRAY_CANCELS = 500;
/** As libtorrent: an allowed fast piece is served this many times over to a choked peer, no more. */
const MAX_GRANTED_ROUNDS = 3;

/** One block between the request of a peer and the moment the network has taken it. */
class UploadTicket {
  peer: PeerConnection | undefined;
  storage: SwarmStorage | undefined;
  slot: BlockSlot | undefined;
  piece = 0;
  begin = 0;
  length = 0;
  /** Nobody wants the block any more; it is thrown away when storage has read it. */
  isDropped = false;
  /** Bound once: the stream calls it when the slot is free again. */
  readonly onSent: () => void;
  readonly token: number;

  constructor(token: number, onSent: (ticket: UploadTicket) => void) {
    this.token = token;
    this.onSent = () => onSent(this);
  }
}

export class SwarmUploads {
  readonly #swarm: SwarmContext;
  /** By token. */
  readonly #tickets: UploadTicket[] = [];
  readonly #freeTokens: number[] = [];
  /** Peers that a tick must look at: whose requests wait for something that others use up, not for their own streams. */
  readonly #waiting: PeerConnection[] = [];
  #turnOfPeer = 0;

  constructor(swarm: SwarmContext) {
    this.#swarm = swarm;
  }

  // Requests ---------------------------------------------------------------------------------------------------

  requested(peer: PeerConnection, piece: number, begin: number, length: number): void {
    const { config, turns } = this.#swarm.shared;
    const { upload } = peer;
    upload.requestsReceived++;
    if (!this.#canServe(peer, piece, begin, length)) {
      this.#refuse(peer, piece, begin, length);
      this.#countInvalid(peer);
    } else if (peer.isChokingPeer && !this.#isGranted(peer, piece)) {
      this.#refuse(peer, piece, begin, length);
      // A request that crossed our choke is no offence (libtorrent grants the same two seconds).
      if (turns.nowMs - upload.chokedAtMs > config.chokeGraceMs) this.#countInvalid(peer);
    } else if (upload.queue.length >= config.maxQueuedRequests) {
      this.#refuse(peer, piece, begin, length);
    } else {
      upload.queue.push(piece, begin, length);
    }
  }

  cancelled(peer: PeerConnection, piece: number, begin: number, length: number): void {
    const { upload } = peer;
    const position = upload.queue.find(piece, begin);
    if (position >= 0 && upload.queue.tagAt(position) === length) {
      upload.queue.removeAt(position);
      this.#refuse(peer, piece, begin, length);
      return;
    }
    const ticket = this.#tickets.find(
      (t) =>
        t.peer === peer && !t.isDropped && t.slot === undefined && t.piece === piece && t.begin === begin,
    );
    if (ticket !== undefined) this.#drop(ticket);
    else if (++upload.strayCancels > MAX_STRAY_CANCELS + upload.requestsReceived)
      peer.close("flood", "cancelled what it never asked for");
  }

  /** We choke the peer: what is not on its way is refused, except what we granted (BEP 6). Send CHOKE first. */
  choked(peer: PeerConnection): void {
    const { upload } = peer;
    const kept: number[] = [];
    for (let i = 0; i < upload.queue.length; i++) {
      const piece = upload.queue.pieceAt(i);
      if (peer.hasFast && this.#isGranted(peer, piece))
        kept.push(piece, upload.queue.beginAt(i), upload.queue.tagAt(i));
      else this.#refuse(peer, piece, upload.queue.beginAt(i), upload.queue.tagAt(i));
    }
    upload.queue.clear();
    for (let i = 0; i < kept.length; i += 3)
      upload.queue.push(kept[i] as number, kept[i + 1] as number, kept[i + 2] as number);
    for (const ticket of this.#tickets) {
      if (ticket.peer !== peer || ticket.slot !== undefined || ticket.isDropped) continue;
      if (!this.#isGranted(peer, ticket.piece)) this.#drop(ticket);
    }
  }

  /** A piece is gone from our disk: nobody gets blocks of it any more (BEP 54). */
  pieceLost(piece: number): void {
    for (const peer of this.#swarm.roster.connected) {
      const { queue } = peer.upload;
      for (let i = queue.length - 1; i >= 0; i--) {
        if (queue.pieceAt(i) !== piece) continue;
        this.#refuse(peer, piece, queue.beginAt(i), queue.tagAt(i));
        queue.removeAt(i);
      }
    }
    for (const ticket of this.#tickets) {
      const isRead = ticket.peer === undefined || ticket.slot !== undefined;
      if (!isRead && !ticket.isDropped && ticket.piece === piece) this.#drop(ticket);
    }
  }

  #canServe(peer: PeerConnection, piece: number, begin: number, length: number): boolean {
    const content = this.#swarm.content;
    if (content === undefined || piece >= content.map.pieceCount || !content.picker.have.has(piece))
      return false;
    if (content.superSeeding?.isRevealed(peer.slot, piece) === false) return false;
    return length > 0 && length <= BLOCK_BYTES && begin + length <= content.map.bytesOf(piece);
  }

  #isGranted(peer: PeerConnection, piece: number): boolean {
    const content = this.#swarm.content;
    if (content === undefined || !peer.upload.granted.has(piece)) return false;
    const most = MAX_GRANTED_ROUNDS * peer.upload.granted.size * content.map.pieceBytes;
    return peer.upload.grantedBytes < most;
  }

  /** With Fast the peer is told, else it finds out by waiting. */
  #refuse(peer: PeerConnection, piece: number, begin: number, length: number): void {
    if (peer.hasFast) peer.outbox.block(REJECT, piece, begin, length);
  }

  #countInvalid(peer: PeerConnection): void {
    if (++peer.upload.invalidRequests > this.#swarm.shared.config.maxInvalidRequests)
      peer.close("flood", "sent too many requests that cannot be served");
  }

  // Sending ----------------------------------------------------------------------------------------------------

  /** Has storage read what the peer's stream can take. */
  pump(peer: PeerConnection): void {
    while (this.#mayRead(peer)) this.#readNext(peer);
  }

  /**
   * Under a limit: one block for each peer in turn, as far as the tokens of this tick go. Without one only those are
   * served here that had to wait for somebody else: until a limit was lifted, or the buffers of others were sent.
   */
  tick(): void {
    if (!this.#swarm.pacing.isUpLimited) {
      this.#pumpWaiting();
      return;
    }
    const { connected } = this.#swarm.roster;
    let idle = 0;
    while (idle < connected.length) {
      const peer = connected[this.#turnOfPeer++ % connected.length] as PeerConnection;
      if (this.#mayRead(peer)) {
        this.#readNext(peer);
        idle = 0;
      } else {
        idle++;
      }
    }
  }

  /** Whoever has to wait again is listed again meanwhile, and is not looked at twice. */
  #pumpWaiting(): void {
    const waiting = this.#waiting;
    const count = waiting.length;
    for (let i = 0; i < count; i++) {
      const peer = waiting[i] as PeerConnection;
      peer.upload.isListed = false;
      this.pump(peer);
    }
    waiting.splice(0, count);
  }

  #list(peer: PeerConnection): void {
    if (peer.upload.isListed) return;
    peer.upload.isListed = true;
    this.#waiting.push(peer);
  }

  #mayRead(peer: PeerConnection): boolean {
    const { upload } = peer;
    if (upload.queue.length === 0 || upload.isStreamFull || peer.isClosed) return false;
    if (!this.#hasRoom(peer)) return false;
    const { shared, pacing } = this.#swarm;
    if (shared.sendBufferBytes < shared.config.maxTotalSendBufferBytes && pacing.mayUpload(peer)) return true;
    this.#list(peer);
    return false;
  }

  /** Whether so little is read ahead for the peer that the next block is to be read; asked again with each that was sent. */
  #hasRoom(peer: PeerConnection): boolean {
    const { meter, pendingBytes } = peer.upload;
    const { config, turns } = this.#swarm.shared;
    if (pendingBytes >= config.maxSendBufferBytes - BLOCK_BYTES) return false;
    return pendingBytes < MIN_PENDING_BYTES || pendingBytes < meter.perSecond(turns.nowMs) * PENDING_SECONDS;
  }

  #readNext(peer: PeerConnection): void {
    const content = this.#swarm.content;
    const { upload } = peer;
    if (content === undefined) return;
    const token = this.#freeTokens.pop() ?? this.#newToken();
    const ticket = this.#tickets[token] as UploadTicket;
    ticket.peer = peer;
    ticket.storage = content.storage;
    ticket.piece = upload.queue.pieceAt(0);
    ticket.begin = upload.queue.beginAt(0);
    ticket.length = upload.queue.tagAt(0);
    ticket.isDropped = false;
    upload.queue.removeAt(0);
    upload.readingBlocks++;
    upload.pendingBytes += ticket.length;
    this.#swarm.pacing.uploaded(peer, ticket.length);
    content.storage.readBlock(token, ticket.piece, ticket.begin, ticket.length);
  }

  /** Storage's answer. `undefined` = it could not read the block, because of `code`. */
  blockRead(token: number, slot: BlockSlot | undefined, code: string): void {
    const ticket = this.#tickets[token];
    const peer = ticket?.peer;
    if (ticket === undefined || peer === undefined) return;
    peer.upload.readingBlocks--;
    if (slot !== undefined && !ticket.isDropped && !peer.isClosed) {
      this.#send(ticket, peer, slot);
      return;
    }
    if (slot !== undefined) ticket.storage?.releaseSlot(slot);
    else if (!ticket.isDropped && !peer.isClosed) {
      this.#refuse(peer, ticket.piece, ticket.begin, ticket.length);
      this.#swarm.tell({ type: "block-unreadable", pieceIndex: ticket.piece, code });
    }
    peer.upload.pendingBytes -= ticket.length;
    this.#free(ticket);
    this.pump(peer);
  }

  #send(ticket: UploadTicket, peer: PeerConnection, slot: BlockSlot): void {
    const { shared, totals } = this.#swarm;
    const messageBytes = PIECE_HEADER_BYTES + ticket.length;
    ticket.slot = slot;
    writeBlockHeader(slot.buffer, ticket.piece, ticket.begin, ticket.length);
    peer.upload.meter.add(shared.turns.nowMs, ticket.length);
    if (peer.isChokingPeer) peer.upload.grantedBytes += ticket.length;
    totals.uploadedBytes += ticket.length;
    shared.payload.uploadedBytes += ticket.length;
    shared.sendBufferBytes += ticket.length;
    peer.lastSentMs = shared.turns.nowMs;
    const message = slot.buffer.length === messageBytes ? slot.buffer : slot.buffer.subarray(0, messageBytes);
    if (!peer.outbox.write(message, ticket.onSent)) peer.upload.isStreamFull = true;
  }

  #sent(ticket: UploadTicket): void {
    const peer = ticket.peer;
    if (peer === undefined || ticket.slot === undefined) return;
    this.#swarm.shared.turns.enter();
    this.#releaseSlot(ticket, peer);
    this.pump(peer);
    this.#swarm.shared.turns.leave();
  }

  #releaseSlot(ticket: UploadTicket, peer: PeerConnection): void {
    if (ticket.slot !== undefined) ticket.storage?.releaseSlot(ticket.slot);
    this.#swarm.shared.sendBufferBytes -= ticket.length;
    peer.upload.pendingBytes -= ticket.length;
    this.#free(ticket);
  }

  // Ends -------------------------------------------------------------------------------------------------------

  /** The stream takes payload again. */
  writable(peer: PeerConnection): void {
    peer.upload.isStreamFull = false;
    this.pump(peer);
  }

  left(peer: PeerConnection): void {
    peer.upload.queue.clear();
    if (peer.upload.isListed) this.#waiting.splice(this.#waiting.indexOf(peer), 1);
    for (const ticket of this.#tickets) if (ticket.peer === peer) ticket.isDropped = true;
  }

  /** The stream has let go of its writes: slots that it held are free. */
  streamEnded(peer: PeerConnection): void {
    for (const ticket of this.#tickets) {
      if (ticket.peer === peer && ticket.slot !== undefined) this.#releaseSlot(ticket, peer);
    }
  }

  #drop(ticket: UploadTicket): void {
    ticket.isDropped = true;
    if (ticket.peer !== undefined) this.#refuse(ticket.peer, ticket.piece, ticket.begin, ticket.length);
  }

  #newToken(): number {
    const token = this.#tickets.length;
    this.#tickets.push(new UploadTicket(token, (ticket) => this.#sent(ticket)));
    return token;
  }

  #free(ticket: UploadTicket): void {
    ticket.peer = undefined;
    ticket.storage = undefined;
    ticket.slot = undefined;
    this.#freeTokens.push(ticket.token);
  }
}
