/** Datagrams in virtual time: delay and loss by a link model, delivery through the heap, never synchronously. */
import { type Endpoint, formatEndpoint } from "../core/endpoint.ts";
import { invariant } from "../core/invariant.ts";
import type { DatagramSocket } from "../core/ports.ts";
import type { LinkModel } from "./link-model.ts";
import type { World } from "./world.ts";

export class DatagramNetwork {
  readonly #world: World;
  readonly #links: LinkModel;
  readonly #sockets = new Map<string, VirtualSocket>();
  /** Hosts that are switched off: what is sent to them vanishes, as with a dead contact. */
  readonly silentHosts: Set<string> = new Set();
  packetsSent = 0;
  bytesSent = 0;

  constructor(world: World, links: LinkModel) {
    this.#world = world;
    this.#links = links;
  }

  /** Binds a socket; the address must be free. */
  bind(local: Endpoint): DatagramSocket {
    const key = formatEndpoint(local);
    invariant(!this.#sockets.has(key), `${key} is bound already`);
    const socket = new VirtualSocket(this, local);
    this.#sockets.set(key, socket);
    return socket;
  }

  isBound(local: Endpoint): boolean {
    return this.#sockets.has(formatEndpoint(local));
  }

  /** Puts a datagram on its way, from any source address: liars may spoof. */
  inject(payload: Uint8Array, from: Endpoint, to: Endpoint): void {
    this.packetsSent++;
    this.bytesSent += payload.length;
    if (this.silentHosts.has(from.host) || this.silentHosts.has(to.host)) return;
    if (this.#links.isLost(from.host, to.host)) return;
    const copy = payload.slice();
    this.#world.after(this.#links.delayMs(from.host, to.host), () => {
      this.#sockets.get(formatEndpoint(to))?.deliver(copy, from);
    });
  }

  release(local: Endpoint): void {
    this.#sockets.delete(formatEndpoint(local));
  }
}

class VirtualSocket implements DatagramSocket {
  readonly local: Endpoint;
  onDatagram: (payload: Uint8Array, from: Endpoint) => void = () => {};
  onUnreachable: (to: Endpoint) => void = () => {};
  readonly #network: DatagramNetwork;
  #isOpen = true;

  constructor(network: DatagramNetwork, local: Endpoint) {
    this.#network = network;
    this.local = local;
  }

  send(payload: Uint8Array, to: Endpoint): void {
    if (this.#isOpen) this.#network.inject(payload, this.local, to);
  }

  deliver(payload: Uint8Array, from: Endpoint): void {
    if (this.#isOpen) this.onDatagram(payload, from);
  }

  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#network.release(this.local);
  }
}
