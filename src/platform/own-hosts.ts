/** The hosts that sockets of ours can be reached at, as far as this machine knows: what they are bound to, or all its addresses. */
import { networkInterfaces } from "node:os";
import { addressScope } from "../core/address-profile.ts";
import { canonicalHost } from "./node-address.ts";

/** Addresses come and go; asking the system for each datagram would cost more than the rest of it. */
const REMEMBERED_FOR_MS = 5_000;
const WILDCARDS: readonly string[] = ["0.0.0.0", "::"];

export class OwnHosts {
  readonly #bound: ReadonlySet<string>;
  readonly #isWildcard: boolean;
  #interfaces: ReadonlySet<string> = new Set();
  #askedAtMs = Number.NEGATIVE_INFINITY;

  constructor(bound: readonly string[]) {
    this.#bound = new Set(bound);
    this.#isWildcard = bound.some((host) => WILDCARDS.includes(host));
  }

  has(host: string): boolean {
    if (this.#bound.has(host)) return true;
    return this.#isWildcard && (addressScope(host) === "loopback" || this.#interfaceHosts().has(host));
  }

  #interfaceHosts(): ReadonlySet<string> {
    const nowMs = performance.now();
    if (nowMs - this.#askedAtMs < REMEMBERED_FOR_MS) return this.#interfaces;
    this.#askedAtMs = nowMs;
    const addresses = Object.values(networkInterfaces()).flatMap((some) => some ?? []);
    this.#interfaces = new Set(addresses.map(({ address }) => canonicalHost(address)));
    return this.#interfaces;
  }
}
