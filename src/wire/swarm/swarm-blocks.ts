/**
 * Blocks as they arrive: decides where their payload goes, checks them in with picker and blame, hands finished
 * segments to storage. `start` and `end` are the hot path and allocate nothing.
 *
 * One connection at a time writes to the place of a block. A second one that sends the same block (endgame, or late
 * after a timeout) writes to scratch memory and is copied if it is complete first, so bytes of two never mix.
 */
import { invariant } from "../../core/invariant.ts";
import { NEVER_MS } from "../../core/never-ms.ts";
import { BLOCK_BYTES, type PieceMap, SEGMENT_BYTES } from "../../torrent/piece-map.ts";
import type { PeerConnection } from "../peer/peer-connection.ts";
import type { PeerDownload } from "../peer/peer-download.ts";
import { BLOCK_DUPLICATE, SEGMENT_COMPLETE } from "./piece-picker.ts";
import type { ContentState, SwarmContext } from "./swarm-context.ts";
import type { SwarmLostRequests } from "./swarm-lost-requests.ts";
import type { ReceivingSegment } from "./swarm-segments.ts";

const SEGMENT_BLOCKS = SEGMENT_BYTES / BLOCK_BYTES;

export class SwarmBlocks {
  readonly #swarm: SwarmContext;
  readonly #lostRequests: SwarmLostRequests;

  constructor(swarm: SwarmContext, lostRequests: SwarmLostRequests) {
    this.#swarm = swarm;
    this.#lostRequests = lostRequests;
  }

  /** Header of a block: decides where its payload goes, or that it is dropped. */
  start(peer: PeerConnection, piece: number, begin: number, length: number): void {
    const content = this.#swarm.content;
    const download = peer.download;
    download.arrivingPiece = -1;
    download.segment = undefined;
    if (
      content === undefined ||
      !isBlock(content.map, piece, begin, length) ||
      !expects(download, piece, begin)
    ) {
      this.#unsolicited(peer, length);
      return;
    }
    download.arrivingPiece = piece;
    download.arrivingBegin = begin;
    download.arrivingBytes = length;
    const block = begin / BLOCK_BYTES;
    // What was on its way when the disk failed has no place to go.
    if (this.#swarm.isHalted || !content.picker.isBlockMissing(piece, block)) return;
    const segment = content.segments.openFor(piece, block);
    if (segment !== undefined) place(peer, segment, block, length);
  }

  /** The payload is complete (or was dropped). */
  end(peer: PeerConnection): void {
    const content = this.#swarm.content;
    const download = peer.download;
    const piece = download.arrivingPiece;
    if (content === undefined || piece < 0) return;
    download.arrivingPiece = -1;
    const block = download.arrivingBegin / BLOCK_BYTES;
    const wasLive = download.take(piece, download.arrivingBegin);
    this.#noteArrival(peer);
    if (this.#accept(content, peer, piece, block, wasLive)) return;
    this.#swarm.totals.wastedRedundantBytes += download.arrivingBytes;
    if (!wasLive) return;
    content.picker.blockLost(peer.slot, piece, block);
    content.segments.requestGone(piece, block);
  }

  #noteArrival(peer: PeerConnection): void {
    const download = peer.download;
    const { nowMs } = this.#swarm.shared.turns;
    if (download.probeSentMs !== NEVER_MS) {
      const sampleMs = nowMs - download.probeSentMs;
      peer.rttMs = peer.rttMs === undefined ? sampleMs : Math.min(peer.rttMs, sampleMs);
      download.probeSentMs = NEVER_MS;
    }
    download.progressAtMs = nowMs;
    download.isSnubbed = false;
    download.rejectStreak = 0;
    download.window.blockArrived();
  }

  /** Takes the block into its segment; false when it was not needed or had no place. */
  #accept(
    content: ContentState,
    peer: PeerConnection,
    piece: number,
    block: number,
    wasLive: boolean,
  ): boolean {
    const { picker, segments } = content;
    const download = peer.download;
    const segment = download.segment;
    download.segment = undefined;
    if (segment === undefined) return false;
    if (download.isInScratch && !this.#takeFromScratch(content, peer, segment, piece, block)) return false;
    const rival = picker.otherRequester(peer.slot, piece, block);
    const outcome = picker.blockReceived(peer.slot, piece, block);
    segment.isBeingWritten[block % SEGMENT_BLOCKS] = 0;
    if ((outcome & BLOCK_DUPLICATE) !== 0) {
      segments.writeEnded(segment, block);
      return false;
    }
    segment.received++;
    if (wasLive) segment.requests--;
    content.blame.blockReceived(peer.slot, piece, block);
    download.usefulBytes += download.arrivingBytes;
    this.#swarm.totals.downloadedBytes += download.arrivingBytes;
    this.#swarm.shared.payload.downloadedBytes += download.arrivingBytes;
    if (rival >= 0) this.#lostRequests.cancelRival(content, rival, piece, block);
    if ((outcome & SEGMENT_COMPLETE) !== 0) this.#store(content, segment);
    return true;
  }

  /** Copies a block that could not be written to its place; false when the place was filled meanwhile. */
  #takeFromScratch(
    content: ContentState,
    peer: PeerConnection,
    segment: ReceivingSegment,
    piece: number,
    block: number,
  ): boolean {
    const download = peer.download;
    if (!content.picker.isBlockMissing(piece, block) || content.segments.find(piece, block) !== segment)
      return false;
    this.#dropWriters(segment, block);
    const offset = (block % SEGMENT_BLOCKS) * BLOCK_BYTES;
    segment.slab.bytes.set((download.scratch as Uint8Array).subarray(0, download.arrivingBytes), offset);
    return true;
  }

