/**
 * What an answer to one of our queries, or its absence, means for the node: who is alive, who is not, what our
 * address is, and whether it is the others that are silent or we that are cut off. Then the owner of the query
 * is told.
 */

import type { Endpoint } from "../core/endpoint.ts";
import { formatAddress } from "../core/endpoint.ts";
import { Contact } from "./contact.ts";
import type { DhtFamily } from "./dht-family.ts";
import type { KrpcMessage } from "./krpc-message.ts";
import type { LossEstimate } from "./loss-estimate.ts";
import { QUERY_TIMEOUT_MS, type Query, type QueryTracker } from "./query-tracker.ts";
import type { StallTimes } from "./stall-times.ts";
import type { TrafficMeter } from "./traffic-meter.ts";

/** Queries in a row that nobody answered, and time since the last answer, before we call ourselves cut off. */
const SILENT_QUERIES = 8;
const SILENT_MS = 60_000;
/** Once our address is agreed on, only every so many-th reply is counted as a vote: it hardly ever changes. */
const VOTE_EVERY = 16;

export interface ReplyIntakeParts {
  readonly tracker: QueryTracker;
  readonly stallTimes: StallTimes;
  readonly loss: LossEstimate;
  readonly traffic: TrafficMeter;
  /** Enough others agree on a new address of ours. */
  readonly onOwnAddress: (family: DhtFamily) => void;
}

export class ReplyIntake {
  readonly #parts: ReplyIntakeParts;
  #lastHeardMs: number;
  #timeoutsInARow = 0;
  #repliesSinceVote = 0;

  constructor(parts: ReplyIntakeParts, nowMs: number) {
    this.#parts = parts;
    this.#lastHeardMs = nowMs;
  }

  /** Nobody has answered for so long that it is our network, not theirs. */
  isCutOff(nowMs: number): boolean {
    return this.#timeoutsInARow >= SILENT_QUERIES && nowMs - this.#lastHeardMs >= SILENT_MS;
  }

  /** A reply or an error. Those that nobody waits for are counted and not looked at. */
  take(family: DhtFamily, message: KrpcMessage, from: Endpoint, nowMs: number): void {
    const { tracker, traffic } = this.#parts;
    const query = tracker.take(message, from);
    if (query === undefined) {
      traffic.totals.unmatchedIn++;
      return;
    }
    this.#lastHeardMs = nowMs;
    this.#timeoutsInARow = 0;
    traffic.noteOutcome(true);
    if (message.kind === "error") {
      traffic.totals.errorsIn++;
      query.owner.queryFailed(query, "error", message.errorCode);
      return;
    }
    traffic.totals.repliesIn++;
    this.#reply(family, query, message, nowMs);
  }

  /** No answer came in time, or the network said that none will. Tells nobody but the table. */
  noteSilence(family: DhtFamily | undefined, query: Query, nowMs: number): void {
    this.#parts.traffic.totals.timeouts++;
    this.#parts.traffic.noteOutcome(false);
    this.#timeoutsInARow++;
    if (family === undefined) return;
    const contact = askedContact(family, query);
    if (contact === undefined) return;
    const wasAsleep = nowMs - query.sentAtMs > 2 * QUERY_TIMEOUT_MS;
    const wasLive = family.table.has(contact);
    family.table.failed(contact, nowMs, wasAsleep || this.#lastHeardMs < query.sentAtMs);
    if (wasLive && !family.table.has(contact)) family.lost.add(contact);
  }

  #reply(family: DhtFamily, query: Query, message: KrpcMessage, nowMs: number): void {
    const rttMs = nowMs - query.sentAtMs;
    // A reply to a query that was sent twice says nothing about the time it took (Karn and Partridge 1987).
    if (query.resent === 0) this.#parts.stallTimes.add(rttMs);
    if (query.expectedId !== undefined && !carries(message, query.expectedId)) {
      this.#anotherNode(family, query, message, nowMs);
      return;
    }
    this.#parts.loss.answeredAfter(query.resent + (askedContact(family, query)?.failures ?? 0));
    family.table.answered(query.expectedId ?? message.id(), query.to, nowMs, rttMs);
    if (message.ipAt >= 0) this.#vote(family, query.to, message);
    query.owner.queryAnswered(query, message, rttMs);
  }

  /** The address answers with another id: whom we knew is gone, and the new one must answer for himself. */
  #anotherNode(family: DhtFamily, query: Query, message: KrpcMessage, nowMs: number): void {
    const known = askedContact(family, query);
    if (known !== undefined) family.table.forget(known, nowMs);
    family.table.heard(message.id(), query.to, nowMs, "named");
    query.owner.queryFailed(query, "wrong-id");
  }

  #vote(family: DhtFamily, voter: Endpoint, message: KrpcMessage): void {
    if (family.votes.host !== undefined && ++this.#repliesSinceVote < VOTE_EVERY) return;
    this.#repliesSinceVote = 0;
    const addressLength = family.family === 4 ? 4 : 16;
    if (message.ipLength !== addressLength && message.ipLength !== addressLength + 2) return;
    const host = formatAddress(message.bytes.subarray(message.ipAt, message.ipAt + addressLength));
    if (family.votes.add(voter, host)) this.#parts.onOwnAddress(family);
  }
}

/** The contact that was asked, live or in reserve. */
function askedContact(family: DhtFamily, { expectedId, subject, to }: Query): Contact | undefined {
  const live = expectedId === undefined ? undefined : family.table.find(expectedId, 0);
  const contact = live ?? (subject instanceof Contact ? subject : undefined);
  return contact?.isAt(to) === true ? contact : undefined;
}

function carries(message: KrpcMessage, id: Uint8Array): boolean {
  for (let i = 0; i < id.length; i++) if (message.bytes[message.idAt + i] !== id[i]) return false;
  return true;
}
