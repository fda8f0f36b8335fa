/**
 * What our address is, as others see it: each answer carries it (BEP 42, `ip`), and some lie. One vote per voter's
 * network (/24, /64), the newest MAX_VOTES of them; an address counts once enough networks agree and more than half
 * of all votes are for it. Used for our node id, and to say who we are when we answer for ourselves.
 */
import { type AddressProfile, partyKey, subnetKey } from "../core/address-profile.ts";
import type { Endpoint } from "../core/endpoint.ts";

/** Votes that are remembered: enough that one lying network in three does not decide. */
const MAX_VOTES = 24;
/** Networks that must agree before we believe it (threats DH17). One will do where we know everybody. */
const NEEDED_IN_PUBLIC = 3;
const NEEDED_ELSEWHERE = 1;

interface Vote {
  readonly voter: string;
  readonly host: string;
}

export class AddressVotes {
  readonly #profile: AddressProfile;
  #votes: Vote[] = [];
  #host: string | undefined;

  constructor(profile: AddressProfile) {
    this.#profile = profile;
  }

  /** The address that enough voters agree on. */
  get host(): string | undefined {
    return this.#host;
  }

  /** Counts that `voter` sees us at `host`; true when the agreed address changed. */
  add(voter: Endpoint, host: string): boolean {
    const key = this.#profile === "public" ? subnetKey(voter) : partyKey(this.#profile, voter);
    const known = this.#votes.findIndex((vote) => vote.voter === key);
    if (known >= 0) {
      if (this.#votes[known]?.host === host) return false;
      this.#votes.splice(known, 1);
    } else if (this.#votes.length >= MAX_VOTES) this.#votes.shift();
    this.#votes.push({ voter: key, host });
    return this.#decide(host);
  }

  /** Our network changed: what others saw before says nothing any more. */
  clear(): void {
    this.#votes = [];
    this.#host = undefined;
  }

  #decide(candidate: string): boolean {
    if (candidate === this.#host) return false;
    const needed = this.#profile === "public" ? NEEDED_IN_PUBLIC : NEEDED_ELSEWHERE;
    const votes = this.#votes.filter((vote) => vote.host === candidate).length;
    if (votes < needed || votes * 2 <= this.#votes.length) return false;
    this.#host = candidate;
    return true;
  }
}
