/**
 * Our outstanding queries: which reply belongs to which, and when to stop waiting. A reply counts only if its
 * transaction, address and port are those of the query (threats D6); transactions are 32 random bits, so that
 * somebody who does not see our packets cannot answer for somebody else.
 *
 *   outstanding --stallAfterMs--> stalled (owner may ask another) --QUERY_TIMEOUT_MS--> failed
 *        `-- reply, error, ICMP unreachable, id of another node: ended at once
 *
 * One timer serves all queries: it is set for the earliest deadline.
 */
import type { AddressProfile } from "../core/address-profile.ts";
import type { Endpoint } from "../core/endpoint.ts";
import type { NodeId } from "../core/ids.ts";
import type { Clock, Random } from "../core/ports.ts";
import { readInt32, sameEndpoint } from "./compact-address.ts";
import type { KrpcMessage } from "./krpc-message.ts";

/** Threats D6; libtorrent waits 15 s too. */
export const QUERY_TIMEOUT_MS = 15_000;
/** Threats D6: outstanding queries of a node, and to one party. */
export const MAX_OUTSTANDING = 256;
export const MAX_OUTSTANDING_PER_PARTY = 3;
/** Random bytes fetched at once: transactions cost four. */
const RANDOM_POOL_BYTES = 128;

export type QueryFailure = "timeout" | "unreachable" | "error" | "wrong-id" | "closed";

/** Whoever sent a query. Called when the query's fate is known; never from within `ask`. */
export interface QueryOwner {
  /** `message` is valid during the call only. The table knows already. */
  queryAnswered(query: Query, message: KrpcMessage, rttMs: number): void;
  queryStalled(query: Query): void;
  /** `errorCode` where the failure is an error that carried one. */
  queryFailed(query: Query, failure: QueryFailure, errorCode?: number): void;
}

export class Query {
  readonly transaction: number;
  readonly to: Endpoint;
  /** The id that the answer must carry; undefined where we only know an address. */
  readonly expectedId: NodeId | undefined;
  readonly owner: QueryOwner;
  /** What the query is about, in the owner's terms. */
  readonly subject: object | undefined;
  readonly sentAtMs: number;
  deadlineMs: number;
  isStalled = false;
  /** How often it was sent again: a reply may answer either copy. */
  resent = 0;

  constructor(
    transaction: number,
    to: Endpoint,
    expectedId: NodeId | undefined,
    owner: QueryOwner,
    subject: object | undefined,
    nowMs: number,
    deadlineMs: number,
  ) {
    this.transaction = transaction;
    this.to = to;
    this.expectedId = expectedId;
    this.owner = owner;
    this.subject = subject;
    this.sentAtMs = nowMs;
    this.deadlineMs = deadlineMs;
  }
}

export class QueryTracker {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #profile: AddressProfile;
  /** Tells the node, before the owner hears of it. */
  readonly #onTimeout: (query: Query) => void;
  readonly #outstanding = new Map<number, Query>();
  #pool: Uint8Array = new Uint8Array(0);
  #poolAt = 0;
  #timer: Disposable | undefined;
  #timerAtMs = Number.POSITIVE_INFINITY;
  readonly #onTimer = (): void => this.#expire();

  constructor(clock: Clock, random: Random, profile: AddressProfile, onTimeout: (query: Query) => void) {
    this.#clock = clock;
    this.#random = random;
    this.#profile = profile;
    this.#onTimeout = onTimeout;
  }

  get size(): number {
    return this.#outstanding.size;
  }

