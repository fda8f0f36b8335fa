/**
 * What peers are asked for: keeps their queues of requests filled. Only the peer that received a block is planned anew, and
 * only when its queue runs low; a refill allocates nothing but one segment record a megabyte. What becomes of requests that
 * come to nothing is in swarm-lost-requests.ts.
 */
import { invariant } from "../../core/invariant.ts";
import { BLOCK_BYTES } from "../../torrent/piece-map.ts";
import type { PeerConnection } from "../peer/peer-connection.ts";
import { LIVE } from "../peer/peer-download.ts";
import { REQUEST } from "../protocol/message-ids.ts";
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
      download.requests.push(piece, block * BLOCK_BYTES, LIVE);
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

  /** The peer lets us download. A limit is shared anew at once: those that do so within a second would each take all of it. */
  unchoked(peer: PeerConnection): void {
    if (this.#swarm.pacing.isDownLimited) this.#shareLimit();
    this.refill(peer);
  }

  /** The peer is asked for nothing for so long. */
  rest(peer: PeerConnection, pauseMs: number): void {
    const { download } = peer;
    download.notBeforeMs = this.#swarm.shared.turns.nowMs + pauseMs;
    download.isStarved = true;
    this.#list(peer);
  }

  /** The peer is gone. */
  left(peer: PeerConnection): void {
    if (peer.download.isListed) this.#starved.splice(this.#starved.indexOf(peer), 1);
    this.#wantsReplan = true;
  }

  /** Once a second: fits the queue to the rate. */
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
  }

  #classify(content: ContentState, peer: PeerConnection, rate: number): void {
    const { pick } = peer.download;
    pick.speedClass = rate < SLOW_BYTES_PER_SECOND ? 0 : rate < FAST_BYTES_PER_SECOND ? 1 : 2;
    if (content.blame.isOnParole(peer.slot)) pick.sharing = "only-whole";
    else pick.sharing = rate * WHOLE_PIECE_SECONDS >= content.map.pieceBytes ? "prefer-whole" : "share";
  }

  /** Whether some peer could be asked for more if there were memory. */
  get isOutOfMemory(): boolean {
    return this.#starved.some((peer) => peer.download.isOutOfMemory);
  }
}
