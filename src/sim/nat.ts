/**
 * Address translation as home routers do it (RFC 4787 has the exact words): a packet that goes out opens a way in,
 * for a while, and for whom depends on the kind.
 *
 *   full-cone           one outside port; once something went out, anybody may send to it
 *   address-restricted  one outside port; only hosts that were sent to may answer, from any port
 *   port-restricted     one outside port; only who was sent to may answer, from that very address and port
 *   symmetric           an outside port for every destination, and only that destination may answer there
 *
 * One socket stands behind each translator. Outside addresses are those of the host it is bound to.
 */
import { type Endpoint, endpoint, formatEndpoint } from "../core/endpoint.ts";

export type NatKind = "none" | "full-cone" | "address-restricted" | "port-restricted" | "symmetric";

/** RFC 4787 asks for two minutes, many routers give UDP one; mldht assumes less than half. */
const MAPPING_LIFETIME_MS = 60_000;
/** Mappings of a router: beyond this the oldest goes, as in real ones (anacrolix/dht#24). */
const MAX_MAPPINGS = 2_000;
/** Outside ports of symmetric translators. */
const FIRST_PORT = 20_000;
const PORTS = 40_000;

interface Mapping {
  readonly outside: Endpoint;
  usedAtMs: number;
}

export class Nat {
  readonly kind: Exclude<NatKind, "none">;
  readonly #local: Endpoint;
  /** By destination, the one used longest ago first; `full-cone` keeps one for all. */
  readonly #mappings = new Map<string, Mapping>();
  #portsUsed = 0;
  /** The inside asked for its port to be let in (NAT-PMP): from then on anybody is, at that port. */
  isPortMapped = false;

  constructor(kind: Exclude<NatKind, "none">, local: Endpoint) {
    this.kind = kind;
    this.#local = local;
  }

  /** Where a packet to `to` seems to come from; opens the way back or keeps it open. */
  outgoing(to: Endpoint, nowMs: number): Endpoint {
    if (this.isPortMapped) return this.#local;
    const key = this.#keyOf(to);
    const known = this.#mappings.get(key);
    const isAlive = known !== undefined && nowMs - known.usedAtMs < MAPPING_LIFETIME_MS;
    const mapping = isAlive ? known : { outside: this.#newOutside(), usedAtMs: nowMs };
    mapping.usedAtMs = nowMs;
    this.#mappings.delete(key);
    this.#mappings.set(key, mapping);
    if (this.#mappings.size > MAX_MAPPINGS) this.#mappings.delete(this.#mappings.keys().next().value ?? "");
    return mapping.outside;
  }

  /** Whether a packet from `from` to the outside address `to` is let in. */
  letsIn(from: Endpoint, to: Endpoint, nowMs: number): boolean {
    if (this.isPortMapped && to.port === this.#local.port) return true;
    const mapping = this.#mappings.get(this.#keyOf(from));
    if (mapping === undefined || nowMs - mapping.usedAtMs >= MAPPING_LIFETIME_MS) return false;
    return mapping.outside.port === to.port;
  }

  #keyOf(other: Endpoint): string {
    if (this.kind === "full-cone") return "";
    return this.kind === "address-restricted" ? other.host : formatEndpoint(other);
  }

  #newOutside(): Endpoint {
    if (this.kind !== "symmetric") return this.#local;
    return endpoint(this.#local.host, FIRST_PORT + (this.#portsUsed++ % PORTS));
  }
}
