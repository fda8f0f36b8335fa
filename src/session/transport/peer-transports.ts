/**
 * The ways to peers: TCP, uTP on the sockets of the DHT, or both. Gives the wire one dialer and one stream of accepted
 * connections, whichever they are.
 */
import type { Endpoint } from "../../core/endpoint.ts";
import type { ByteStream, Clock, DatagramSocket, Random, StreamDialer } from "../../core/ports.ts";
import { UtpMultiplexer } from "../../utp/index.ts";
import type { OpenNetwork } from "../session-ports.ts";
import { TransportDialer } from "./transport-dialer.ts";

/** Which transports connections to peers may use. */
export type TransportChoice = "tcp" | "utp" | "both";

export const TRANSPORT_CHOICES: readonly TransportChoice[] = ["tcp", "utp", "both"];

export interface PeerTransportsOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly network: OpenNetwork;
  readonly choice: TransportChoice;
}

export class PeerTransports {
  readonly dialer: StreamDialer;
  readonly #options: PeerTransportsOptions;
  readonly #multiplexers: readonly UtpMultiplexer[];

  constructor(options: PeerTransportsOptions) {
    const { clock, random, network, choice } = options;
    this.#options = options;
    const sockets = choice === "tcp" ? [] : [network.udp4, network.udp6];
    this.#multiplexers = sockets
      .filter((socket): socket is DatagramSocket => socket !== undefined)
      .map((socket) => new UtpMultiplexer({ clock, random, socket }));
    this.dialer = this.#chooseDialer();
  }

  /** Hands every connection that is opened to us to `accept`, from now on. */
  listen(accept: (stream: ByteStream) => void): void {
    for (const listener of this.#options.network.listeners) {
      if (this.#options.choice === "utp") listener.close();
      else listener.onConnection = accept;
    }
    for (const multiplexer of this.#multiplexers) multiplexer.onConnection = accept;
  }

  /** Something is to be sent over uTP, and gives way to what fills a queue on its way. */
  get isUtpHeldBack(): boolean {
    return this.#multiplexers.some((multiplexer) => multiplexer.isHeldBack);
  }

  /** A datagram that is not the DHT's. */
  handleDatagram(payload: Uint8Array, from: Endpoint): void {
    this.#multiplexerOf(from)?.handleDatagram(payload, from);
  }

  handleUnreachable(to: Endpoint): void {
    this.#multiplexerOf(to)?.handleUnreachable(to);
  }

  close(): void {
    for (const multiplexer of this.#multiplexers) multiplexer.close();
  }

  #chooseDialer(): StreamDialer {
    const { clock, network, choice } = this.#options;
    if (choice === "tcp") return network.dialer;
    // A family without a socket is unreachable, which any multiplexer says of an address that is not its own.
    const [any] = this.#multiplexers;
    if (any === undefined) return network.dialer;
    const utp: StreamDialer = {
      dial: (to, handler, timeoutMs) => (this.#multiplexerOf(to) ?? any).dial(to, handler, timeoutMs),
      // Every dial begins with uTP.
      expectCall: () => {},
    };
    return choice === "utp" ? utp : new TransportDialer({ clock, tcp: network.dialer, utp });
  }

  #multiplexerOf(remote: Endpoint): UtpMultiplexer | undefined {
    return this.#multiplexers.find(({ local }) => local.family === remote.family);
  }
}