  /** What forbids another query to `to` now: too many in all or to this party, or all that it was asked stalls. */
  obstacle(to: Endpoint): "full" | "silent" | undefined {
    if (this.#outstanding.size >= MAX_OUTSTANDING) return "full";
    let toParty = 0;
    let stalled = 0;
    for (const query of this.#outstanding.values()) {
      if (!this.#isSameParty(query.to, to)) continue;
      toParty++;
      if (query.isStalled) stalled++;
    }
    if (toParty < MAX_OUTSTANDING_PER_PARTY) return undefined;
    return stalled === toParty ? "silent" : "full";
  }

  /** Registers a query that is about to be sent. */
  begin(
    to: Endpoint,
    expectedId: NodeId | undefined,
    owner: QueryOwner,
    subject: object | undefined,
    stallAfterMs: number,
  ): Query {
    const nowMs = this.#clock.nowMs();
    const deadlineMs = nowMs + stallAfterMs;
    const query = new Query(this.#newTransaction(), to, expectedId, owner, subject, nowMs, deadlineMs);
    this.#outstanding.set(query.transaction, query);
    this.#setTimer(deadlineMs, nowMs);
    return query;
  }

  /** `query` stalled and is sent again with the same transaction; false when it is outstanding no longer. */
  renew(query: Query, stallAfterMs: number): boolean {
    if (this.#outstanding.get(query.transaction) !== query) return false;
    const nowMs = this.#clock.nowMs();
    query.resent++;
    query.isStalled = false;
    query.deadlineMs = Math.min(nowMs + stallAfterMs, query.sentAtMs + QUERY_TIMEOUT_MS);
    this.#setTimer(query.deadlineMs, nowMs);
    return true;
  }

  /** The query that `message` from `from` answers; it is outstanding no longer. */
  take(message: KrpcMessage, from: Endpoint): Query | undefined {
    if (message.transactionLength !== 4) return undefined;
    const query = this.#outstanding.get(readInt32(message.bytes, message.transactionAt));
    if (query === undefined || !sameEndpoint(query.to, from)) return undefined;
    this.#outstanding.delete(query.transaction);
    if (this.#outstanding.size === 0) this.#stopTimer();
    return query;
  }

  /** Its owner waits for `query` no longer, and is not told of its end. */
  forget(query: Query): void {
    if (this.#outstanding.get(query.transaction) === query) this.#outstanding.delete(query.transaction);
  }

  /** Takes all queries to `to`; the network said that nobody is there. */
  takeAllTo(to: Endpoint): Query[] {
    const taken = [...this.#outstanding.values()].filter((query) => sameEndpoint(query.to, to));
    for (const query of taken) this.#outstanding.delete(query.transaction);
    return taken;
  }

  /** Takes everything: the node closes or its network changed. */
  takeAll(): Query[] {
    const taken = [...this.#outstanding.values()];
    this.#outstanding.clear();
    this.#stopTimer();
    return taken;
  }

  #expire(): void {
    this.#timer = undefined;
    this.#timerAtMs = Number.POSITIVE_INFINITY;
    const nowMs = this.#clock.nowMs();
    let nextMs = Number.POSITIVE_INFINITY;
    const due: Query[] = [];
    for (const query of this.#outstanding.values()) {
      if (query.deadlineMs <= nowMs) due.push(query);
      else if (query.deadlineMs < nextMs) nextMs = query.deadlineMs;
    }
    if (nextMs !== Number.POSITIVE_INFINITY) this.#setTimer(nextMs, nowMs);
    for (const query of due) this.#passDeadline(query, nowMs);
  }

  #passDeadline(query: Query, nowMs: number): void {
    if (this.#outstanding.get(query.transaction) !== query) return;
    const expiresAtMs = query.sentAtMs + QUERY_TIMEOUT_MS;
    if (!query.isStalled && nowMs < expiresAtMs) {
      query.isStalled = true;
      query.deadlineMs = expiresAtMs;
      this.#setTimer(expiresAtMs, nowMs);
      query.owner.queryStalled(query);
      return;
    }
    this.#outstanding.delete(query.transaction);
    this.#onTimeout(query);
    query.owner.queryFailed(query, "timeout");
  }

  #stopTimer(): void {
    this.#timer?.[Symbol.dispose]();
    this.#timer = undefined;
    this.#timerAtMs = Number.POSITIVE_INFINITY;
  }

  #setTimer(atMs: number, nowMs: number): void {
    if (atMs >= this.#timerAtMs) return;
    this.#timer?.[Symbol.dispose]();
    this.#timerAtMs = atMs;
    this.#timer = this.#clock.setTimer(atMs - nowMs, this.#onTimer);
  }

  /** Four random bytes that no outstanding query has. */
  #newTransaction(): number {
    for (;;) {
      if (this.#poolAt + 4 > this.#pool.length) {
        this.#pool = this.#random.bytes(RANDOM_POOL_BYTES);
        this.#poolAt = 0;
      }
      const transaction = readInt32(this.#pool, this.#poolAt);
      this.#poolAt += 4;
      if (!this.#outstanding.has(transaction)) return transaction;
    }
  }

  #isSameParty(a: Endpoint, b: Endpoint): boolean {
    return this.#profile === "public" ? a.host === b.host : sameEndpoint(a, b);
  }
}
