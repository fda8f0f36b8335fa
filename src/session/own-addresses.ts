/**
 * Which addresses are our own, so that a session does not dial itself: the ones it is bound to, those of the
 * machine's interfaces and the one that others see, each with the port we listen on. What escapes this is caught in
 * the handshake, by the peer id.
 */
import { addressScope } from "../core/address-profile.ts";
import type { Endpoint } from "../core/endpoint.ts";
import type { OpenNetwork } from "./session-ports.ts";

export class OwnAddresses {
  readonly #port: number;
  readonly #hosts: Set<string>;
  /** Bound to every interface, so any loopback address reaches us. */
  readonly #hasLoopback: boolean;

  constructor(port: number, hosts: Iterable<string>) {
    this.#port = port;
    this.#hosts = new Set(hosts);
    this.#hasLoopback = this.#hosts.has("0.0.0.0") || this.#hosts.has("::");
  }

  /** Learned later: others say that they see us there. */
  add(host: string): void {
    this.#hosts.add(host);
  }

  has(address: Endpoint): boolean {
    if (address.port !== this.#port) return false;
    return this.#hosts.has(address.host) || (this.#hasLoopback && addressScope(address.host) === "loopback");
  }
}

/** Every address that something is bound to. */
export function boundHosts(network: OpenNetwork): readonly string[] {
  const bound = [
    network.udp4?.local,
    network.udp6?.local,
    ...network.listeners.map((listener) => listener.local),
  ];
  return bound.flatMap((local) => (local === undefined ? [] : [local.host]));
}
