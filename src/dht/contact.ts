/**
 * A DHT node we know: identity, address, and when it last did what. Whether it is good, questionable or bad is a
 * pure function of these times (BEP 5, "Routing Table"). A contact never changes its id or address: another
 * address or another id is another contact.
 */
import { addressBytes, type Endpoint } from "../core/endpoint.ts";
import type { NodeId } from "../core/ids.ts";
import { ipv4Bits, readInt32 } from "./compact-address.ts";

/** BEP 5: good for 15 minutes after an answer, or after a query if it ever answered. */
export const GOOD_FOR_MS: number = 15 * 60_000;

/** A time that has not come yet; small enough that every age is large. */
export const NEVER_MS: number = -(2 ** 30);

export type Liveness = "good" | "questionable" | "bad";

export class Contact {
  readonly id: NodeId;
  readonly endpoint: Endpoint;
  /** First 32 bits of the id, signed: distances are compared here first. */
  readonly idHead: number;
  /** IPv4 address bits, signed; 0 for IPv6. */
  readonly ipv4Bits: number;
  /** The 16 address bytes of IPv6. */
  readonly ipv6Bytes: Uint8Array | undefined;
  /** Bits shared with our own id; kept by the routing table. */
  depth = 0;
  /** BEP 42: the id fits the address (or the address is exempt). */
  readonly hasFittingId: boolean;
  lastReplyMs: number = NEVER_MS;
  lastQueryMs: number = NEVER_MS;
  lastAskedMs: number = NEVER_MS;
  /** Queries in a row that it did not answer. */
  failures = 0;
  /** Smoothed round-trip time; -1 before the first answer. */
  rttMs = -1;

  constructor(id: NodeId, address: Endpoint, hasFittingId: boolean) {
    this.id = id;
    this.endpoint = address;
    this.idHead = readInt32(id, 0);
    this.ipv4Bits = address.family === 4 ? ipv4Bits(address.host) : 0;
    this.ipv6Bytes = address.family === 6 ? addressBytes(address.host) : undefined;
    this.hasFittingId = hasFittingId;
  }

  get hasAnswered(): boolean {
    return this.lastReplyMs !== NEVER_MS;
  }

  noteReply(nowMs: number, rttMs: number): void {
    this.lastReplyMs = Math.floor(nowMs);
    this.failures = 0;
    this.rttMs = Math.round(this.rttMs < 0 ? rttMs : this.rttMs + RTT_GAIN * (rttMs - this.rttMs));
  }

  noteQuery(nowMs: number): void {
    this.lastQueryMs = Math.floor(nowMs);
  }

  noteAsked(nowMs: number): void {
    this.lastAskedMs = Math.floor(nowMs);
  }

  /** When it last proved to be there. */
  get lastHeardMs(): number {
    return Math.max(this.lastReplyMs, this.hasAnswered ? this.lastQueryMs : NEVER_MS);
  }
}

/** BEP 5: bad after failing "multiple queries in a row"; one failure already keeps a contact out of answers. */
export function livenessOf(contact: Contact, nowMs: number): Liveness {
  if (contact.failures > 1) return "bad";
  return contact.failures === 0 && nowMs - contact.lastHeardMs < GOOD_FOR_MS ? "good" : "questionable";
}

/** Weight of a new sample in the smoothed round-trip time (mldht 0.3; TCP 0.125). */
const RTT_GAIN = 0.3;
