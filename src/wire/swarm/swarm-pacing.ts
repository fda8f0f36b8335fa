/**
 * Rate limits of one swarm under those of the engine. Downloading is limited by not reading: a peer whose bytes
 * arrive while a bucket is in debt is paused, and paused peers go on in the order they were paused as tokens flow
 * in, so that the transport's window slows the sender down. Uploading is limited by not reading from the disk.
 */
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

export class SwarmPacing {
  readonly down: TokenBucket = new TokenBucket(null);
  readonly up: TokenBucket = new TokenBucket(null);
  readonly #shared: WireShared;
  /** Peers that are paused, in the order they were. */
  readonly #paused: PeerConnection[] = [];

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
    if (peer.isClosed || peer.isPausedByLimit) return;
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

  /** Requests that each of `peers` peers may have outstanding, so that a limit is kept by asking for less. */
  maxRequestsPerPeer(peers: number): number {
    const rate = Math.min(
      this.down.ratePerSecond ?? Number.POSITIVE_INFINITY,
      this.#shared.downLimit.ratePerSecond ?? Number.POSITIVE_INFINITY,
    );
    if (rate >= LOW_LIMIT_BYTES_PER_SECOND) return Number.POSITIVE_INFINITY;
    if (rate === 0) return 0;
    return Math.max(1, Math.floor((rate * LIMITED_QUEUE_SECONDS) / BLOCK_BYTES / Math.max(1, peers)));
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
