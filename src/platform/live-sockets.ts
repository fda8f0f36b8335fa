/** The TCP connections of a network, to end them all when its interface is gone. */
import type { Socket } from "node:net";

export class LiveSockets {
  readonly #sockets = new Set<Socket>();

  add(socket: Socket): void {
    this.#sockets.add(socket);
    socket.once("close", () => this.#sockets.delete(socket));
  }

  destroyAll(): void {
    for (const socket of [...this.#sockets]) socket.destroy();
  }
}
