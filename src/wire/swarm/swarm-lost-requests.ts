/**
 * Requests that come to nothing: refused, dropped by a choke, given up because nobody needs the block any more or the peer does
 * not answer. Whatever was lost is free for others.
 *
 *   LIVE --block--> gone      LIVE --choke, no Fast--> gone (its block may still arrive: `lateAllowance`)
 *   LIVE --cancel, timeout--> GIVEN_UP (Fast: an answer is owed) or gone       GIVEN_UP --block, reject--> gone
 */
import { BLOCK_BYTES } from "../../torrent/piece-map.ts";
import type { PeerConnection } from "../peer/peer-connection.ts";
import { GIVEN_UP, LIVE, type PeerDownload } from "../peer/peer-download.ts";
import { CANCEL } from "../protocol/message-ids.ts";
import type { PiecePicker } from "./piece-picker.ts";
import type { ContentState, SwarmContext } from "./swarm-context.ts";
import type { SwarmRequests } from "./swarm-requests.ts";

/** Requests that a peer keeps when others become urgent: what is on its way already. */
const KEPT_REQUESTS = 4;
/** threats W4, seen from the other side: rejects for what was never asked. */
const MAX_STRAY_REJECTS = 300;
/** Wait after a reject while unchoked, times the rejects in a row; as libtorrent, peers that mean it are left alone. */
const REJECT_PAUSE_MS = 1_000;
const MAX_REJECT_PAUSE_MS = 60_000;

export class SwarmLostRequests {
  readonly #swarm: SwarmContext;
  readonly #requests: SwarmRequests;

  constructor(swarm: SwarmContext, requests: SwarmRequests) {
    this.#swarm = swarm;
    this.#requests = requests;
  }

  // By the peer ------------------------------------------------------------------------------------------------

  /** The peer choked us. Without the Fast extension that drops every request (BEP 3); with it, rejects follow (BEP 6). */
  choked(peer: PeerConnection): void {
    const content = this.#swarm.content;
    if (content === undefined || peer.hasFast) return;
    peer.download.lateAllowance += peer.download.requests.length;
    this.#releaseAll(content, peer);
    content.picker.releaseRequests(peer.slot);
    this.#requests.replan();
  }

  /** The peer has lost the piece. Without the Fast extension it will not answer; with it, rejects follow (BEP 54). */
  takenBack(peer: PeerConnection, piece: number): void {
    const content = this.#swarm.content;
    if (content === undefined || peer.hasFast) return;
    const { requests } = peer.download;
    for (let i = requests.length - 1; i >= 0; i--) {
      if (requests.pieceAt(i) !== piece || requests.tagAt(i) !== LIVE) continue;
      content.picker.blockLost(peer.slot, piece, requests.beginAt(i) / BLOCK_BYTES);
      this.#giveUp(content, peer, i, false);
    }
    this.#requests.replan();
  }

  rejected(peer: PeerConnection, piece: number, begin: number): void {
    const content = this.#swarm.content;
    const download = peer.download;
    if (content === undefined || download.requests.find(piece, begin) < 0) {
      if (++download.strayRejects > MAX_STRAY_REJECTS) peer.close("flood", "rejected what was never asked");
      return;
    }
    // The answer to a cancel of ours says nothing about the peer.
    if (!download.take(piece, begin)) return;
    const block = begin / BLOCK_BYTES;
    content.picker.blockLost(peer.slot, piece, block);
    content.segments.requestGone(piece, block);
    this.#requests.replan();
    forget(download.suggested, piece);
    if (peer.isChokedByPeer) forget(download.allowedFast, piece);
    // A peer that refuses while it lets us download would be asked for the same again at once.
    else this.#requests.rest(peer, Math.min(MAX_REJECT_PAUSE_MS, ++download.rejectStreak * REJECT_PAUSE_MS));
  }

  /** The peer is gone: nothing is asked of it any more. The picker is told by `peerLeft`. */
  left(content: ContentState, peer: PeerConnection): void {
    this.#releaseAll(content, peer);
    this.#requests.left(peer);
  }

