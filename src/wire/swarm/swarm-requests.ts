/**
 * What peers are asked for: keeps their queues of requests filled, and takes requests back that come to nothing. Only
 * the peer that received a block is planned anew, and only when its queue runs low; a refill allocates nothing but
 * one segment record a megabyte.
 *
 *   LIVE --block--> gone      LIVE --choke, no Fast--> gone (its block may still arrive: `lateAllowance`)
 *   LIVE --cancel, timeout--> GIVEN_UP (Fast: an answer is owed) or gone       GIVEN_UP --block, reject--> gone
 */
import { invariant } from "../../core/invariant.ts";
import { BLOCK_BYTES } from "../../torrent/piece-map.ts";
import type { PeerConnection } from "../peer/peer-connection.ts";
import { GIVEN_UP, LIVE, type PeerDownload } from "../peer/peer-download.ts";
import { CANCEL, REQUEST } from "../protocol/message-ids.ts";
import type { PiecePicker } from "./piece-picker.ts";
import { fairLimit } from "./request-budget.ts";
import type { ContentState, SwarmContext } from "./swarm-context.ts";

/** Share of the memory for payload that requests may lay claim to; the rest is for pieces that wait for the disk. */
const REQUESTED_SHARE = 0.75;
/** Slabs that an active download keeps at hand from one refill to the next. */
const KEPT_SLABS = 2;
/** Blocks that one refill can ask for: the deepest window. */
const MAX_PICKED_BLOCKS = 512;
/** Requests of one peer, given up ones included, beyond which it is asked for nothing more. */
const MAX_OWED_ANSWERS = 1_024;
/** Requests that a peer keeps when others become urgent: what is on its way already. */
const KEPT_REQUESTS = 4;
/** threats W4, seen from the other side: rejects for what was never asked. */
const MAX_STRAY_REJECTS = 300;
/** Wait after a reject while unchoked, times the rejects in a row; as libtorrent, peers that mean it are left alone. */
const REJECT_PAUSE_MS = 1_000;
const MAX_REJECT_PAUSE_MS = 60_000;
/** Peers below and above share pieces with their like; a 256 KiB piece takes a slow one 8 s or more. */
const SLOW_BYTES_PER_SECOND = 32 * 1024;
const FAST_BYTES_PER_SECOND = 512 * 1024;
/** A peer that brings a whole piece within this time gets one of its own; libtorrent's whole_pieces_threshold. */
const WHOLE_PIECE_SECONDS = 20;

export class SwarmRequests {
  readonly #swarm: SwarmContext;
  readonly #picked = new Int32Array(2 * MAX_PICKED_BLOCKS);
  /** Peers that are starved, and some that were: what a tick must look at. */
  readonly #starved: PeerConnection[] = [];
  /** Something has changed by which anybody may be asked for more. */
  #wantsReplan = false;
  /** Something was freed that a starved peer could be asked for. */
  #wantsRetry = false;
  #turnOfPeer = 0;
  /** Requests per peer where many share the memory. */
  #fairRequests = Number.POSITIVE_INFINITY;

  constructor(swarm: SwarmContext) {
    this.#swarm = swarm;
  }

  // Asking -----------------------------------------------------------------------------------------------------

