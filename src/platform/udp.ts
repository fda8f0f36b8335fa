/**
 * Datagrams on Node, the one seam of `dgram-as-promised`: it carries the socket's life (create, bind, close, errors).
 * Packets bypass its promises, which would lose them: its `recv` listens only while a call is pending, so a reader that
 * awaits anything else between two calls sees a fraction of the traffic. They come from the socket's own `message`
 * event and leave by its `send`.
 */
import { DgramAsPromised, type SocketAsPromised } from "dgram-as-promised";
import { type AddressFamily, type Endpoint, endpoint } from "../core/endpoint.ts";
import type { DatagramSocket } from "../core/ports.ts";
import type { EgressGuard } from "./egress-guard.ts";
import { canonicalHost } from "./node-address.ts";
import { MAX_UDP_QUEUED_BYTES, UDP_BUFFER_BYTES } from "./platform-config.ts";

/** Counters since the socket was bound. */
export interface UdpCounters {
  readonly sentDatagrams: number;
  readonly receivedDatagrams: number;
  /** Refused by the egress guard, by a full send queue, or by the kernel. */
  readonly droppedDatagrams: number;
}

/** Binds `host`:`port` (port 0: any free one). Rejects with the system's error, or `EGRESS_REFUSED`. */
export async function bindUdp(host: string, port: number, guard: EgressGuard): Promise<UdpSocket> {
  const wanted = endpoint(host, port);
  guard.assertAllows("bind", wanted);
  const { family } = wanted;
  const life = createLife(family);
  try {
    const bound = await life.bind({ address: host, port, exclusive: true });
    askForBuffers(life);
    return new UdpSocket(life, endpoint(host, bound.port), guard);
  } catch (error) {
    await life.close().catch(() => undefined);
    throw error;
  }
}

/** A socket that is not bound yet; `isShared` lets several programs have the same port, as multicast needs. */
export function createLife(family: AddressFamily, isShared = false): SocketAsPromised {
  return DgramAsPromised.createSocket({
    type: family === 6 ? "udp6" : "udp4",
    ipv6Only: family === 6,
    reuseAddr: isShared,
    // Hosts are numeric; without this Node would take each through the resolver's thread pool.
    lookup: (address, _options, done) => done(null, address, family),
  });
}

export class UdpSocket implements DatagramSocket {
  readonly local: Endpoint;
  readonly counters: UdpCounters;
  onDatagram: (payload: Uint8Array, from: Endpoint) => void = () => undefined;
  onUnreachable: (to: Endpoint) => void = () => undefined;

  readonly #life: SocketAsPromised;
  readonly #guard: EgressGuard;
  readonly #counters = { sentDatagrams: 0, receivedDatagrams: 0, droppedDatagrams: 0 };
  /** What is sent next is copied here. The kernel takes most datagrams during the call; then it is used again. */
  #outgoing: Buffer = Buffer.allocUnsafeSlow(OUTGOING_BYTES);
  /** What waited to be sent after the last call. */
  #queuedBytes = 0;
  #closing: Promise<void> | undefined;

  constructor(life: SocketAsPromised, local: Endpoint, guard: EgressGuard) {
    this.#life = life;
    this.local = local;
    this.#guard = guard;
    this.counters = this.#counters;
    life.socket.on("message", (payload, from) => this.#receive(payload, from.address, from.port));
  }

  send(payload: Uint8Array, to: Endpoint): void {
    const socket = this.#life.socket;
    if (this.#closing !== undefined || to.family !== this.local.family || !this.#guard.allows("udp", to)) {
      this.#counters.droppedDatagrams++;
      return;
    }
    if (this.#queuedBytes > 0 && socket.getSendQueueSize() > MAX_UDP_QUEUED_BYTES) {
      this.#counters.droppedDatagrams++;
      return;
    }
    this.#counters.sentDatagrams++;
    if (payload.length > this.#outgoing.length) this.#outgoing = Buffer.allocUnsafeSlow(payload.length);
    this.#outgoing.set(payload);
    try {
      // No closure per datagram: an error says where it was sent to.
      socket.send(this.#outgoing, 0, payload.length, to.port, to.host, this.#onSent);
    } catch {
      // Node refuses some destinations (port 0) before it tries: as lost as any other datagram.
      this.#counters.droppedDatagrams++;
    }
    this.#queuedBytes = socket.getSendQueueSize();
    // A datagram that waits keeps its buffer.
    if (this.#queuedBytes > 0) this.#outgoing = Buffer.allocUnsafeSlow(OUTGOING_BYTES);
  }

  close(): void {
    void this.closed();
  }

  /** Closes and resolves when the port is free again. */
  closed(): Promise<void> {
    this.#closing ??= this.#life.close().catch(() => undefined);
    return this.#closing;
  }

  #receive(payload: Buffer, host: string, port: number): void {
    if (this.#closing !== undefined) return;
    this.#counters.receivedDatagrams++;
    this.onDatagram(payload, sender(host, port, this.local.family));
  }

  readonly #onSent = (error: SendError | null): void => {
    if (error === null) return;
    this.#counters.droppedDatagrams++;
    if (this.#closing !== undefined || !saysUnreachable(error)) return;
    const { address, port } = error;
    if (address !== undefined && port !== undefined) this.onUnreachable(endpoint(address, port));
  };
}

/** How Node says that a datagram was not sent. */
interface SendError extends NodeJS.ErrnoException {
  readonly address?: string;
  readonly port?: number;
}

/** Larger than any datagram that an Ethernet frame carries. */
const OUTGOING_BYTES = 2_048;

/** Best effort: Linux caps the wish silently, other systems may refuse it. */
function askForBuffers(life: SocketAsPromised): void {
  try {
    life.socket.setRecvBufferSize(UDP_BUFFER_BYTES);
    life.socket.setSendBufferSize(UDP_BUFFER_BYTES);
  } catch {
    // The default buffers lose more datagrams in a burst, and every protocol above expects loss.
  }
}

/** Where a datagram came from, as an endpoint; link-local addresses lose the name of their interface. */
export function sender(host: string, port: number, family: AddressFamily): Endpoint {
  return family === 4 ? { host, port, family } : endpoint(canonicalHost(host), port);
}

/** What the kernel says when an ICMP error or the routing table rules `to` out. */
function saysUnreachable(error: NodeJS.ErrnoException): boolean {
  return error.code === "EHOSTUNREACH" || error.code === "ENETUNREACH" || error.code === "ECONNREFUSED";
}
