/**
 * The way to the router, as port mapping sees it: `platform/` implements it on Node, `sim/` in virtual time. Whatever an
 * implementation is told by the network, it talks to the one address of the default gateway (threats: SSRF).
 */

export interface GatewayLink {
  /** Numeric address of the default gateway, a link-local one with its zone: all that is ever sent to, apart from `search`. */
  readonly gatewayHost: string;
  /** Our address on the network that the gateway is in. */
  readonly ownHost: string;
  /** A datagram to a port of the gateway. Best effort, never throws. */
  send(payload: Uint8Array, port: number): void;
  /**
   * A question to port 1900 of the gateway, and to the devices of that one network (239.255.255.250, no router passes it
   * on). IPv4 only. Best effort, never throws.
   */
  search(payload: Uint8Array): void;
  /** Datagrams that came from the gateway, and from nobody else; the payload is valid only during the call. */
  onDatagram: (payload: Uint8Array, port: number) => void;
  /**
   * Asks a web server of the gateway. `onEnd` is called once, never from within the call: with the answer, or with
   * nothing when none came within seconds, when it was longer than `MAX_DOCUMENT_BYTES`, or after `close`.
   */
  request(request: GatewayRequest, onEnd: (response: GatewayResponse | undefined) => void): void;
  close(): void;
}

export interface GatewayRequest {
  readonly port: number;
  /** Begins with `/`; printable ASCII without spaces. */
  readonly path: string;
  /** Absent = GET, else POST. */
  readonly body?: string;
  readonly headers: Readonly<Record<string, string>>;
}

export interface GatewayResponse {
  readonly status: number;
  readonly body: Uint8Array;
}

/** Device descriptions have 2 to 10 kB, answers to actions a few hundred bytes. */
export const MAX_DOCUMENT_BYTES: number = 64 * 1024;
