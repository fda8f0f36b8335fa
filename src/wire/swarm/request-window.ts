/**
 * How many requests one peer may owe us (pipelining, BEP 3 "peer protocol").
 *
 * Theory of operation: begin small and add one per block that arrives, which doubles the queue every round trip,
 * as long as each second brings more than the one before; then hold as much as the peer sends in three seconds, so
 * that its queue never runs dry at any round-trip time a TCP connection lives with. A snubbing peer keeps a single
 * request, as a probe. Same shape and constants as libtorrent (blog "slow start", 2015; settings_pack).
 */
import { BLOCK_BYTES } from "../../torrent/piece-map.ts";

/** Depth before the first block; doubles each round trip. Small enough for peers of a few KiB/s. */
const INITIAL_DEPTH = 8;
/** Never less than one block arriving while the next request is on its way. */
const MIN_DEPTH = 2;
/** As libtorrent's max_out_request_queue: 8 MiB in flight, 80 MiB/s at 100 ms. */
const MAX_DEPTH = 500;
/** What a peer that announces no `reqq` is trusted to hold; BEP 10 calls 250 the default of libtorrent. */
const DEFAULT_PEER_LIMIT = 250;
/** As libtorrent's request_queue_time. */
const QUEUE_SECONDS = 3;
/** A second that brought less than this much more than the last one ends the slow start; as libtorrent. */
const MIN_GROWTH_BYTES = 5_000;
/** New requests are made when the queue has fallen to this share, in batches: planning per block costs too much. */
const REFILL_RATIO = 0.75;

export class RequestWindow {
  #depth = INITIAL_DEPTH;
  #peerLimit = DEFAULT_PEER_LIMIT;
  #isSlowStarting = true;
  #isSnubbed = false;
  #lastSecondBytes = 0;

  /** Requests that may be outstanding now. */
  get depth(): number {
    if (this.#isSnubbed) return 1;
    return Math.max(1, Math.min(this.#depth, this.#peerLimit, MAX_DEPTH));
  }

  get isSlowStarting(): boolean {
    return this.#isSlowStarting;
  }

  get isSnubbed(): boolean {
    return this.#isSnubbed;
  }

  /** The peer's `reqq` (BEP 10). What is not a positive integer is ignored. */
  setPeerLimit(reqq: number): void {
    if (Number.isInteger(reqq) && reqq > 0) this.#peerLimit = reqq;
  }

  /** A wanted block arrived from this peer. */
  blockArrived(): void {
    if (this.#isSnubbed) this.#endSnub();
    else if (this.#isSlowStarting && this.#depth < MAX_DEPTH) this.#depth++;
  }

  /** Call about once a second while requests are outstanding, with the payload that this second brought. */
  secondPassed(bytes: number): void {
    const grew = bytes > this.#lastSecondBytes + MIN_GROWTH_BYTES;
    if (this.#isSlowStarting && this.#lastSecondBytes > 0 && !grew) this.#isSlowStarting = false;
    this.#lastSecondBytes = bytes;
  }

  /** Fits the depth to `bytesPerSecond`, a rate over some seconds. Has no effect during the slow start. */
  fitToRate(bytesPerSecond: number): void {
    if (this.#isSlowStarting) return;
    const depth = Math.ceil((QUEUE_SECONDS * bytesPerSecond) / BLOCK_BYTES);
    this.#depth = Math.min(MAX_DEPTH, Math.max(MIN_DEPTH, depth));
  }

  /** The peer owes us blocks and has sent none for too long: one request is left, until a block arrives. */
  snubbed(): void {
    this.#isSnubbed = true;
    this.#isSlowStarting = false;
    this.#lastSecondBytes = 0;
  }

  /**
   * Requests to make now: 0 while more than 75 % of the depth is `outstanding`, else what fills it. `limit` is a smaller depth
   * that something else allows.
   */
  roomFor(outstanding: number, limit: number = Number.POSITIVE_INFINITY): number {
    const depth = Math.min(this.depth, limit);
    if (outstanding >= depth || outstanding > depth * REFILL_RATIO) return 0;
    return depth - outstanding;
  }

  /** Starts over from the smallest queue; the peer proved that it lives. */
  #endSnub(): void {
    this.#isSnubbed = false;
    this.#isSlowStarting = true;
    this.#depth = MIN_DEPTH;
  }
}
