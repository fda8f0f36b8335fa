/**
 * Dials a peer over TCP and uTP: TCP first, as it is faster and cheaper where it works; uTP when TCP has failed or has
 * not connected within a moment. Whichever stands first is the connection, the other attempt ends. Towards a peer that
 * lately could be reached by uTP alone, or that calls us at this moment (BEP 55), both begin at once. A peer that took a
 * connection over TCP and ended it without a word may be one that has TCP switched off: uTP is first the next time.
 */
import { BoundedCache } from "../../core/bounded-cache.ts";
import { type Endpoint, formatEndpoint } from "../../core/endpoint.ts";
import type { ByteStream, Clock, StreamDialer, StreamHandler, StreamTransport } from "../../core/ports.ts";
import { DialRace } from "./dial-race.ts";

/** What the first has before the other begins: nearly every round trip of the Internet, and less than TCP's own first repetition. */
const HEAD_START_MS = 750;
/** Peers whose last connection is remembered; more than are connected at a time. */
const MAX_REMEMBERED_PEERS = 1_024;

/** How a peer is to be dialled, from what is known of it. */
type Order = "tcp-first" | "both" | "utp-first";

export interface TransportDialerOptions {
  readonly clock: Clock;
  readonly tcp: StreamDialer;
  readonly utp: StreamDialer;
}

export class TransportDialer implements StreamDialer {
  readonly #options: TransportDialerOptions;
  readonly #orders = new BoundedCache<string, Order>(MAX_REMEMBERED_PEERS);

  constructor(options: TransportDialerOptions) {
    this.#options = options;
  }

  expectCall(from: Endpoint): void {
    this.#orders.set(formatEndpoint(from), "both");
  }

  dial(to: Endpoint, handler: StreamHandler, timeoutMs: number): ByteStream {
    const { clock, tcp, utp } = this.#options;
    const peer = formatEndpoint(to);
    const order = this.#orders.get(peer) ?? "tcp-first";
    const isUtpFirst = order === "utp-first";
    return new DialRace({
      clock,
      to,
      handler,
      timeoutMs,
      first: isUtpFirst ? utp : tcp,
      second: isUtpFirst ? tcp : utp,
      headStartMs: order === "both" ? 0 : HEAD_START_MS,
      onOutcome: (transport, hasSpoken) => this.#orders.set(peer, orderAfter(transport, hasSpoken)),
    });
  }
}

function orderAfter(transport: StreamTransport, hasSpoken: boolean): Order {
  if (transport === "utp") return hasSpoken ? "both" : "tcp-first";
  return hasSpoken ? "tcp-first" : "utp-first";
}
