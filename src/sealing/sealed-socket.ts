/**
 * A datagram socket of a sealed network, with the face of any other: what is sent is sealed, and what arrives is delivered only
 * when a member made it, for us, just now, and for the first time. Everything else is counted and has no effect whatever.
 *
 * For us: it was sent to an address of ours, or comes from where we sent something lately; behind a translator a node does not
 * know its own address before others have told it.
 */
import { BoundedCache } from "../core/bounded-cache.ts";
import { type Endpoint, formatEndpoint } from "../core/endpoint.ts";
import type { Clock, DatagramSocket } from "../core/ports.ts";
import type { DatagramSealer } from "./datagram-sealer.ts";
import { isFresh } from "./stamp.ts";

/** An answer that comes later than this has nobody who waits for it, and translators forget in that time too (RFC 4787). */
const EXPECTED_FOR_MS = 120_000;
/** Addresses that answers are expected from: more than a node asks in two minutes. */
const MAX_EXPECTED = 8_192;

/** Datagrams that were not taken, since the start. */
export interface SealingCounters {
  /** Not of this network, or changed under way: another key or no key at all. */
  readonly foreign: number;
  /** Sealed by a member whose clock, or ours, is wrong; or recorded. */
  readonly untimely: number;
  readonly replayed: number;
  /** Sealed by a member for somebody else. */
  readonly misdirected: number;
}

export class SealedSocket implements DatagramSocket {
  onDatagram: (payload: Uint8Array, from: Endpoint) => void = () => undefined;
  onUnreachable: (to: Endpoint) => void = () => undefined;
  /** A member's clock is so far ahead of ours, whether what he sent is taken or not; from recordings too. */
  onMemberClock: (from: Endpoint, aheadMs: number) => void = () => undefined;
  readonly #socket: DatagramSocket;
  readonly #sealer: DatagramSealer;
  readonly #clock: Clock;
  readonly #isOwn: (address: Endpoint) => boolean;
  readonly #counters = { foreign: 0, untimely: 0, replayed: 0, misdirected: 0 };
  /** When we last sent something there. */
  readonly #expected = new BoundedCache<string, number>(MAX_EXPECTED);

  constructor(
    socket: DatagramSocket,
    sealer: DatagramSealer,
    clock: Clock,
    isOwn: (address: Endpoint) => boolean,
  ) {
    this.#socket = socket;
    this.#sealer = sealer;
    this.#clock = clock;
    this.#isOwn = isOwn;
    socket.onDatagram = (datagram, from) => this.#receive(datagram, from);
    socket.onUnreachable = (to) => this.onUnreachable(to);
  }

  get local(): Endpoint {
    return this.#socket.local;
  }

  get counters(): SealingCounters {
    return this.#counters;
  }

  send(payload: Uint8Array, to: Endpoint): void {
    if (to.family !== this.local.family) return;
    const sealed = this.#sealer.seal(payload, to);
    if (sealed === undefined) return;
    this.#expected.set(formatEndpoint(to), this.#clock.nowMs());
    this.#socket.send(sealed, to);
  }

  close(): void {
    this.#socket.close();
  }

  #receive(datagram: Uint8Array, from: Endpoint): void {
    const opened = this.#sealer.open(datagram, from.family);
    if (opened === undefined) {
      this.#counters.foreign++;
      return;
    }
    this.onMemberClock(from, opened.aheadMs);
    if (!isFresh(opened.aheadMs)) this.#counters.untimely++;
    else if (!this.#isOwn(opened.to) && !this.#expects(from)) this.#counters.misdirected++;
    else if (!this.#sealer.admit(opened)) this.#counters.replayed++;
    else this.onDatagram(opened.payload, from);
  }

  #expects(from: Endpoint): boolean {
    const sentAtMs = this.#expected.peek(formatEndpoint(from));
    return sentAtMs !== undefined && this.#clock.nowMs() - sentAtMs <= EXPECTED_FOR_MS;
  }
}
