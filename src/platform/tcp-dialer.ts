/** Outgoing TCP connections, from the address that the session listens on (decision 15: `--host` is also the source). */
import { type Endpoint, endpoint } from "../core/endpoint.ts";
import type { ByteStream, StreamDialer, StreamHandler } from "../core/ports.ts";
import type { EgressGuard } from "./egress-guard.ts";
import type { LiveSockets } from "./live-sockets.ts";
import { socketReadingInto } from "./receive-buffer.ts";
import { TcpStream } from "./tcp-stream.ts";

export interface TcpDialerOptions {
  readonly guard: EgressGuard;
  /** What all streams of this thread read into. */
  readonly receiveBuffer: Uint8Array;
  readonly live?: LiveSockets;
  /** Addresses that connections come from, at most one of a family; without any the system chooses. */
  readonly localHosts?: readonly string[];
}

export class TcpDialer implements StreamDialer {
  readonly #guard: EgressGuard;
  readonly #receiveBuffer: Uint8Array;
  readonly #live: LiveSockets | undefined;
  readonly #localHosts: readonly Endpoint[];

  constructor(options: TcpDialerOptions) {
    this.#guard = options.guard;
    this.#receiveBuffer = options.receiveBuffer;
    this.#live = options.live;
    this.#localHosts = (options.localHosts ?? []).map((host) => endpoint(host, 0));
  }

  dial(to: Endpoint, handler: StreamHandler, timeoutMs: number): ByteStream {
    const stream = new TcpStream(to);
    stream.handler = handler;
    if (this.#isReachable(to)) this.#connect(stream, to, timeoutMs);
    else stream.fail("unreachable");
    return stream;
  }

  #isReachable(to: Endpoint): boolean {
    if (to.port === 0 || !this.#guard.allows("tcp", to)) return false;
    return this.#localHosts.length === 0 || this.#localHostFor(to) !== undefined;
  }

  #localHostFor(to: Endpoint): string | undefined {
    return this.#localHosts.find(({ family }) => family === to.family)?.host;
  }

  #connect(stream: TcpStream, to: Endpoint, timeoutMs: number): void {
    const socket = socketReadingInto(this.#receiveBuffer, stream);
    stream.attach(socket);
    this.#live?.add(socket);
    const localAddress = this.#localHostFor(to);
    const timer = setTimeout(() => stream.closeBecause("timeout"), timeoutMs);
    socket.once("close", () => clearTimeout(timer));
    socket.once("connect", () => {
      clearTimeout(timer);
      stream.opened();
    });
    socket.connect({
      host: to.host,
      port: to.port,
      noDelay: true,
      ...(localAddress === undefined ? {} : { localAddress }),
    });
  }
}
