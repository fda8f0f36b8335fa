/**
 * How much may be under way: Low Extra Delay Background Transport (RFC 6817). The window grows while packets wait less
 * than 100 ms in queues and shrinks when they wait longer, so it gives way to everything that fills a queue, as TCP
 * does. Loss halves it as in TCP. It begins with a slow start that ends before the target is reached.
 */
import { DelayHistory } from "./delay-history.ts";
import {
  INITIAL_WINDOW_PACKETS,
  MAX_SEND_WINDOW_BYTES,
  MIN_WINDOW_PACKETS,
  SLOW_START_END_RATIO,
  TARGET_DELAY_US,
} from "./utp-config.ts";

export class Ledbat {
  readonly #delays = new DelayHistory();
  #packetBytes: number;
  #windowBytes: number;
  #slowStartEndBytes = Number.POSITIVE_INFINITY;

  constructor(packetBytes: number) {
    this.#packetBytes = packetBytes;
    this.#windowBytes = INITIAL_WINDOW_PACKETS * packetBytes;
  }

  /** Payload that may be unacknowledged. */
  get windowBytes(): number {
    return this.#windowBytes;
  }

  /** Packets wait about as long in queues as is tolerated, or longer: the window does not grow, or not much. */
  get isAtTarget(): boolean {
    return (this.#delays.queueingUs ?? 0) > SLOW_START_END_RATIO * TARGET_DELAY_US;
  }

  /** The path turned out to carry packets of this payload. */
  setPacketBytes(packetBytes: number): void {
    this.#packetBytes = packetBytes;
    this.#windowBytes = Math.max(this.#windowBytes, MIN_WINDOW_PACKETS * packetBytes);
  }

  /** The peer says how long a packet of ours was on its way. */
  delayed(sampleUs: number, nowMs: number): void {
    this.#delays.add(sampleUs, nowMs);
  }

  /** `bytes` were acknowledged for the first time; `flightBytes` were under way before. */
  acknowledged(bytes: number, flightBytes: number): void {
    const queueingUs = this.#delays.queueingUs ?? 0;
    // A window that is not used says nothing about what a larger one would do.
    const isUsed = flightBytes + this.#packetBytes >= this.#windowBytes;
    if (this.#windowBytes < this.#slowStartEndBytes) {
      if (queueingUs > SLOW_START_END_RATIO * TARGET_DELAY_US) this.#slowStartEndBytes = this.#windowBytes;
      else if (isUsed) this.#setWindow(this.#windowBytes + bytes);
      return;
    }
    const offTarget = (TARGET_DELAY_US - queueingUs) / TARGET_DELAY_US;
    if (offTarget > 0 && !isUsed) return;
    this.#setWindow(this.#windowBytes + (offTarget * bytes * this.#packetBytes) / this.#windowBytes);
  }

  /** Packets were lost; to be said once a round trip. */
  lost(): void {
    this.#setWindow(this.#windowBytes / 2);
    this.#slowStartEndBytes = this.#windowBytes;
  }

  /** Nothing was acknowledged in time: begins anew, carefully. */
  timedOut(): void {
    this.#slowStartEndBytes = Math.max(this.#windowBytes / 2, MIN_WINDOW_PACKETS * this.#packetBytes);
    this.#windowBytes = this.#packetBytes;
  }

  #setWindow(bytes: number): void {
    const least = MIN_WINDOW_PACKETS * this.#packetBytes;
    this.#windowBytes = Math.min(MAX_SEND_WINDOW_BYTES, Math.max(least, bytes));
  }
}
