/**
 * What a bootstrap node does beside being an ordinary one, for one address family: it lets newcomers in. Who asks for his own
 * neighbourhood and has not proved his address gets, behind the closest contacts, nodes from all over the network, so that
 * those who come do not all begin at the same few; who asks for it again and again gets little. It follows
 * arvidn/bootstrap-dht, which answers twenty thousand queries a second at the public routers.
 *
 *   asks for his own neighbourhood -> waits a quarter of an hour -> is asked -> answers -> handed out to newcomers
 *
 * Nothing is remembered of who was asked: the transaction is a keyed digest of the address (RFC 4987 calls that a cookie), and
 * whoever answers with it is there. His id may be another one than he asked with: nodes take one that fits their address (BEP 42).
 */
import { type AddressProfile, mayContact, partyKey, subnetKey } from "../core/address-profile.ts";
import type { CompactNode } from "../core/compact.ts";
import type { Endpoint } from "../core/endpoint.ts";
import { ID_BYTES } from "../core/ids.ts";
import type { Clock, Random } from "../core/ports.ts";
import { readInt32 } from "./compact-address.ts";
import { Contact } from "./contact.ts";
import type { DhtFamily } from "./dht-family.ts";
import { IntroductionRing } from "./introduction-ring.ts";
import type { KrpcEncoder } from "./krpc-encoder.ts";
import type { KrpcMessage } from "./krpc-message.ts";
import { idFitsAddress } from "./node-id-rules.ts";
import { QueryLimiter, type QueryLimits } from "./query-limiter.ts";
import type { TrafficMeter } from "./traffic-meter.ts";
import { WaitingAskers } from "./waiting-askers.ts";
import { TOKEN_BYTES, WriteTokens } from "./write-tokens.ts";

/** Nodes in an answer to a newcomer, as far as it may be so long (bootstrap-dht), and to who asks again. */
export const NODES_FOR_NEWCOMERS = 16;
export const NODES_FOR_REPEATERS = 3;
/** Twice in ten seconds, since packets get lost; who asks once more is a repeater for five minutes. */
const REPEATERS: QueryLimits = { maxPerWindow: 2, silenceMs: 5 * 60_000, maxParties: 4_096 };
const STEP_MS = 1_000;
/** Pings a second at most, to those that waited and to those in the ring: 12 kB. */
const MOST_PER_STEP = 64;

export interface IntroducerParts {
  readonly clock: Clock;
  readonly random: Random;
  readonly family: DhtFamily;
  readonly addressProfile: AddressProfile;
  readonly encoder: KrpcEncoder;
  readonly traffic: TrafficMeter;
}

export class Introducer {
  readonly #parts: IntroducerParts;
  readonly #cookies: WriteTokens;
  readonly #repeaters: QueryLimiter;
  readonly #waiting: WaitingAskers;
  readonly #ring = new IntroductionRing();
  #timer: Disposable | undefined;
  #steppedAtMs: number;

  constructor(parts: IntroducerParts) {
    const { clock, random, addressProfile } = parts;
    const nowMs = clock.nowMs();
    this.#parts = parts;
    this.#cookies = new WriteTokens(random, nowMs);
    this.#repeaters = new QueryLimiter(REPEATERS, addressProfile, random);
    this.#waiting = new WaitingAskers(random);
    this.#steppedAtMs = nowMs;
  }

  get waiting(): number {
    return this.#waiting.size;
  }

  get ready(): number {
    return this.#ring.ready(this.#parts.clock.nowMs());
  }

  /** Begins to ask those that waited. */
  start(): void {
    this.#steppedAtMs = this.#parts.clock.nowMs();
    this.#timer = this.#parts.clock.setTimer(STEP_MS, () => this.#step());
  }

  close(): void {
    this.#timer?.[Symbol.dispose]();
  }

  /** Counts a question of `from` for his own neighbourhood; false when he has asked too often lately. */
  admits(from: Endpoint, nowMs: number): boolean {
    return this.#repeaters.admits(from, nowMs);
  }

