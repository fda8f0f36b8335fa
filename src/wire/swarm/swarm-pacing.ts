/**
 * Rate limits of one swarm under those of the engine. Downloading is limited by not reading: a peer whose blocks
 * arrive while a bucket is in debt is paused, and paused peers go on in the order they were paused as tokens flow
 * in, so that the transport's window slows the sender down. Whoever owes us no block is never paused: its handshake and
 * its requests do not wait for the payload of others. A limit too low for a queue at every peer is kept by asking alone:
 * peers take turns, block by block. Uploading is limited by not reading from the disk.
 */
import { NEVER_MS } from "../../core/never-ms.ts";
import { TokenBucket } from "../../core/token-bucket.ts";
import { BLOCK_BYTES } from "../../torrent/piece-map.ts";
import { PAUSED_BY_LIMIT, type PeerConnection } from "../peer/peer-connection.ts";
import type { WireShared } from "../wire-shared.ts";

/** What one resumed peer is expected to bring before it is paused again: an ordinary socket read. */
const EXPECTED_READ_BYTES = 64 * 1024;
/** Under a low limit, requests are outstanding for this long at most, so that what they bring cannot overshoot it. */
const LIMITED_QUEUE_SECONDS = 1;
/** Above this, one socket read is under 2 % of ten seconds and requests need no limit of their own. */
const LOW_LIMIT_BYTES_PER_SECOND = 2 * 1024 * 1024;
/** Where each peer's part of the limit is less than this many blocks a second, peers take turns and owe no more than this. */
const TURN_BLOCKS = 2;
/** So much too late a turn may come, because turns are given at ticks, without lowering the rate. */
const LATE_TURN_MS = 250;

export class SwarmPacing {
  readonly down: TokenBucket = new TokenBucket(null);
  readonly up: TokenBucket = new TokenBucket(null);
  readonly #shared: WireShared;
  /** Peers that are paused, in the order they were. */
  readonly #paused: PeerConnection[] = [];
  /** Peers that the limit is shared by; at least 1. */
  #sharers = 1;
  #nextTurnAtMs = NEVER_MS;

  constructor(shared: WireShared) {
    this.#shared = shared;
  }

  get isDownLimited(): boolean {
    return this.down.ratePerSecond !== null || this.#shared.downLimit.ratePerSecond !== null;
  }

  get isUpLimited(): boolean {
    const { upLimit, transportShare } = this.#shared;
    const isTcpLimited = transportShare.tcpBytesPerSecond !== undefined;
    return this.up.ratePerSecond !== null || upLimit.ratePerSecond !== null || isTcpLimited;
  }

  /** Whether the limits do not concern the peer: it is on our own network, where nothing is scarce. */
  isExempt(peer: PeerConnection): boolean {
    return this.#shared.isLanExempt && peer.isLocal;
  }

  /** Bytes arrived from `peer`. */
  received(peer: PeerConnection, bytes: number): void {
    if (!this.isDownLimited || this.isExempt(peer)) return;
    const { nowMs } = this.#shared.turns;
    this.down.charge(nowMs, bytes);
    this.#shared.downLimit.charge(nowMs, bytes);
    if (this.down.available(nowMs) > 0 && this.#shared.downLimit.available(nowMs) > 0) return;
    const mayOwe = this.takesTurns ? TURN_BLOCKS : 0;
    if (peer.isClosed || peer.isPausedByLimit || peer.download.requests.length <= mayOwe) return;
    peer.pause(PAUSED_BY_LIMIT);
    this.#paused.push(peer);
  }

  /** Lets paused peers read again as far as `allowance` bytes go; answers what is left of it. */
  resumeReaders(allowance: number): number {
    let own = this.down.available(this.#shared.turns.nowMs);
    let left = allowance;
    while (left > 0 && own > 0) {
      const peer = this.#paused.shift();
      if (peer === undefined) break;
      if (peer.isClosed) continue;
      peer.resume(PAUSED_BY_LIMIT);
      own -= EXPECTED_READ_BYTES;
      left -= EXPECTED_READ_BYTES;
    }
    return left;
  }

  /** So many peers would be asked for blocks. */
  shareAmong(peers: number): void {
    this.#sharers = Math.max(1, peers);
  }

  /** Requests that a peer may have outstanding, so that a limit is kept by asking for less. */
  get maxRequestsPerPeer(): number {
    const rate = this.#downBytesPerSecond;
    if (rate >= LOW_LIMIT_BYTES_PER_SECOND) return Number.POSITIVE_INFINITY;
    return rate === 0 ? 0 : Math.max(TURN_BLOCKS, this.#queuePerPeer(rate));
  }

  /** Whether peers are asked in turn, for a block each. */
  get takesTurns(): boolean {
    const rate = this.#downBytesPerSecond;
    return rate > 0 && rate < LOW_LIMIT_BYTES_PER_SECOND && this.#queuePerPeer(rate) < TURN_BLOCKS;
  }

  /** Where peers take turns: whether it is time to ask one of them for a block. */
  get isTurn(): boolean {
    const { downLimit, turns } = this.#shared;
    if (turns.nowMs < this.#nextTurnAtMs) return false;
    return this.down.available(turns.nowMs) > 0 && downLimit.available(turns.nowMs) > 0;
  }

  /** A peer was asked for a block: the next turn comes when the limit allows for another one. */
  turnTaken(): void {
    const from = Math.max(this.#nextTurnAtMs, this.#shared.turns.nowMs - LATE_TURN_MS);
    this.#nextTurnAtMs = from + (BLOCK_BYTES * 1000) / this.#downBytesPerSecond;
  }

  /** The lower of the two limits; Infinity without one. */
  get #downBytesPerSecond(): number {
    const own = this.down.ratePerSecond ?? Number.POSITIVE_INFINITY;
    return Math.min(own, this.#shared.downLimit.ratePerSecond ?? Number.POSITIVE_INFINITY);
  }

  #queuePerPeer(rate: number): number {
    return Math.floor((rate * LIMITED_QUEUE_SECONDS) / BLOCK_BYTES / this.#sharers);
  }

  mayUpload(peer: PeerConnection): boolean {
    const { nowMs } = this.#shared.turns;
    if (this.isExempt(peer)) return true;
    if (peer.transport === "tcp" && !this.#shared.transportShare.mayUpload(nowMs)) return false;
    return this.up.available(nowMs) > 0 && this.#shared.upLimit.available(nowMs) > 0;
  }

  uploaded(peer: PeerConnection, bytes: number): void {
    if (this.isExempt(peer)) return;
    const { nowMs } = this.#shared.turns;
    this.up.charge(nowMs, bytes);
    this.#shared.upLimit.charge(nowMs, bytes);
    if (peer.transport === "tcp") this.#shared.transportShare.uploaded(nowMs, bytes);
  }
}
