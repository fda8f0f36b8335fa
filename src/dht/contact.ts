/**
 * A DHT node we know: identity, address, and when it last did what. Whether it is good, questionable or bad is a
 * pure function of these times (BEP 5, "Routing Table"). A contact never changes its id or address: another
 * address or another id is another contact.
 */
import { addressBytes, type Endpoint } from "../core/endpoint.ts";
import { ID_BYTES, type NodeId, nodeIdFrom } from "../core/ids.ts";
import { addressBits, ipv4Bits, ipv4Endpoint, readInt32, writeInt32, writeIpv4 } from "./compact-address.ts";

/** BEP 5: good for 15 minutes after an answer, or after a query if it ever answered. */
export const GOOD_FOR_MS: number = 15 * 60_000;

/** A time that has not come yet; small enough that every age is large. */
export const NEVER_MS: number = -(2 ** 30);

export type Liveness = "good" | "questionable" | "bad";

/**
 * A table holds several hundred, so what is kept is packed: the id as five words where a `Uint8Array` of its own would
 * take 224 bytes, the address as bits. `id` and `endpoint` are made when somebody asks for them.
 */
export class Contact {
  /** The id in words of 32 bits, signed, the first one most significant. Distances are compared on `idHead` first. */
  readonly idHead: number;
  readonly #word1: number;
  readonly #word2: number;
  readonly #word3: number;
  readonly #word4: number;
  readonly port: number;
  /** As `addressBits` has it. */
  readonly addressBits: number;
  readonly #ipv6: Endpoint | undefined;
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
    this.idHead = readInt32(id, 0);
    this.#word1 = readInt32(id, 4);
    this.#word2 = readInt32(id, 8);
    this.#word3 = readInt32(id, 12);
    this.#word4 = readInt32(id, 16);
    this.port = address.port;
    this.addressBits = addressBits(address);
    this.#ipv6 = address.family === 6 ? address : undefined;
    this.hasFittingId = hasFittingId;
  }

  /** A copy of the id. */
  get id(): NodeId {
    const id = new Uint8Array(ID_BYTES);
    this.writeId(id, 0);
    return nodeIdFrom(id);
  }

  get endpoint(): Endpoint {
    return this.#ipv6 ?? ipv4Endpoint(this.addressBits, this.port);
  }

  get isIpv6(): boolean {
    return this.#ipv6 !== undefined;
  }

  /** Word 0 to 4 of the id; 0 behind its end. */
  wordAt(index: number): number {
    switch (index) {
      case 0:
        return this.idHead;
      case 1:
        return this.#word1;
      case 2:
        return this.#word2;
      case 3:
        return this.#word3;
      case 4:
        return this.#word4;
      default:
        return 0;
    }
  }

  /** Whether the id is the one at `at` of `bytes`. */
  hasId(bytes: Uint8Array, at: number): boolean {
    return (
      this.idHead === readInt32(bytes, at) &&
      this.#word1 === readInt32(bytes, at + 4) &&
      this.#word2 === readInt32(bytes, at + 8) &&
      this.#word3 === readInt32(bytes, at + 12) &&
      this.#word4 === readInt32(bytes, at + 16)
    );
  }

  hasSameId(other: Contact): boolean {
    return (
      this.idHead === other.idHead &&
      this.#word1 === other.#word1 &&
      this.#word2 === other.#word2 &&
      this.#word3 === other.#word3 &&
      this.#word4 === other.#word4
    );
  }

  isAtSameAddress(other: Contact): boolean {
    return (
      this.port === other.port &&
      this.addressBits === other.addressBits &&
      this.#ipv6?.host === other.#ipv6?.host
    );
  }

  isAt(address: Endpoint): boolean {
    if (this.port !== address.port) return false;
    if (this.#ipv6 !== undefined) return this.#ipv6.host === address.host;
    return address.family === 4 && this.addressBits === ipv4Bits(address.host);
  }

  /** Writes the id at `at`; answers the offset behind it. */
  writeId(out: Uint8Array, at: number): number {
    writeInt32(out, at, this.idHead);
    writeInt32(out, at + 4, this.#word1);
    writeInt32(out, at + 8, this.#word2);
    writeInt32(out, at + 12, this.#word3);
    writeInt32(out, at + 16, this.#word4);
    return at + ID_BYTES;
  }

  /** Writes the 4 or 16 address bytes at `at`; answers the offset behind them. */
  writeAddress(out: Uint8Array, at: number): number {
    if (this.#ipv6 === undefined) return writeIpv4(out, at, this.addressBits);
    out.set(addressBytes(this.#ipv6.host) ?? [], at);
    return at + 16;
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