  /** Who asked will be asked in turn, if he wants to be kept (BEP 43). */
  note(message: KrpcMessage, from: Endpoint, nowMs: number): void {
    const { addressProfile } = this.#parts;
    if (message.isReadOnly || !mayContact(addressProfile, from)) return;
    if (!this.#parts.family.table.isGenuine(message.bytes, message.idAt)) return;
    const party = this.#partyOf(from);
    if (this.#waiting.has(party) || this.#ring.find(party)?.hasId(message.bytes, message.idAt) === true)
      return;
    this.#waiting.add(party, this.#newContact(message.id(), from), nowMs);
  }

  /** Appends up to `count` nodes to `chosen` that are not in it and do not have the id at `idAt` of `bytes`. */
  choose(count: number, chosen: Contact[], bytes: Uint8Array, idAt: number, nowMs: number): void {
    const isNew = (contact: Contact): boolean =>
      !contact.hasId(bytes, idAt) && !chosen.some((other) => other.hasSameId(contact));
    this.#ring.choose(count, chosen, isNew, nowMs);
  }

  /** Takes a reply that answers a question of ours; false for any other. */
  takeReply(message: KrpcMessage, from: Endpoint, nowMs: number): boolean {
    const { bytes, transactionAt, transactionLength, idAt } = message;
    if (transactionLength !== TOKEN_BYTES) return false;
    COOKIE.set(bytes.subarray(transactionAt, transactionAt + TOKEN_BYTES), COOKIE_AT);
    if (!this.#cookies.accepts(from, COOKIE, 0, COOKIE_AT, TOKEN_BYTES, nowMs)) return false;
    if (!this.#parts.family.table.isGenuine(bytes, idAt)) return true;
    const party = this.#partyOf(from);
    let contact = this.#ring.find(party);
    if (contact?.hasId(bytes, idAt) !== true || !contact.isAt(from)) {
      contact = this.#newContact(message.id(), from);
      this.#ring.put(party, contact, nowMs);
    }
    contact.noteReply(nowMs, 0);
    return true;
  }

  restore(nodes: readonly CompactNode[]): void {
    const { clock, addressProfile } = this.#parts;
    for (const { id, endpoint } of nodes) {
      if (!mayContact(addressProfile, endpoint) || !this.#parts.family.table.isGenuine(id, 0)) continue;
      this.#ring.restore(this.#partyOf(endpoint), this.#newContact(id, endpoint), clock.nowMs());
    }
  }

  /** For `restore` of the next run. */
  export(): readonly CompactNode[] {
    return this.#ring.saved();
  }

  #step(): void {
    const nowMs = this.#parts.clock.nowMs();
    const sinceMs = nowMs - this.#steppedAtMs;
    this.#steppedAtMs = nowMs;
    for (const contact of this.#waiting.takeDue(nowMs, MOST_PER_STEP)) this.#ask(contact, nowMs);
    for (const contact of this.#ring.toCheck(sinceMs, MOST_PER_STEP)) this.#ask(contact, nowMs);
    this.#timer = this.#parts.clock.setTimer(STEP_MS, () => this.#step());
  }

  #ask(contact: Contact, nowMs: number): void {
    const { family, encoder, traffic } = this.#parts;
    const to = contact.endpoint;
    contact.noteAsked(nowMs);
    this.#cookies.issue(to, COOKIE, 0, nowMs, COOKIE, COOKIE_AT);
    const payload = encoder.pingWithCookie(COOKIE.subarray(COOKIE_AT), family.table.localNodeId);
    traffic.totals.queriesOut++;
    traffic.totals.bytesOut += payload.length;
    family.socket.send(payload, to);
  }

  #newContact(id: CompactNode["id"], address: Endpoint): Contact {
    return new Contact(id, address, idFitsAddress(id, address));
  }

  /** As elsewhere, but that an IPv6 network of 64 bits is one party in `public`: nobody is short of addresses there. */
  #partyOf(address: Endpoint): string {
    const { addressProfile } = this.#parts;
    return addressProfile === "public" && address.family === 6
      ? subnetKey(address)
      : partyKey(addressProfile, address);
  }
}

/**
 * Whether a query asks for the asker's own neighbourhood, as those do that come into a network: programs ask for their id, or
 * for one with another end.
 */
export function asksForItself({ bytes, idAt }: KrpcMessage, targetAt: number): boolean {
  return readInt32(bytes, targetAt) === readInt32(bytes, idAt);
}

/** Scratch space of one question or answer: no info-hash, and the token of an address for it. */
const COOKIE_AT = ID_BYTES;
const COOKIE = new Uint8Array(COOKIE_AT + TOKEN_BYTES);