  /** Fills the peer's queue of requests when it has run low. */
  refill(peer: PeerConnection): void {
    const content = this.#swarm.content;
    const download = peer.download;
    if (content === undefined || peer.slot < 0 || !this.#mayAsk(peer)) return;
    const { pacing } = this.#swarm;
    const isInTurn = pacing.takesTurns && !pacing.isExempt(peer);
    const mostNow = isInTurn ? Number(pacing.isTurn) : MAX_PICKED_BLOCKS;
    const room = Math.min(download.window.roomFor(download.liveRequests, this.#maxRequestsOf(peer)), mostNow);
    if (room <= 0) {
      download.isStarved = false;
      download.isOutOfMemory = false;
      return;
    }
    const neededSegments = content.segments.segmentsFor(room);
    download.pick.maxNewSegments = content.segments.reserve(neededSegments);
    const asked = this.#pickAndAsk(content, peer, room);
    if (isInTurn && asked > 0) pacing.turnTaken();
    content.segments.trimReserve(asked > 0 ? KEPT_SLABS : 0);
    const isStarved = asked < room;
    download.isStarved = isStarved;
    download.isOutOfMemory = isStarved && download.pick.maxNewSegments < neededSegments;
    if (isStarved) this.#list(peer);
  }

  #maxRequestsOf(peer: PeerConnection): number {
    const { pacing } = this.#swarm;
    return pacing.isExempt(peer)
      ? this.#fairRequests
      : Math.min(pacing.maxRequestsPerPeer, this.#fairRequests);
  }

  #mayAsk(peer: PeerConnection): boolean {
    const download = peer.download;
    if (this.#swarm.isHalted || !this.#swarm.isRunning || !peer.isInterestedInPeer) return false;
    if (peer.isChokedByPeer && download.allowedFast.length === 0) return false;
    if (download.requests.length > MAX_OWED_ANSWERS) return false;
    if (this.#swarm.shared.turns.nowMs >= download.notBeforeMs) return true;
    download.isStarved = true;
    this.#list(peer);
    return false;
  }

  #pickAndAsk(content: ContentState, peer: PeerConnection, room: number): number {
    const { picker } = content;
    const { allowedFast, suggested, pick } = peer.download;
    if (peer.isChokedByPeer) {
      return this.#ask(content, peer, picker.pickFrom(peer.slot, allowedFast, room, this.#picked, pick));
    }
    let asked = 0;
    if (suggested.length > 0) {
      asked = this.#ask(content, peer, picker.pickFrom(peer.slot, suggested, room, this.#picked, pick));
      if (asked === room) return asked;
    }
    return asked + this.#ask(content, peer, picker.pick(peer.slot, room - asked, this.#picked, pick));
  }

  /** Sends requests for the first `count` picked blocks. */
  #ask(content: ContentState, peer: PeerConnection, count: number): number {
    const download = peer.download;
    const { nowMs } = this.#swarm.shared.turns;
    if (count > 0 && download.liveRequests === 0) {
      download.progressAtMs = nowMs;
      download.probeSentMs = nowMs;
    }
    for (let i = 0; i < count; i++) {
      const piece = this.#picked[2 * i] as number;
      const block = this.#picked[2 * i + 1] as number;
      const segment = content.segments.openFor(piece, block);
      invariant(segment !== undefined, "a slab was reserved for every new segment");
      segment.requests++;
      download.requests.push(piece, block * BLOCK_BYTES, LIVE, nowMs);
      peer.outbox.block(REQUEST, piece, block * BLOCK_BYTES, content.map.blockBytes(piece, block));
    }
    download.liveRequests += count;
    return count;
  }

  /** Plans starved peers anew where something was freed; always when `isSecond`. */
  tick(isSecond: boolean): void {
    if (this.#swarm.content === undefined || this.#swarm.isHalted) return;
    if (isSecond) this.#shareRequests(this.#swarm.content);
    const isForAll = this.#wantsReplan || isSecond;
    const isRetry = this.#wantsRetry;
    this.#wantsReplan = false;
    this.#wantsRetry = false;
    if (this.#swarm.pacing.takesTurns) this.#giveTurns();
    if (isForAll) this.#planAll();
    else if (this.#starved.length > 0 && (isRetry || this.#mayFindMore(this.#swarm.content)))
      this.#planStarved();
  }

  /** Segments of long pieces give their memory back without a verdict, so whoever found none looks again. */
  #mayFindMore(content: ContentState): boolean {
    return content.picker.isEndgame || this.isOutOfMemory;
  }

  #planAll(): void {
    const { connected } = this.#swarm.roster;
    for (let i = connected.length - 1; i >= 0; i--) {
      const peer = connected[i] as PeerConnection;
      if (peer.download.isStarved || peer.download.liveRequests === 0) this.refill(peer);
    }
  }

  /** Who has nothing outstanding and is not starved cannot be asked, and is planned for when that changes. */
  #planStarved(): void {
    const starved = this.#starved;
    // Whoever is starved again during this pass goes to the end of the list, and is not looked at twice.
    const count = starved.length;
    for (let i = 0; i < count; i++) {
      const peer = starved[i] as PeerConnection;
      peer.download.isListed = false;
      if (peer.download.isStarved && !peer.isClosed) this.refill(peer);
      if (peer.download.isStarved && !peer.isClosed) this.#list(peer);
    }
    starved.splice(0, count);
  }

  #list(peer: PeerConnection): void {
    if (peer.download.isListed) return;
    peer.download.isListed = true;
    this.#starved.push(peer);
  }

  /** Under a low limit: another peer begins each time, so that a slow one does not keep the others waiting. */
  #giveTurns(): void {
    const { connected } = this.#swarm.roster;
    for (let i = 0; i < connected.length && this.#swarm.pacing.isTurn; i++)
      this.refill(connected[this.#turnOfPeer++ % connected.length] as PeerConnection);
  }

  /** Priorities, order or the halt have changed: everybody may find something. */
  replan(): void {
    this.#wantsReplan = true;
  }

  /** A piece is done: whoever found too little before may find more. */
  retry(): void {
    this.#wantsRetry = true;
  }

  #shareRequests(content: ContentState): void {
    const { connected } = this.#swarm.roster;
    const downloading = connected.filter((peer) => peer.download.liveRequests > 0);
    const depths = downloading.map((peer) => peer.download.window.depth);
    this.#shareLimit();
    this.#fairRequests = fairLimit(depths, content.segments.capacityBlocks * REQUESTED_SHARE);
  }

  #shareLimit(): void {
    const open = this.#swarm.roster.connected.filter(
      (peer) => peer.isInterestedInPeer && !peer.isChokedByPeer,
    );
    this.#swarm.pacing.shareAmong(open.length);
  }

