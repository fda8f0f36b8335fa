/**
 * Datagrams in virtual time: delay and loss by a link model, translation by routers, delivery through the calendar,
 * never synchronously. A simulated hour of ten thousand nodes delivers twenty million datagrams, so events and
 * payload copies are used again instead of left to the garbage collector.
 */
import { type Endpoint, formatEndpoint } from "../core/endpoint.ts";
import { invariant } from "../core/invariant.ts";
import type { DatagramSocket } from "../core/ports.ts";
import { ScheduledEvent } from "./event-heap.ts";
import type { LinkModel } from "./link-model.ts";
import { Nat, type NatKind } from "./nat.ts";
import type { World } from "./world.ts";

export class DatagramNetwork {
  readonly #world: World;
  readonly #links: LinkModel;
  /** By host, then port; behind a translator a host has one socket, whatever the port. */
  readonly #hosts = new Map<string, Map<number, VirtualSocket> | VirtualSocket>();
  readonly #idle: Delivery[] = [];
  readonly #copies = new PayloadPool();
  /** Hosts that are switched off: what is sent to them vanishes, as with a dead contact. */
  readonly silentHosts: Set<string> = new Set();
  packetsSent = 0;
  bytesSent = 0;

  constructor(world: World, links: LinkModel) {
    this.#world = world;
    this.#links = links;
  }

  /** Binds a socket; the address must be free. Behind a translator it is the only one of its host. */
  bind(local: Endpoint, nat: NatKind = "none"): DatagramSocket {
    const bound = this.#hosts.get(local.host);
    const isTaken = bound instanceof Map ? nat !== "none" || bound.has(local.port) : bound !== undefined;
    invariant(!isTaken, `${formatEndpoint(local)} is bound already`);
    const socket = new VirtualSocket(this, local, nat === "none" ? undefined : new Nat(nat, local));
    if (socket.nat !== undefined) this.#hosts.set(local.host, socket);
    else if (bound instanceof Map) bound.set(local.port, socket);
    else this.#hosts.set(local.host, new Map([[local.port, socket]]));
    return socket;
  }

  isBound(local: Endpoint): boolean {
    return this.#socketAt(local) !== undefined;
  }

  /** Whether the translator in front of `host` lets everybody in at the port of its socket. */
  setPortMapped(host: string, isMapped: boolean): void {
    const bound = this.#hosts.get(host);
    if (bound instanceof VirtualSocket && bound.nat !== undefined) bound.nat.isPortMapped = isMapped;
  }

  /** Puts a datagram on its way, from any source address: liars may spoof. */
  inject(payload: Uint8Array, from: Endpoint, to: Endpoint): void {
    this.packetsSent++;
    this.bytesSent += payload.length;
    if (this.silentHosts.size > 0 && (this.silentHosts.has(from.host) || this.silentHosts.has(to.host)))
      return;
    const arrivals = this.#links.arrivalsMs?.(from.host, to.host, payload.length);
    if (arrivals !== undefined) for (const delayMs of arrivals) this.#deliver(payload, from, to, delayMs);
    else if (!this.#links.isLost(from.host, to.host))
      this.#deliver(payload, from, to, this.#links.delayMs(from.host, to.host));
  }

  #deliver(payload: Uint8Array, from: Endpoint, to: Endpoint, delayMs: number): void {
    const delivery = this.#idle.pop() ?? new Delivery(this);
    delivery.payload = this.#copies.copyOf(payload);
    delivery.from = from;
    delivery.to = to;
    this.#world.schedule(delivery, delayMs);
  }

  send(payload: Uint8Array, socket: VirtualSocket, to: Endpoint): void {
    const from = socket.nat?.outgoing(to, this.#world.nowMs) ?? socket.local;
    this.inject(payload, from, to);
  }

  /** A datagram has arrived where it was sent to. */
  arrive(delivery: Delivery): void {
    const { payload, from, to } = delivery;
    const socket = this.#socketAt(to);
    if (socket?.nat === undefined || socket.nat.letsIn(from, to, this.#world.nowMs))
      socket?.onDatagram(payload, from);
    this.#copies.giveBack(payload);
    this.#idle.push(delivery);
  }

  release(local: Endpoint): void {
    const bound = this.#hosts.get(local.host);
    if (bound instanceof Map) {
      bound.delete(local.port);
      if (bound.size > 0) return;
    }
    this.#hosts.delete(local.host);
  }

  #socketAt({ host, port }: Endpoint): VirtualSocket | undefined {
    const bound = this.#hosts.get(host);
    return bound instanceof Map ? bound.get(port) : bound;
  }
}

/** A datagram on its way. */
class Delivery extends ScheduledEvent {
  readonly #network: DatagramNetwork;
  payload: Uint8Array = NOTHING;
  from: Endpoint = NOWHERE;
  to: Endpoint = NOWHERE;

  constructor(network: DatagramNetwork) {
    super();
    this.#network = network;
  }

  get isLive(): boolean {
    return true;
  }

  run(): void {
    this.#network.arrive(this);
  }
}

/** Copies of payloads, by length; receivers may use them during the call only. */
class PayloadPool {
  readonly #free: Uint8Array[][] = [];

  copyOf(payload: Uint8Array): Uint8Array {
    const copy = this.#listOf(payload.length).pop() ?? new Uint8Array(payload.length);
    copy.set(payload);
    return copy;
  }

  giveBack(copy: Uint8Array): void {
    this.#listOf(copy.length).push(copy);
  }

  #listOf(length: number): Uint8Array[] {
    while (this.#free.length <= length) this.#free.push([]);
    return this.#free[length] as Uint8Array[];
  }
}

class VirtualSocket implements DatagramSocket {
  readonly local: Endpoint;
  readonly nat: Nat | undefined;
  onDatagram: (payload: Uint8Array, from: Endpoint) => void = () => {};
  onUnreachable: (to: Endpoint) => void = () => {};
  readonly #network: DatagramNetwork;
  #isOpen = true;

  constructor(network: DatagramNetwork, local: Endpoint, nat: Nat | undefined) {
    this.#network = network;
    this.local = local;
    this.nat = nat;
  }

  send(payload: Uint8Array, to: Endpoint): void {
    if (this.#isOpen) this.#network.send(payload, this, to);
  }

  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#network.release(this.local);
  }
}

const NOTHING = new Uint8Array(0);
const NOWHERE: Endpoint = { host: "0.0.0.0", port: 0, family: 4 };
