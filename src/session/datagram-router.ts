/**
 * One UDP socket, two protocols (as every client): a datagram that begins with `d` is a bencoded dictionary, hence
 * KRPC (BEP 5). uTP packets begin with a type of 0 to 4 and version 1 (BEP 29), so the two never meet.
 */
import type { Endpoint } from "../core/endpoint.ts";
import type { DatagramSocket } from "../core/ports.ts";

/** The first byte of every KRPC message. */
const DICTIONARY = 0x64;

export interface DatagramRoutes {
  handleKrpc(payload: Uint8Array, from: Endpoint): void;
  /** Everything else; the seam where uTP will stand. */
  handleOther(payload: Uint8Array, from: Endpoint): void;
  handleUnreachable(to: Endpoint): void;
}

/** Delivers what `socket` receives, from now on. */
export function routeDatagrams(socket: DatagramSocket, routes: DatagramRoutes): void {
  socket.onDatagram = (payload, from) => {
    if (payload[0] === DICTIONARY) routes.handleKrpc(payload, from);
    else routes.handleOther(payload, from);
  };
  socket.onUnreachable = (to) => routes.handleUnreachable(to);
}