  #releaseAll(content: ContentState, peer: PeerConnection): void {
    const { requests } = peer.download;
    for (let i = 0; i < requests.length; i++) {
      if (requests.tagAt(i) === LIVE)
        content.segments.requestGone(requests.pieceAt(i), requests.beginAt(i) / BLOCK_BYTES);
    }
    requests.clear();
    peer.download.liveRequests = 0;
  }

  // By us ------------------------------------------------------------------------------------------------------

  /** The other requester of a block that has just arrived (endgame). */
  cancelRival(content: ContentState, slot: number, piece: number, block: number): void {
    const rival = this.#swarm.roster.at(slot);
    const position = rival?.download.requests.find(piece, block * BLOCK_BYTES) ?? -1;
    if (rival !== undefined && position >= 0) this.#giveUp(content, rival, position, true);
  }

  /** Cancels what is asked of the peer of this piece, which is about to be abandoned. */
  giveUpPiece(content: ContentState, peer: PeerConnection, piece: number): void {
    const { requests } = peer.download;
    for (let i = requests.length - 1; i >= 0; i--)
      if (requests.pieceAt(i) === piece) this.#giveUp(content, peer, i, true);
    this.#requests.replan();
  }

  /** Takes back what the peer has not begun to send and is not `isUrgent`; a few stay, so that its pipe does not run dry. */
  yieldTo(content: ContentState, peer: PeerConnection, isUrgent: (piece: number) => boolean): void {
    const { requests } = peer.download;
    for (let i = requests.length - 1; i >= KEPT_REQUESTS; i--) {
      const piece = requests.pieceAt(i);
      if (requests.tagAt(i) !== LIVE || isUrgent(piece)) continue;
      content.picker.blockLost(peer.slot, piece, requests.beginAt(i) / BLOCK_BYTES);
      this.#giveUp(content, peer, i, true);
    }
    this.#requests.replan();
  }

  /** A live request is not waited for any more. The picker is not told here. */
  #giveUp(content: ContentState, peer: PeerConnection, position: number, sendsCancel: boolean): void {
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

  // By time ----------------------------------------------------------------------------------------------------

  /** Once a second: takes requests away from a peer that does not answer. */
  second(peer: PeerConnection): void {
    const content = this.#swarm.content;
    const { download } = peer;
    const { nowMs } = this.#swarm.shared.turns;
    if (content === undefined || download.liveRequests === 0) return;
    // While we do not read, silence is our own doing.
    if (peer.isReadingPaused) download.progressAtMs = nowMs;
    const silentMs = nowMs - download.progressAtMs;
    if (silentMs < this.#timeoutMs(content.picker)) return;
    if (silentMs >= this.#swarm.shared.config.snubTimeoutMs) download.isSnubbed = true;
    this.#timeOut(content, peer);
  }

  #timeoutMs(picker: PiecePicker): number {
    const { blockTimeoutMs, endgameTimeoutMs } = this.#swarm.shared.config;
    return picker.isEndgame ? Math.min(endgameTimeoutMs, blockTimeoutMs) : blockTimeoutMs;
  }

  /**
   * No block for too long. All requests but the oldest are cancelled and free for others; the oldest stays as a
   * probe until its piece has nothing else to ask for, and even then its block is welcome while it is missing.
   */
  #timeOut(content: ContentState, peer: PeerConnection): void {
    const { picker } = content;
    const { download } = peer;
    const { requests } = download;
    download.window.snubbed();
    const oldest = oldestLive(download);
    for (let i = requests.length - 1; i >= oldest; i--) {
      if (requests.tagAt(i) !== LIVE) continue;
      const piece = requests.pieceAt(i);
      if (i === oldest && !download.isSnubbed && picker.freeBlocksOf(piece) > 0) continue;
      picker.blockLost(peer.slot, piece, requests.beginAt(i) / BLOCK_BYTES);
      this.#giveUp(content, peer, i, i !== oldest);
      this.#requests.replan();
    }
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
