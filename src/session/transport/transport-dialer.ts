/**
 * Dials a peer over TCP and uTP: TCP first, as it is faster and cheaper where it works; uTP when TCP has failed or has
 * not connected within a moment. Whichever stands first is the connection, the other attempt ends. Towards a peer that
 * lately could be reached by uTP alone, or that calls us at this moment (BEP 55), both begin at once.
 */
import { BoundedCache } from "../../core/bounded-cache.ts";
import { type Endpoint, formatEndpoint } from "../../core/endpoint.ts";
import type { ByteStream, Clock, StreamDialer, StreamHandler, StreamTransport } from "../../core/ports.ts";
import { DialRace } from "./dial-race.ts";

/** What TCP has before uTP begins: nearly every round trip of the Internet, and less than TCP's own first repetition. */
const TCP_HEAD_START_MS = 750;
/** Peers whose last connection was over uTP; more than are connected at a time. */
const MAX_REMEMBERED_PEERS = 1_024;

export interface TransportDialerOptions {
  readonly clock: Clock;
  readonly tcp: StreamDialer;
  readonly utp: StreamDialer;
}

export class TransportDialer implements StreamDialer {
  readonly #options: TransportDialerOptions;
  readonly #lastTransport = new BoundedCache<string, StreamTransport>(MAX_REMEMBERED_PEERS);

  constructor(options: TransportDialerOptions) {
    this.#options = options;
  }

  expectCall(from: Endpoint): void {
    this.#lastTransport.set(formatEndpoint(from), "utp");
  }

  dial(to: Endpoint, handler: StreamHandler, timeoutMs: number): ByteStream {
    const { clock, tcp, utp } = this.#options;
    const peer = formatEndpoint(to);
    const headStartMs = this.#lastTransport.get(peer) === "utp" ? 0 : TCP_HEAD_START_MS;
    return new DialRace({
      clock,
      to,
      handler,
      timeoutMs,
      first: tcp,
      second: utp,
      headStartMs,
      onWon: (transport) => this.#lastTransport.set(peer, transport),
    });
  }
}
