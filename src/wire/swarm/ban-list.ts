/** Parties that are not talked to for a day (threats W6). Shared by all swarms; bounded; keyed by party. */
import type { AddressProfile } from "../../core/address-profile.ts";
import { partyKey } from "../../core/address-profile.ts";
import type { Endpoint } from "../../core/endpoint.ts";

/** threats W6: bans last 24 h. */
const BAN_MS = 24 * 3_600_000;
/** threats W6: at most this many; the oldest goes first. */
const MAX_BANS = 4_096;

export interface SavedBan {
  /** As `partyKey` gives it. */
  readonly party: string;
  readonly remainingMs: number;
}

export class BanList {
  readonly #profile: AddressProfile;
  /** Party to the end of its ban; insertion order is the order of banning. */
  readonly #untilMs = new Map<string, number>();

  constructor(profile: AddressProfile) {
    this.#profile = profile;
  }

  get size(): number {
    return this.#untilMs.size;
  }

  ban(address: Endpoint, nowMs: number): void {
    this.banParty(partyKey(this.#profile, address), nowMs);
  }

  banParty(party: string, nowMs: number): void {
    this.#put(party, nowMs + BAN_MS);
  }

  /** Lifts a ban that turned out to be unjust. */
  pardonParty(party: string): void {
    this.#untilMs.delete(party);
  }

  has(address: Endpoint, nowMs: number): boolean {
    const party = partyKey(this.#profile, address);
    const untilMs = this.#untilMs.get(party);
    if (untilMs === undefined) return false;
    if (untilMs > nowMs) return true;
    this.#untilMs.delete(party);
    return false;
  }

  /** Bans that still run, for the state file; the owner subtracts the time it was off. */
  exportBans(nowMs: number): SavedBan[] {
    const saved: SavedBan[] = [];
    for (const [party, untilMs] of this.#untilMs) {
      if (untilMs > nowMs) saved.push({ party, remainingMs: untilMs - nowMs });
    }
    return saved;
  }

  /** Adds saved bans; one that claims to last longer than a new ban is cut to that. */
  importBans(saved: readonly SavedBan[], nowMs: number): void {
    for (const { party, remainingMs } of saved) {
      if (remainingMs > 0) this.#put(party, nowMs + Math.min(remainingMs, BAN_MS));
    }
  }

  #put(party: string, untilMs: number): void {
    this.#untilMs.delete(party);
    this.#untilMs.set(party, untilMs);
    if (this.#untilMs.size > MAX_BANS) {
      const oldest = this.#untilMs.keys().next().value as string;
      this.#untilMs.delete(oldest);
    }
  }
}
