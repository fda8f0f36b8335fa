/** Places for connections over all torrents, and how fast they may be taken (threats W3, D9). */
import { type AddressProfile, partyKey, subnetKey } from "../core/address-profile.ts";
import { BoundedCache } from "../core/bounded-cache.ts";
import type { Endpoint } from "../core/endpoint.ts";
import type { WireConfig } from "./wire-config.ts";
import type { ConnectionBudget } from "./wire-shared.ts";
import type { WireTurns } from "./wire-turns.ts";

/** Parties whose accepts are remembered: more than connect in a minute of an ordinary day. */
const MAX_REMEMBERED_PARTIES = 4_096;
const MINUTE_MS = 60_000;

interface Arrivals {
  sinceMs: number;
  count: number;
}

export class WireBudget implements ConnectionBudget {
  readonly #config: WireConfig;
  readonly #profile: AddressProfile;
  readonly #turns: WireTurns;
  readonly #bySubnet = new Map<string, number>();
  readonly #arrivals = new BoundedCache<string, Arrivals>(MAX_REMEMBERED_PARTIES);
  #dialTokens: number;
  #filledAtMs: number;
  maxConnections: number;
  connections = 0;
  halfOpen = 0;

  constructor(config: WireConfig, profile: AddressProfile, turns: WireTurns) {
    this.#config = config;
    this.#profile = profile;
    this.#turns = turns;
    this.maxConnections = config.maxConnections;
    this.#dialTokens = config.maxDialsPerSecond;
    this.#filledAtMs = turns.nowMs;
  }

  mayDial(): boolean {
    const perMs = this.#config.maxDialsPerSecond / 1000;
    const inflow = (this.#turns.nowMs - this.#filledAtMs) * perMs;
    this.#dialTokens = Math.min(this.#config.maxDialsPerSecond, this.#dialTokens + inflow);
    this.#filledAtMs = this.#turns.nowMs;
    return (
      this.#dialTokens >= 1 &&
      this.halfOpen < this.#config.maxHalfOpen &&
      this.connections < this.maxConnections
    );
  }

  dialled(address: Endpoint): void {
    this.#dialTokens--;
    this.halfOpen++;
    this.#take(address);
  }

  dialEnded(): void {
    this.halfOpen--;
  }

  /** Whether a connection from there may be taken; counts the attempt. */
  mayAccept(from: Endpoint): boolean {
    if (this.connections >= this.maxConnections || !this.#isPatient(from)) return false;
    if (this.#profile !== "public") return true;
    return (this.#bySubnet.get(subnetKey(from)) ?? 0) < this.#config.maxConnectionsPerSubnet;
  }

  accepted(from: Endpoint): void {
    this.#take(from);
  }

  released(address: Endpoint): void {
    this.connections--;
    const key = subnetKey(address);
    const left = (this.#bySubnet.get(key) ?? 1) - 1;
    if (left > 0) this.#bySubnet.set(key, left);
    else this.#bySubnet.delete(key);
  }

  #take(address: Endpoint): void {
    this.connections++;
    const key = subnetKey(address);
    this.#bySubnet.set(key, (this.#bySubnet.get(key) ?? 0) + 1);
  }

  #isPatient(from: Endpoint): boolean {
    const party = partyKey(this.#profile, from);
    const { nowMs } = this.#turns;
    const known = this.#arrivals.get(party);
    if (known === undefined || nowMs - known.sinceMs >= MINUTE_MS) {
      this.#arrivals.set(party, { sinceMs: nowMs, count: 1 });
      return true;
    }
    return ++known.count <= this.#config.maxAcceptsPerPartyPerMinute;
  }
}