  /** Whoever is writing this block (or any block, without one) to the segment writes no more. */
  #dropWriters(segment: ReceivingSegment, block?: number): void {
    for (const peer of this.#swarm.roster.connected) {
      const { download } = peer;
      if (download.segment !== segment || (download.isInScratch && block !== undefined)) continue;
      const writing = download.arrivingBegin / BLOCK_BYTES;
      if (block !== undefined && writing !== block) continue;
      peer.dropBlock();
      download.segment = undefined;
      segment.isBeingWritten[writing % SEGMENT_BLOCKS] = 0;
    }
  }

  #store(content: ContentState, segment: ReceivingSegment): void {
    const slab = content.segments.take(segment);
    content.storage.storeSegment(
      segment.piece,
      segment.offsetBytes,
      slab,
      segment.lengthBytes,
      content.blame.wantsDigests(segment.piece),
    );
  }

  #unsolicited(peer: PeerConnection, length: number): void {
    this.#swarm.totals.wastedUnrequestedBytes += length;
    if (++peer.download.unsolicitedBlocks > this.#swarm.shared.config.maxUnsolicitedBlocks)
      peer.close("protocol-error", "sent blocks that nobody asked for");
  }

  /** The peer is gone; its slot is still valid. */
  left(peer: PeerConnection): void {
    const content = this.#swarm.content;
    if (content === undefined) return;
    const { download } = peer;
    const segment = download.segment;
    this.#lostRequests.left(content, peer);
    download.segment = undefined;
    if (segment !== undefined && !download.isInScratch)
      content.segments.writeEnded(segment, download.arrivingBegin / BLOCK_BYTES);
    content.segments.trimReserve(0);
    content.picker.peerLeft(peer.slot);
    content.blame.peerLeft(peer.slot);
  }

  /** Drops what is unfinished of all pieces and gives the slabs back: the torrent stops, or its disk failed. */
  abandonAll(): void {
    const content = this.#swarm.content;
    if (content === undefined) return;
    for (const piece of content.segments.openPieces()) this.abandon(piece);
    content.segments.trimReserve(0);
  }

  /** Drops what was received of a piece and everything that is asked for of it. */
  abandon(piece: number): void {
    const content = this.#swarm.content;
    if (content === undefined || content.picker.isPending(piece)) return;
    for (const peer of this.#swarm.roster.connected) {
      if (peer.download.segment?.piece === piece) this.#dropWriters(peer.download.segment);
      this.#lostRequests.giveUpPiece(content, peer, piece);
    }
    content.picker.abandonPiece(piece);
    content.blame.pieceAbandoned(piece);
    content.segments.dropPiece(piece);
    content.storage.discardPiece(piece);
  }
}

/** Whether the peer owes us this block, or may still send it after a choke or a cancel that crossed it. */
function expects(download: PeerDownload, piece: number, begin: number): boolean {
  if (download.requests.find(piece, begin) >= 0) return true;
  if (download.lateAllowance === 0) return false;
  download.lateAllowance--;
  return true;
}

/** Aims the payload at its place in the slab, or at scratch memory while another connection writes there. */
function place(peer: PeerConnection, segment: ReceivingSegment, block: number, length: number): void {
  const download = peer.download;
  const index = block % SEGMENT_BLOCKS;
  download.segment = segment;
  download.isInScratch = segment.isBeingWritten[index] === 1;
  if (download.isInScratch) {
    download.scratch ??= new Uint8Array(BLOCK_BYTES);
    peer.placeBlock(download.scratch, 0);
  } else {
    segment.isBeingWritten[index] = 1;
    peer.placeBlock(segment.slab.bytes, index * BLOCK_BYTES);
  }
  invariant(length <= BLOCK_BYTES, "the decoder lets no longer block pass");
}

function isBlock(map: PieceMap, piece: number, begin: number, length: number): boolean {
  if (piece >= map.pieceCount || begin % BLOCK_BYTES !== 0 || begin >= map.bytesOf(piece)) return false;
  return length === map.blockBytes(piece, begin / BLOCK_BYTES);
}
