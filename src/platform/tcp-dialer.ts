/** Outgoing TCP connections, from the address that the session listens on (decision 15: `--host` is also the source). */
import { type AddressFamily, type Endpoint, endpoint } from "../core/endpoint.ts";
import type { ByteStream, StreamDialer, StreamHandler } from "../core/ports.ts";
import type { EgressGuard } from "./egress-guard.ts";
import { socketReadingInto } from "./receive-buffer.ts";
import { TcpStream } from "./tcp-stream.ts";

export interface TcpDialerOptions {
  readonly guard: EgressGuard;
  /** What all streams of this thread read into. */
  readonly receiveBuffer: Uint8Array;
  /** Address that connections come from; without it the system chooses. */
  readonly localHost?: string;
}

export class TcpDialer implements StreamDialer {
  readonly #guard: EgressGuard;
  readonly #receiveBuffer: Uint8Array;
  readonly #localHost: string | undefined;
  readonly #localFamily: AddressFamily | undefined;

  constructor(options: TcpDialerOptions) {
    this.#guard = options.guard;
    this.#receiveBuffer = options.receiveBuffer;
    this.#localHost = options.localHost;
    this.#localFamily = options.localHost === undefined ? undefined : endpoint(options.localHost, 0).family;
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
    return this.#localFamily === undefined || this.#localFamily === to.family;
  }

  #connect(stream: TcpStream, to: Endpoint, timeoutMs: number): void {
    const socket = socketReadingInto(this.#receiveBuffer, stream);
    stream.attach(socket);
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
      ...(this.#localHost === undefined ? {} : { localAddress: this.#localHost }),
    });
  }
}