  /** Removes the request that is answered; whether it was live. */
  take(peer: PeerConnection, piece: number, begin: number): boolean {
    const { requests } = peer.download;
    const position = requests.find(piece, begin);
    if (position < 0) return false;
    const wasLive = requests.tagAt(position) === LIVE;
    requests.removeAt(position);
    if (wasLive) peer.download.liveRequests--;
    return wasLive;
  }

  // Requests that come to nothing ------------------------------------------------------------------------------

  /** The peer lets us download. A limit is shared anew at once: those that do so within a second would each take all of it. */
  unchoked(peer: PeerConnection): void {
    if (this.#swarm.pacing.isDownLimited) this.#shareLimit();
    this.refill(peer);
  }

  /** The peer choked us. Without the Fast extension that drops every request (BEP 3); with it, rejects follow (BEP 6). */
  choked(peer: PeerConnection): void {
    const content = this.#swarm.content;
    if (content === undefined || peer.hasFast) return;
    const { requests } = peer.download;
    peer.download.lateAllowance += requests.length;
    this.#releaseSegments(content, peer);
    requests.clear();
    peer.download.liveRequests = 0;
    content.picker.releaseRequests(peer.slot);
    this.#wantsReplan = true;
  }

  /** The peer has lost the piece. Without the Fast extension it will not answer; with it, rejects follow (BEP 54). */
  takenBack(peer: PeerConnection, piece: number): void {
    const content = this.#swarm.content;
    if (content === undefined || peer.hasFast) return;
    const { requests } = peer.download;
    for (let i = requests.length - 1; i >= 0; i--) {
      if (requests.pieceAt(i) !== piece || requests.tagAt(i) !== LIVE) continue;
      content.picker.blockLost(peer.slot, piece, requests.beginAt(i) / BLOCK_BYTES);
      this.#giveUp(peer, i, false);
    }
    this.#wantsReplan = true;
  }

  rejected(peer: PeerConnection, piece: number, begin: number): void {
    const content = this.#swarm.content;
    const download = peer.download;
    const position = download.requests.find(piece, begin);
    if (content === undefined || position < 0) {
      if (++download.strayRejects > MAX_STRAY_REJECTS) peer.close("flood", "rejected what was never asked");
      return;
    }
    // The answer to a cancel of ours says nothing about the peer.
    if (!this.take(peer, piece, begin)) return;
    const block = begin / BLOCK_BYTES;
    content.picker.blockLost(peer.slot, piece, block);
    content.segments.requestGone(piece, block);
    this.#wantsReplan = true;
    forget(download.suggested, piece);
    if (peer.isChokedByPeer) forget(download.allowedFast, piece);
    else this.#pauseAfterReject(peer);
  }

  /** A peer that refuses while it lets us download would be asked for the same again at once. */
  #pauseAfterReject(peer: PeerConnection): void {
    const { download } = peer;
    const pauseMs = Math.min(MAX_REJECT_PAUSE_MS, ++download.rejectStreak * REJECT_PAUSE_MS);
    download.notBeforeMs = this.#swarm.shared.turns.nowMs + pauseMs;
    download.isStarved = true;
    this.#list(peer);
  }

