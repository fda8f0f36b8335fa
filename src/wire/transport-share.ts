/**
 * A fair part of our own uplink for peers over uTP. uTP gives way to TCP, also where both are ours: TCP connections that
 * fill the line's queue would leave it next to nothing. While uTP is held back and its peers get clearly less than
 * those over TCP, what is sent over TCP is limited, a step lower each second; when they get more, or nothing holds them
 * back, the limit is lifted again, step by step.
 *
 * Where uTP is slow for reasons of its own (a slow peer, a limit of the user) it is not held back, and TCP has the line.
 */
import { TokenBucket } from "../core/token-bucket.ts";

/** uTP's peers should have this share of what TCP's peers have; short of equality, so that the limit comes to rest. */
const FAIR_RATIO = 0.8;
/** Steps of the limit, a second: down fast enough to drain a bloated modem within seconds, up as TCP itself would probe. */
const LOWER = 0.85;
const RAISE = 1.15;
/** TCP is never limited below this; as libtorrent. */
const LEAST_BYTES_PER_SECOND = 5_000;

/** Peers that want something of us now, and what they get. */
export interface TransportLoad {
  peers: number;
  bytesPerSecond: number;
}

export class TransportShare {
  readonly #tcp = new TokenBucket(null);

  /** Limit of what is sent over TCP; undefined = none. */
  get tcpBytesPerSecond(): number | undefined {
    return this.#tcp.ratePerSecond ?? undefined;
  }

  /** Whether TCP may send now. */
  mayUpload(nowMs: number): boolean {
    return this.#tcp.available(nowMs) > 0;
  }

  /** So much went over TCP. */
  uploaded(nowMs: number, bytes: number): void {
    this.#tcp.charge(nowMs, bytes);
  }

  /** Once a second. `isUtpHeldBack`: uTP has something to send, and waits for a queue to become shorter. */
  adjust(tcp: TransportLoad, utp: TransportLoad, isUtpHeldBack: boolean, nowMs: number): void {
    const limit = this.#tcp.ratePerSecond;
    const ofTcp = tcp.bytesPerSecond / tcp.peers;
    const ofUtp = utp.bytesPerSecond / utp.peers;
    // Not a number where one of the two has no peers: then neither holds.
    const isUnfair = isUtpHeldBack && ofUtp < FAIR_RATIO * ofTcp;
    const isFair = isUtpHeldBack && ofUtp <= ofTcp / FAIR_RATIO;
    if (isUnfair) {
      const from = Math.min(limit ?? Number.POSITIVE_INFINITY, tcp.bytesPerSecond);
      this.#tcp.setRate(Math.max(LEAST_BYTES_PER_SECOND, LOWER * from), nowMs);
    } else if (limit !== null && !isFair) {
      // Twice what it uses is no limit any more.
      const isLifted = utp.peers === 0 || limit > 2 * Math.max(LEAST_BYTES_PER_SECOND, tcp.bytesPerSecond);
      this.#tcp.setRate(isLifted ? null : RAISE * limit, nowMs);
    }
  }
}
