/**
 * One UDP socket, two protocols (as every client): a datagram that begins with `d` is a bencoded dictionary, hence
 * KRPC (BEP 5). uTP packets begin with a type of 0 to 4 and version 1 (BEP 29), so the two never meet.
 */
import type { Endpoint } from "../core/endpoint.ts";
import type { DatagramSocket } from "../core/ports.ts";

/** The first byte of every KRPC message. */
const DICTIONARY = 0x64;

/** One of the protocols. */
export interface DatagramUser {
  handleDatagram(payload: Uint8Array, from: Endpoint): void;
  handleUnreachable(to: Endpoint): void;
}

export interface DatagramRoutes {
  /** Undefined where no DHT runs. */
  readonly dht: DatagramUser | undefined;
  /** Gets everything that is not KRPC. */
  readonly utp: DatagramUser;
}

/** Delivers what `socket` receives, from now on. */
export function routeDatagrams(socket: DatagramSocket, routes: DatagramRoutes): void {
  socket.onDatagram = (payload, from) => {
    if (payload[0] === DICTIONARY) routes.dht?.handleDatagram(payload, from);
    else routes.utp.handleDatagram(payload, from);
  };
  socket.onUnreachable = (to) => {
    routes.dht?.handleUnreachable(to);
    routes.utp.handleUnreachable(to);
  };
}