  /** The peer is gone: nothing is asked of it any more. The picker is told by `peerLeft`. */
  forgetAll(content: ContentState, peer: PeerConnection): void {
    this.#releaseSegments(content, peer);
    peer.download.requests.clear();
    peer.download.liveRequests = 0;
    if (peer.download.isListed) this.#starved.splice(this.#starved.indexOf(peer), 1);
    this.#wantsReplan = true;
  }

  #releaseSegments(content: ContentState, peer: PeerConnection): void {
    const { requests } = peer.download;
    for (let i = 0; i < requests.length; i++) {
      if (requests.tagAt(i) === LIVE)
        content.segments.requestGone(requests.pieceAt(i), requests.beginAt(i) / BLOCK_BYTES);
    }
  }

  /** The other requester of a block that has just arrived (endgame). */
  cancelRival(slot: number, piece: number, block: number): void {
    const rival = this.#swarm.roster.at(slot);
    const position = rival?.download.requests.find(piece, block * BLOCK_BYTES) ?? -1;
    if (rival !== undefined && position >= 0) this.#giveUp(rival, position, true);
  }

  /** A live request is not waited for any more. The picker is not told here. */
  #giveUp(peer: PeerConnection, position: number, sendsCancel: boolean): void {
    const content = this.#swarm.content as ContentState;
    const { requests } = peer.download;
    if (requests.tagAt(position) !== LIVE) return;
    const piece = requests.pieceAt(position);
    const begin = requests.beginAt(position);
    const block = begin / BLOCK_BYTES;
    if (sendsCancel) peer.outbox.block(CANCEL, piece, begin, content.map.blockBytes(piece, block));
    if (peer.hasFast) requests.setTag(position, GIVEN_UP);
    else {
      requests.removeAt(position);
      peer.download.lateAllowance++;
    }
    peer.download.liveRequests--;
    content.segments.requestGone(piece, block);
  }

  /** Cancels what is asked of the peer of this piece, which is about to be abandoned. */
  giveUpPiece(peer: PeerConnection, piece: number): void {
    const { requests } = peer.download;
    for (let i = requests.length - 1; i >= 0; i--)
      if (requests.pieceAt(i) === piece) this.#giveUp(peer, i, true);
    this.#wantsReplan = true;
  }

  /** Takes back what the peer has not begun to send and is not `isUrgent`; a few stay, so that its pipe does not run dry. */
  yieldTo(peer: PeerConnection, isUrgent: (piece: number) => boolean): void {
    const content = this.#swarm.content;
    if (content === undefined) return;
    const { requests } = peer.download;
    for (let i = requests.length - 1; i >= KEPT_REQUESTS; i--) {
      const piece = requests.pieceAt(i);
      if (requests.tagAt(i) !== LIVE || isUrgent(piece)) continue;
      content.picker.blockLost(peer.slot, piece, requests.beginAt(i) / BLOCK_BYTES);
      this.#giveUp(peer, i, true);
    }
    this.#wantsReplan = true;
  }

  // Time -------------------------------------------------------------------------------------------------------

  /** Once a second: fits the queue to the rate and takes requests away from a peer that does not answer. */
  second(peer: PeerConnection): void {
    const content = this.#swarm.content;
    const { download } = peer;
    const { nowMs } = this.#swarm.shared.turns;
    const bytes = download.meter.total - download.secondStartBytes;
    download.secondStartBytes = download.meter.total;
    if (content === undefined || download.liveRequests === 0) return;
    const rate = download.meter.perSecond(nowMs);
    download.window.secondPassed(bytes);
    download.window.fitToRate(rate);
    this.#classify(content, peer, rate);
    // While we do not read, silence is our own doing.
    if (peer.isReadingPaused) download.progressAtMs = nowMs;
    const silentMs = nowMs - download.progressAtMs;
    if (silentMs < this.#timeoutMs(content.picker)) return;
    if (silentMs >= this.#swarm.shared.config.snubTimeoutMs) download.isSnubbed = true;
    this.#timeOut(content.picker, peer);
  }

  #timeoutMs(picker: PiecePicker): number {
    const { blockTimeoutMs, endgameTimeoutMs } = this.#swarm.shared.config;
    return picker.isEndgame ? Math.min(endgameTimeoutMs, blockTimeoutMs) : blockTimeoutMs;
  }

  #classify(content: ContentState, peer: PeerConnection, rate: number): void {
    const { pick } = peer.download;
    pick.speedClass = rate < SLOW_BYTES_PER_SECOND ? 0 : rate < FAST_BYTES_PER_SECOND ? 1 : 2;
    if (content.blame.isOnParole(peer.slot)) pick.sharing = "only-whole";
    else pick.sharing = rate * WHOLE_PIECE_SECONDS >= content.map.pieceBytes ? "prefer-whole" : "share";
  }

  /**
   * No block for too long. All requests but the oldest are cancelled and free for others; the oldest stays as a
   * probe until its piece has nothing else to ask for, and even then its block is welcome while it is missing.
   */
  #timeOut(picker: PiecePicker, peer: PeerConnection): void {
    const { download } = peer;
    const { requests } = download;
    download.window.snubbed();
    const oldest = oldestLive(download);
    for (let i = requests.length - 1; i >= oldest; i--) {
      if (requests.tagAt(i) !== LIVE) continue;
      const piece = requests.pieceAt(i);
      if (i === oldest && !download.isSnubbed && picker.freeBlocksOf(piece) > 0) continue;
      picker.blockLost(peer.slot, piece, requests.beginAt(i) / BLOCK_BYTES);
      this.#giveUp(peer, i, i !== oldest);
      this.#wantsReplan = true;
    }
  }

  /** Whether some peer could be asked for more if there were memory. */
  get isOutOfMemory(): boolean {
    return this.#starved.some((peer) => peer.download.isOutOfMemory);
  }
}

/** Position of the oldest live request; the length when there is none. */
function oldestLive(download: PeerDownload): number {
  const { requests } = download;
  for (let i = 0; i < requests.length; i++) if (requests.tagAt(i) === LIVE) return i;
  return requests.length;
}

function forget(pieces: number[], piece: number): void {
  const position = pieces.indexOf(piece);
  if (position >= 0) pieces.splice(position, 1);
}
