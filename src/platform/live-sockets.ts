/** The TCP connections of a network, to end them when what they began at is gone: its interface, or their address. */
import type { Socket } from "node:net";
import { addressScope } from "../core/address-profile.ts";
import { canonicalHost } from "./node-address.ts";

export class LiveSockets {
  readonly #sockets = new Set<Socket>();

  add(socket: Socket): void {
    this.#sockets.add(socket);
    socket.once("close", () => this.#sockets.delete(socket));
  }

  destroyAll(): void {
    for (const socket of [...this.#sockets]) socket.destroy();
  }

  /** Ends those that are connected from an address which is not among `hosts`, and not of the loopback. */
  destroyBut(hosts: readonly string[]): void {
    for (const socket of [...this.#sockets]) {
      const host = socket.localAddress === undefined ? undefined : canonicalHost(socket.localAddress);
      if (host !== undefined && !hosts.includes(host) && addressScope(host) !== "loopback") socket.destroy();
    }
  }
}
