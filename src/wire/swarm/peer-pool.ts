/**
 * The candidates of one torrent: who may be dialled, and who first.
 *
 * Addresses come from strangers. What may not be contacted never enters (scope, blocked ports, ourselves, banned
 * parties); one party is one candidate, however many ports are named for it; no PEX peer may fill the pool; and
 * when it is full, the worst leaves. An address costs a few dials at most: threats D9, W7; BEP 11, "Security
 * Considerations". The pool knows no sockets: it says whom to dial and is told what came of it.
 */
import {
  type AddressProfile,
  mayContact,
  mayContactNeighbour,
  partyKey,
} from "../../core/address-profile.ts";
import { type Endpoint, endpoint, formatEndpoint } from "../../core/endpoint.ts";
import type { PeerSource } from "../wire-events.ts";
import type { BanList } from "./ban-list.ts";
import {
  type Candidate,
  compareForDialling,
  isOut,
  newCandidate,
  noteConnected,
  noteDisconnected,
  noteFailure,
  noteNeed,
  noteNotUnderstood,
} from "./candidate.ts";
import { CandidateList } from "./candidate-list.ts";
import { DialledPorts, MAX_PORTS_PER_HOST } from "./dialled-ports.ts";
import type { PeerRanking } from "./peer-priority.ts";

/** threats D9: ports of mail servers, which attackers like to have connected to. */
const BLOCKED_PORTS: ReadonlySet<number> = new Set([25, 110, 143, 465, 587, 993, 995]);
/** Our own addresses that are remembered. */
const MAX_SELF = 64;
/** threats D9 allows 30 dials a second; so many at a time find the first live peer among silent ones at once. */
const MAX_DIALS_AT_ONCE = 30;
/** As libtorrent's peer_connect_timeout: four SYNs. */
const PATIENT_TIMEOUT_MS = 15_000;
/** Three SYNs, while somebody untried waits for the place. */
const EAGER_TIMEOUT_MS = 6_000;
/** RFC 8305, section 5: what the first address of a peer has before the one of the other family is tried too. */
const TWIN_HEAD_START_MS = 250;

export interface PeerPoolOptions {
  readonly profile: AddressProfile;
  readonly ranking: PeerRanking;
  readonly bans: BanList;
}

export type AddResult =
  | "added"
  | "known"
  | "not-allowed" // scope, port 0, a blocked port
  | "self"
  | "banned"
  | "over-quota" // too many from one PEX peer
  | "full"; // everything in the pool is better

export interface Dial {
  readonly address: Endpoint;
  readonly source: PeerSource;
  /** First attempts give up early while untried candidates wait; others are patient. */
  readonly timeoutMs: number;
  /** It did not understand encryption the last time. */
  readonly isPlain: boolean;
}

export interface PoolCounts {
  /** All that are known, connected ones included. */
  readonly known: number;
  /** Not connected, not being dialled, not out: dialled now or later. */
  readonly candidates: number;
  readonly dialling: number;
  /** Parties with a connection, those that came by themselves included. */
  readonly connected: number;
  /** Failed too often; rest for an hour. */
  readonly out: number;
  readonly neverTried: number;
  /** Dials that came to nothing, ever. */
  readonly failedDials: number;
}

export class PeerPool {
  readonly #profile: AddressProfile;
  readonly #ranking: PeerRanking;
  readonly #bans: BanList;
  readonly #candidates = new CandidateList();
  readonly #self = new Set<string>();
  /** Connected parties; an incoming one under the port it came from, and under the one it listens on once known. */
  readonly #connected = new Map<string, { readonly listensAs: string | undefined }>();
  readonly #dialledPorts = new DialledPorts();
  readonly #external: { 4?: Endpoint; 6?: Endpoint } = {};
  /** No candidate is due before this. */
  #earliestMs = Number.POSITIVE_INFINITY;
  #dialling = 0;
  #failedDials = 0;

  constructor(options: PeerPoolOptions) {
    this.#profile = options.profile;
    this.#ranking = options.ranking;
    this.#bans = options.bans;
  }

  // Addresses ------------------------------------------------------------------------------------------------------

