/** What the three protocols of routers have in common. */

export type MappedTransport = "tcp" | "udp";

export type MappingProtocolName = "pcp" | "nat-pmp" | "upnp";

export interface MappingWish {
  readonly transport: MappedTransport;
  /** The port that we listen on. */
  readonly port: number;
  /** The one that is wanted on the outside; the router may give another. */
  readonly outsidePort: number;
}

export interface MappingGrant {
  readonly outsidePort: number;
  /** Address of the router on its outside; undefined where it did not say. */
  readonly outsideHost: string | undefined;
  readonly lifetimeSeconds: number;
}

export type MappingOutcome =
  | { readonly kind: "granted"; readonly grant: MappingGrant }
  /** The router answered, and does not want to: why, in a few words. */
  | { readonly kind: "refused"; readonly detail: string }
  /** It did not, or does not speak the protocol. */
  | { readonly kind: "silent" };

/** One protocol, spoken with one gateway. One call of `map` at a time. */
export interface MappingProtocol {
  readonly name: MappingProtocolName;
  /** Asks for a mapping, or for more time for the one that is there. `onEnd` is called once, never from within the call. */
  map(wish: MappingWish, onEnd: (outcome: MappingOutcome) => void): void;
  /** Gives a mapping back. Best effort; `onEnd` as for `map`. */
  unmap(wish: MappingWish, onEnd: () => void): void;
  /** A datagram from this port of the gateway. */
  handleDatagram(payload: Uint8Array, port: number): void;
  /** Nothing is sent or called back any more. */
  close(): void;
}
