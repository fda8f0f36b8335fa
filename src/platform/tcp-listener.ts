/**
 * Incoming TCP connections. Node offers its buffer-sharing reads (`onread`) only for sockets that connect, so an
 * accepted socket is wrapped anew around its handle with that option; where the handle cannot be had (another
 * runtime, a later Node) it is read the ordinary way, at the cost of an allocation per read.
 */
import { createServer, type Server, type Socket } from "node:net";
import { type Endpoint, endpoint } from "../core/endpoint.ts";
import type { ByteStream, StreamListener } from "../core/ports.ts";
import type { EgressGuard } from "./egress-guard.ts";
import type { LiveSockets } from "./live-sockets.ts";
import { canonicalHost } from "./node-address.ts";
import { socketReadingInto } from "./receive-buffer.ts";
import { TcpStream } from "./tcp-stream.ts";

/** Listens on `host`:`port` (port 0: any free one); what arrives is read into `receiveBuffer`. Rejects with the system's error, or `EGRESS_REFUSED`. */
export async function listenTcp(
  host: string,
  port: number,
  guard: EgressGuard,
  receiveBuffer: Uint8Array,
  live?: LiveSockets,
): Promise<TcpListener> {
  guard.assertAllows("bind", endpoint(host, port));
  const server = createServer({ pauseOnConnect: true, noDelay: true });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen({ host, port, exclusive: true, ipv6Only: true }, () => {
      server.off("error", reject);
      resolve();
    });
  });
  return new TcpListener(server, { host, guard, receiveBuffer, live });
}

export class TcpListener implements StreamListener {
  readonly local: Endpoint;
  /** Until the session takes over, connections are turned away. */
  onConnection: (stream: ByteStream) => void = (stream) => stream.close();
  readonly #server: Server;
  readonly #guard: EgressGuard;
  readonly #live: LiveSockets | undefined;
  readonly #receiveBuffer: Uint8Array;
  #closed: Promise<void> | undefined;

  constructor(
    server: Server,
    options: {
      readonly host: string;
      readonly guard: EgressGuard;
      readonly receiveBuffer: Uint8Array;
      readonly live: LiveSockets | undefined;
    },
  ) {
    const { host, guard, receiveBuffer, live } = options;
    this.#server = server;
    this.#guard = guard;
    this.#live = live;
    this.#receiveBuffer = receiveBuffer;
    const address = server.address();
    this.local = endpoint(host, typeof address === "object" && address !== null ? address.port : 0);
    server.on("connection", (socket) => this.#accept(socket));
    // Out of descriptors, or a peer that left before it was accepted: the next one is not affected.
    server.on("error", () => undefined);
  }

  /** Accepts no more; streams that stand go on. */
  close(): void {
    void this.closed();
  }

  /**
   * Closes and resolves when the port is free again. The server itself counts as closed only when its last connection
   * has ended, which is not waited for.
   */
  closed(): Promise<void> {
    this.#closed ??= new Promise((resolve) => {
      this.#server.close();
      setImmediate(resolve);
    });
    return this.#closed;
  }

  #accept(socket: Socket): void {
    const { remoteAddress, remotePort } = socket;
    const remote =
      remoteAddress === undefined || remotePort === undefined
        ? undefined
        : endpoint(canonicalHost(remoteAddress), remotePort);
    if (remote === undefined || this.#closed !== undefined || this.#guard.gate?.isOpen === false) {
      socket.on("error", () => undefined);
      socket.destroy();
      return;
    }
    const stream = new TcpStream(remote);
    const sharing = readingInto(this.#receiveBuffer, socket, stream);
    if (sharing === undefined) socket.on("data", (chunk) => stream.received(chunk, chunk.length));
    stream.attach(sharing ?? socket);
    this.#live?.add(sharing ?? socket);
    this.onConnection(stream);
    (sharing ?? socket).resume();
  }
}

/** What Node keeps of a socket and does not document. */
interface SocketInternals {
  _handle?: { readonly reading?: unknown; readStart?: unknown } | null;
  _server?: unknown;
  server?: unknown;
}

/** The accepted connection as a socket that reads into the shared buffer; `undefined` where that cannot be done. */
function readingInto(buffer: Uint8Array, accepted: Socket, stream: TcpStream): Socket | undefined {
  const inner = accepted as unknown as SocketInternals;
  const handle = inner._handle;
  if (typeof handle?.readStart !== "function" || inner._server === undefined) return undefined;
  inner._handle = null;
  const socket = socketReadingInto(buffer, stream, handle);
  // The server counts its connections by this link when the socket ends.
  const own = socket as unknown as SocketInternals;
  own._server = inner._server;
  own.server = inner.server;
  return socket;
}
