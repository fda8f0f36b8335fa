/**
 * The egress guard: with `STARLING_LOOPBACK_ONLY=1` nothing may leave 127.0.0.0/8 or [::1]. Tests, demo, benchmarks
 * and CI set it. Every seam that could reach a network (UDP send, TCP connect and listen, names, multicast) asks here
 * first; there is no second way out. A session that keeps to one network interface asks here too (`interface-gate.ts`). Local requests (bind, multicast membership) are refused with an error, remote
 * ones (send, dial, resolve) are dropped and counted, because a peer list full of foreign addresses is no fault.
 */
import { addressBytes, type Endpoint, endpoint, formatEndpoint } from "../core/endpoint.ts";
import { ClientError } from "../core/errors.ts";
import type { InterfaceGate } from "./interface-gate.ts";

/** The ways out of this machine. */
export type EgressSeam = "udp" | "tcp" | "dns" | "multicast" | "bind";

export type EgressRefusals = Readonly<Record<EgressSeam, number>>;

export class EgressGuard {
  readonly isLoopbackOnly: boolean;
  /** Undefined where every interface will do. */
  readonly gate: InterfaceGate | undefined;
  readonly #refusals: Record<EgressSeam, number> = { udp: 0, tcp: 0, dns: 0, multicast: 0, bind: 0 };

  constructor(options: { readonly isLoopbackOnly: boolean; readonly gate?: InterfaceGate }) {
    this.isLoopbackOnly = options.isLoopbackOnly;
    this.gate = options.gate;
  }

  /** How often each seam was refused since the start. */
  get refusals(): EgressRefusals {
    return this.#refusals;
  }

  /** The same guard for traffic that keeps to one interface. */
  behind(gate: InterfaceGate): EgressGuard {
    return new EgressGuard({ isLoopbackOnly: this.isLoopbackOnly, gate });
  }

  /** True when `seam` may carry something to `to`; a refusal is counted. */
  allows(seam: EgressSeam, to: Endpoint): boolean {
    const isGateOpen = this.gate === undefined || this.gate.isOpen;
    if (isGateOpen && (!this.isLoopbackOnly || isLoopbackHost(to.host))) return true;
    this.#refusals[seam]++;
    return false;
  }

  /** True when the name may be asked of a name server. Under the guard none may: asking is egress by itself. */
  allowsNameQuery(): boolean {
    if (!this.isLoopbackOnly && (this.gate === undefined || this.gate.isOpen)) return true;
    this.#refusals.dns++;
    return false;
  }

  /**
   * Throws `EGRESS_REFUSED` unless multicast from `interfaceHost` that lives for `hops` stays inside: under the guard
   * that is loopback and no hop at all.
   */
  assertMulticast(interfaceHost: string, hops: number): void {
    if (hops > 0 && this.isLoopbackOnly) this.#refusals.multicast++;
    else if (this.allows("multicast", endpoint(interfaceHost, 0))) return;
    throw refused(`send multicast from ${interfaceHost}`);
  }

  /** Throws `EGRESS_REFUSED` when `seam` may not carry anything to `to`. */
  assertAllows(seam: EgressSeam, to: Endpoint): void {
    if (this.allows(seam, to)) return;
    throw refused(`reach ${formatEndpoint(to)}`);
  }
}

function refused(what: string): ClientError {
  return new ClientError("EGRESS_REFUSED", `Refused to ${what}: only loopback is allowed.`, {
    hint: "STARLING_LOOPBACK_ONLY=1 is set; unset it to use the network.",
  });
}

/** The guard that the environment asks for. */
export function egressGuardFrom(environment: NodeJS.ProcessEnv): EgressGuard {
  return new EgressGuard({ isLoopbackOnly: environment["STARLING_LOOPBACK_ONLY"] === "1" });
}

/**
 * 127.0.0.0/8 and ::1, nothing else: an IPv4-mapped `::ffff:127.0.0.1` is refused, because it is not needed and
 * every exception is a hole.
 */
export function isLoopbackHost(host: string): boolean {
  const bytes = addressBytes(host);
  if (bytes === undefined) return false;
  if (bytes.length === 4) return bytes[0] === 127;
  return bytes.every((byte, i) => byte === (i === 15 ? 1 : 0));
}