  /** `from` is the party key of the PEX peer that named the address. */
  add(address: Endpoint, source: Exclude<PeerSource, "incoming">, nowMs: number, from?: string): AddResult {
    const isAllowed = source === "lsd" ? mayContactNeighbour : mayContact;
    if (!isAllowed(this.#profile, address) || BLOCKED_PORTS.has(address.port)) return "not-allowed";
    if (this.#self.has(formatEndpoint(address))) return "self";
    if (this.#bans.has(address, nowMs)) return "banned";
    const party = partyKey(this.#profile, address);
    const known = this.#candidates.get(party);
    if (known !== undefined) {
      this.#rememberPort(known, address.port, source, nowMs);
      return "known";
    }
    if (from !== undefined && this.#candidates.isOverQuota(from)) return "over-quota";
    const candidate = newCandidate(party, address, source, from, this.#priorityOf(address));
    if (this.#connected.has(party)) candidate.state = "connected";
    return this.#insert(candidate) ? "added" : "full";
  }

  /**
   * The peer at `known` is at `other` too, in the other address family, by the word of the party `from`. Only one of the two is
   * connected: IPv6 is dialled first, and the other soon after when it does not answer (RFC 8305).
   */
  addTwin(known: Endpoint, other: Endpoint, from: string, nowMs: number): void {
    const first = this.#candidates.get(partyKey(this.#profile, known));
    if (first === undefined || first.twin !== undefined || known.family === other.family) return;
    this.add(other, "pex", nowMs, from);
    const second = this.#candidates.get(partyKey(this.#profile, other));
    if (second === undefined || second.twin !== undefined) return;
    first.twin = second.party;
    second.twin = first.party;
  }

  /** Never to be dialled: what we listen on, what we are seen as, where we met ourselves. */
  addSelf(address: Endpoint): void {
    if (this.#self.size < MAX_SELF) this.#self.add(formatEndpoint(address));
    const candidate = this.#candidates.get(partyKey(this.#profile, address));
    if (candidate === undefined) return;
    const others = candidate.otherPorts.filter((port) => port !== address.port);
    candidate.otherPorts.splice(0, candidate.otherPorts.length, ...others);
    if (candidate.address.port === address.port) this.#takeNextPortOrForget(candidate);
  }

  /** Our address as others see it, one for each family: from now on the order is that of BEP 40. */
  setExternalAddress(address: Endpoint): void {
    this.#external[address.family] = address;
    for (const candidate of this.#candidates.all()) {
      candidate.priority = this.#priorityOf(candidate.address);
    }
  }

  /** Forgets the party; the ban itself stands in the ban list. */
  banned(address: Endpoint): void {
    const candidate = this.#candidates.get(partyKey(this.#profile, address));
    if (candidate !== undefined) this.#forget(candidate);
  }

  // Dialling -------------------------------------------------------------------------------------------------------

  /** The best candidate whose time has come, now being dialled; undefined when there is none. O(candidates). */
  nextDial(nowMs: number): Dial | undefined {
    if (nowMs < this.#earliestMs) return undefined;
    let best: Candidate | undefined;
    let untried = 0;
    this.#earliestMs = Number.POSITIVE_INFINITY;
    for (const candidate of this.#candidates.all()) {
      if (candidate.state !== "idle" || this.#connected.has(candidate.party)) continue;
      if (!candidate.wasTried) untried++;
      // Most of a large swarm's candidates wait, or are no better than one that was found: neither is looked at closer.
      if (candidate.notBeforeMs > nowMs) {
        this.#earliestMs = Math.min(this.#earliestMs, candidate.notBeforeMs);
        continue;
      }
      if (best !== undefined && compareForDialling(candidate, best) <= 0) continue;
      const dueMs = Math.max(
        candidate.notBeforeMs,
        this.#portDueMs(candidate, nowMs),
        this.#twinDueMs(candidate, nowMs),
      );
      this.#earliestMs = Math.min(this.#earliestMs, dueMs);
      if (dueMs <= nowMs) best = candidate;
    }
    if (best === undefined) return undefined;
    if (!this.#bans.has(best.address, nowMs)) return this.#dial(best, nowMs, untried);
    // Banned by another swarm since it was added.
    this.#forget(best);
    this.#earliestMs = nowMs;
    return this.nextDial(nowMs);
  }

  /**
   * The peer at `address` calls us now, and is to be called: it is being dialled from here on. Undefined where it may not
   * be contacted, is connected, or is being dialled. `from` is the party key of whoever said so.
   */
  dialNow(address: Endpoint, from: string, nowMs: number): Dial | undefined {
    this.add(address, "pex", nowMs, from);
    const candidate = this.#candidates.get(partyKey(this.#profile, address));
    if (candidate?.state !== "idle" || this.#connected.has(candidate.party)) return undefined;
    if (candidate.address.port !== address.port) {
      // It has several ports, and this is the one that leads to it.
      candidate.otherPorts.push(candidate.address.port);
      candidate.address = address;
    }
    return { ...this.#dial(candidate, nowMs, 0), timeoutMs: PATIENT_TIMEOUT_MS };
  }

  /** Whether that is one of our own addresses. */
  isSelf(address: Endpoint): boolean {
    return this.#self.has(formatEndpoint(address));
  }

  /** Before this time `nextDial` has no answer, unless something is added or ends; Infinity when nobody waits. */
  get nextDialAtMs(): number {
    return this.#earliestMs;
  }

  /** Dials that should be under way now, given how many of `maxConnections` stand. */
  wantedDials(connections: number, maxConnections: number): number {
    return Math.max(0, Math.min(maxConnections - connections, MAX_DIALS_AT_ONCE));
  }

  /** The dial came to nothing, or the handshake did not finish. */
  dialFailed(address: Endpoint, nowMs: number): void {
    const candidate = this.#candidates.get(partyKey(this.#profile, address));
    this.#failedDials++;
    if (candidate?.state !== "dialling") return;
    this.#dialling--;
    noteFailure(candidate, nowMs);
    this.#earliestMs = Math.min(this.#earliestMs, candidate.notBeforeMs);
  }

  /**
   * The peer hung up at an encrypted handshake: it is dialled anew in plaintext, next of all. False = it was not
   * being dialled, or has moved to another port.
   */
  encryptionFailed(address: Endpoint, nowMs: number): boolean {
    const candidate = this.#candidates.get(partyKey(this.#profile, address));
    if (candidate?.state !== "dialling" || candidate.isPlain) return false;
    this.#dialling--;
    noteNotUnderstood(candidate, nowMs);
    this.#earliestMs = Math.min(this.#earliestMs, nowMs);
    return true;
  }

  /** We dialled and the handshake finished. */
  connected(address: Endpoint, nowMs: number): void {
    const party = partyKey(this.#profile, address);
    this.#connected.set(party, { listensAs: undefined });
    const candidate = this.#candidates.get(party);
    if (candidate === undefined) return;
    if (candidate.state === "dialling") this.#dialling--;
    noteConnected(candidate, nowMs);
    candidate.workedAtMs = nowMs;
  }

  /** A peer came by itself; the port is the one it came from, not the one it listens on. */
  incomingConnected(address: Endpoint, nowMs: number): void {
    const party = partyKey(this.#profile, address);
    this.#connected.set(party, { listensAs: undefined });
    const candidate = this.#candidates.get(party);
    if (candidate !== undefined && candidate.state === "idle") noteConnected(candidate, nowMs);
  }

  /**
   * A peer that came by itself told the port it listens on (BEP 10, `p`): it is known there from now on, and
   * connected. Answers whether that party has another connection already.
   */
  incomingListensOn(address: Endpoint, port: number, nowMs: number): boolean {
    if (port < 1 || port > 65_535 || !Number.isInteger(port)) return false;
    const party = partyKey(this.#profile, address);
    const listening = endpoint(address.host, port);
    const listensAs = partyKey(this.#profile, listening);
    if (!this.#connected.has(party)) return false;
    const isElsewhere = listensAs !== party && this.#connected.has(listensAs);
    this.#know(listening, listensAs, nowMs);
    if (listensAs !== party && !isElsewhere) {
      this.#connected.set(party, { listensAs });
      this.#connected.set(listensAs, { listensAs: undefined });
    }
    return isElsewhere;
  }

  /** More is wanted than before: peers that had nothing for us are worth a call again, now. */
  needGrew(nowMs: number): void {
    for (const candidate of this.#candidates.all()) noteNeed(candidate, nowMs);
    this.#earliestMs = nowMs;
  }

  /** The connection ended. Not `isUseful`: neither side had anything for the other. */
  disconnected(address: Endpoint, nowMs: number, isUseful: boolean): void {
    const party = partyKey(this.#profile, address);
    const listensAs = this.#connected.get(party)?.listensAs ?? party;
    this.#connected.delete(party);
    this.#connected.delete(listensAs);
    const candidate = this.#candidates.get(listensAs);
    if (candidate === undefined) return;
    // Its own dial may have failed meanwhile; then it waits since.
    this.#earliestMs = Math.min(this.#earliestMs, candidate.notBeforeMs);
    if (candidate.state !== "connected") return;
    if (candidate.workedAtMs !== undefined) candidate.workedAtMs = nowMs;
    noteDisconnected(candidate, nowMs, isUseful);
    this.#earliestMs = Math.min(this.#earliestMs, candidate.notBeforeMs);
  }

  /** Whether the party has a connection. */
  isConnected(address: Endpoint): boolean {
    return this.#connected.has(partyKey(this.#profile, address));
  }

  // Facts ----------------------------------------------------------------------------------------------------------

  counts(): PoolCounts {
    let candidates = 0;
    let out = 0;
    let neverTried = 0;
    for (const candidate of this.#candidates.all()) {
      if (candidate.state !== "idle") continue;
      if (isOut(candidate)) out++;
      else candidates++;
      if (!candidate.wasTried) neverTried++;
    }
    return {
      known: this.#candidates.size,
      candidates,
      dialling: this.#dialling,
      connected: new Set([...this.#connected].map(([party, { listensAs }]) => listensAs ?? party)).size,
      out,
      neverTried,
      failedDials: this.#failedDials,
    };
  }

  /** Addresses that we reached, those connected or lately connected first; for resume data. */
  exportPeers(max: number): Endpoint[] {
    return [...this.#candidates.all()]
      .filter((candidate) => candidate.workedAtMs !== undefined && candidate.failures === 0)
      .sort((a, b) => recency(b) - recency(a))
      .slice(0, max)
      .map((candidate) => candidate.address);
  }

  // Details --------------------------------------------------------------------------------------------------------

  #dial(candidate: Candidate, nowMs: number, untried: number): Dial {
    const isEager = !candidate.wasTried && untried > 1;
    candidate.state = "dialling";
    candidate.dialledAtMs = nowMs;
    candidate.wasTried = true;
    this.#dialling++;
    if (this.#profile === "public")
      this.#dialledPorts.dialled(candidate.party, candidate.address.port, nowMs);
    // Somebody else may be due as well.
    this.#earliestMs = nowMs;
    const timeoutMs = isEager ? EAGER_TIMEOUT_MS : PATIENT_TIMEOUT_MS;
    return { address: candidate.address, source: candidate.source, timeoutMs, isPlain: candidate.isPlain };
  }

  /** A known party was named with some port: another port is kept for when the present one fails. */
  #rememberPort(candidate: Candidate, port: number, source: PeerSource, nowMs: number): void {
    if (candidate.source === "incoming") candidate.source = source;
    if (candidate.address.port === port || candidate.otherPorts.includes(port)) return;
    if (candidate.state === "idle" && candidate.failures > 0 && !isOut(candidate)) {
      candidate.address = { ...candidate.address, port };
      candidate.notBeforeMs = nowMs;
      this.#earliestMs = nowMs;
    } else if (candidate.otherPorts.length < MAX_PORTS_PER_HOST - 1) {
      candidate.otherPorts.push(port);
    }
  }

  #know(listening: Endpoint, party: string, nowMs: number): void {
    const known = this.#candidates.get(party);
    if (known !== undefined) {
      this.#rememberPort(known, listening.port, "incoming", nowMs);
      if (known.state === "idle") noteConnected(known, nowMs);
      return;
    }
    if (!mayContact(this.#profile, listening) || BLOCKED_PORTS.has(listening.port)) return;
    if (this.#self.has(formatEndpoint(listening))) return;
    const candidate = newCandidate(party, listening, "incoming", undefined, this.#priorityOf(listening));
    if (!this.#insert(candidate)) return;
    candidate.state = "connected";
    candidate.connectedAtMs = nowMs;
  }

  /** False where everybody that is known is better. */
  #insert(candidate: Candidate): boolean {
    if (!this.#candidates.add(candidate)) return false;
    this.#earliestMs = Math.min(this.#earliestMs, candidate.notBeforeMs);
    return true;
  }

  #forget(candidate: Candidate): void {
    this.#candidates.remove(candidate);
    if (candidate.state === "dialling") this.#dialling--;
  }

  #takeNextPortOrForget(candidate: Candidate): void {
    const port = candidate.otherPorts.shift();
    if (port === undefined) this.#forget(candidate);
    else candidate.address = { ...candidate.address, port };
  }

  /** What both ends make of a connection between us (BEP 40), higher first; undefined while our own address is unknown. */
  canonicalPriorityOf(address: Endpoint): number | undefined {
    const ours = this.#external[address.family];
    return ours === undefined ? undefined : this.#ranking.between(ours, address);
  }

  #priorityOf(address: Endpoint): number {
    return this.canonicalPriorityOf(address) ?? this.#ranking.byChance();
  }

  /** When the candidate's port may be dialled: a host has three ports per ten minutes (profile `public`). */
  #portDueMs(candidate: Candidate, nowMs: number): number {
    if (this.#profile !== "public") return nowMs;
    return this.#dialledPorts.dueMs(candidate.party, candidate.address.port, nowMs);
  }

  /** When the candidate may be dialled for all that is done about the same peer's other address. */
  #twinDueMs(candidate: Candidate, nowMs: number): number {
    const twin = candidate.twin === undefined ? undefined : this.#candidates.get(candidate.twin);
    if (twin === undefined) return nowMs;
    if (this.#connected.has(twin.party)) return Number.POSITIVE_INFINITY;
    if (twin.state === "dialling") return twin.dialledAtMs + TWIN_HEAD_START_MS;
    const isTwinFirst = twin.address.family === 6 && twin.failures === 0 && twin.notBeforeMs <= nowMs;
    return isTwinFirst ? nowMs + TWIN_HEAD_START_MS : nowMs;
  }
}

function recency(candidate: Candidate): number {
  return candidate.state === "connected" ? Number.MAX_SAFE_INTEGER : (candidate.workedAtMs ?? 0);
}
