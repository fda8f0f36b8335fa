/**
 * Keeps one routing table alive (BEP 5, "Routing Table"; NICE, Jiménez et al. 2011; libtorrent `next_refresh`):
 * instead of refreshing buckets in bursts, a small step every few seconds asks the one node where it helps most.
 *
 *   joining: saved and named contacts are asked many at a time, then a lookup for our own id; far buckets are
 *            filled. Ends with `onJoined`.
 *   settled: per step one query, the first that applies: the contact that is most due (it failed, or was not heard
 *            from for long), a reserve that its bucket has room for, a node of a bucket that has room and is old.
 *            Our own neighbourhood is looked up again, often while young, then every 15 minutes.
 *
 * A query goes out as find_node for an id in the contact's bucket where that bucket has room, else as ping.
 */
import type { Endpoint } from "../core/endpoint.ts";
import { ID_BYTES, type NodeId, nodeIdFrom } from "../core/ids.ts";
import type { Clock, Random } from "../core/ports.ts";
import { ClosestContacts } from "./closest-contacts.ts";
import { compactNodeBytes, readEndpoint } from "./compact-address.ts";
import { type Contact, NEVER_MS } from "./contact.ts";
import type { DhtFamily } from "./dht-family.ts";
import type { Want } from "./krpc-encoder.ts";
import type { KrpcMessage } from "./krpc-message.ts";
import { MAX_NODES_PER_REPLY } from "./lookup.ts";
import type { Lookups } from "./lookups.ts";
import type { Addressee, QuerySender } from "./query-sender.ts";
import type { Query, QueryOwner } from "./query-tracker.ts";

/** Pace while joining, and queries per step: a table of a hundred contacts is asked within two seconds. */
const JOIN_STEP_MS = 200;
const JOIN_QUERIES_PER_STEP = 8;
const FIRST_BURST = 16;
/** Pace of a settled table (libtorrent 5 s). */
const STEP_MS = 5_000;
const LONGEST_STEP_MS = 30_000;
/** Pace while somebody waits for a place that is free. */
const RESERVE_STEP_MS = 1_000;
/** Contacts stay good for 15 minutes: they are asked before that is over. */
const KEEP_ALIVE_MS = 12 * 60_000;
/** A contact that failed is asked again after this, then after twice as long, and so on. */
const RETRY_FAILED_MS = 10_000;
/** BEP 5: buckets not changed in 15 minutes are refreshed. */
const BUCKET_REFRESH_MS = 15 * 60_000;
/** The same in the first quarter of an hour, when we miss most. */
const YOUNG_REFRESH_MS = 60_000;
/** Pauses between lookups of our own neighbourhood, the last one repeated. */
const OWN_LOOKUP_PAUSES_MS: readonly number[] = [30_000, 120_000, 300_000, 900_000];
/**
 * How long we wait before asking a node that asked us, in `public`: the hole that its packet made in its NAT is
 * closed then, so only reachable nodes answer (mldht waits 30 s as well).
 */
const QUARANTINE_MS = 30_000;
/** After joining, nodes named for the far buckets are asked at the joining pace for this long. */
const FILLING_MS = 15_000;
/** Queries for each bucket that has room, after joining, and how deep that goes: 2^32 nodes. */
const FILL_TRIES = 3;
const DEEPEST_FILLED = 32;

export interface TableKeeperParts {
  readonly clock: Clock;
  readonly random: Random;
  readonly family: DhtFamily;
  readonly sender: QuerySender;
  readonly lookups: Lookups;
  readonly k: number;
  readonly hasQuarantine: boolean;
  /** Nodes of the other family that a reply named (BEP 32); absent where we have one family. */
  readonly hearOther: ((message: KrpcMessage) => void) | undefined;
  /** Whether the other family's table wants to hear of nodes. */
  readonly otherNeedsNodes: () => boolean;
  readonly onJoined: () => void;
}

export class TableKeeper implements QueryOwner {
  readonly #parts: TableKeeperParts;
  #phase: "empty" | "joining" | "settled" = "empty";
  #timer: Disposable | undefined;
  readonly #onTimer = (): void => this.#step();
  #ownLookups = 0;
  #nextOwnLookupMs = 0;
  #joinedAtMs: number = NEVER_MS;
  /** By depth: how often the bucket was asked for since we joined. */
  readonly #fillTries = new Uint8Array(DEEPEST_FILLED);
  /** Contacts that neither answered nor were asked since are asked at the joining pace. */
  #askBeforeMs: number = NEVER_MS;
  #isLookingUp = false;
  #isClosed = false;

  constructor(parts: TableKeeperParts) {
    this.#parts = parts;
  }

  get phase(): "empty" | "joining" | "settled" {
    return this.#phase;
  }

  /** There are contacts or reserves: ask them all, and find our place. */
  join(): void {
    if (this.#phase === "joining" || this.#isClosed) return;
    this.#phase = "joining";
    this.#askMany(FIRST_BURST);
    this.#lookUpOurselves();
    this.#setTimer(JOIN_STEP_MS);
  }

  /** Whom we knew may be gone, or we are somebody else now: everybody is asked anew. */
  rejoin(): void {
    if (this.#isClosed) return;
    for (const contact of this.#parts.family.table.reserves()) contact.lastAskedMs = NEVER_MS;
    this.#askBeforeMs = this.#parts.clock.nowMs();
    this.#phase = "empty";
    this.#ownLookups = 0;
    this.join();
  }

  /** All contacts are gone. */
  becomeEmpty(): void {
    this.#phase = "empty";
    this.#ownLookups = 0;
  }

  /** Somebody new is in reserve; a young or small table does not let him wait. */
  reserveGrew(): void {
    if (this.#phase === "empty") this.join();
    else if (this.#phase === "settled" && this.#isFilling(this.#parts.clock.nowMs())) this.#setTimer(0);
  }

  /** Remembers the nodes that a reply named, as far as the table has use for them. */
  hear(message: KrpcMessage): void {
    const family = this.#parts.family.family;
    if (family === 4) this.#hearNodes(message, message.nodesAt, message.nodesLength);
    else this.#hearNodes(message, message.nodes6At, message.nodes6Length);
  }

  /** Asks `to`, whose id may be unknown, for our own neighbourhood. */
  askForOurselves(to: Endpoint, owner: QueryOwner, subject: object): boolean {
    const { family, sender } = this.#parts;
    const addressee = { to, expectedId: undefined, owner, subject };
    return sender.findNode(family, addressee, family.table.localNodeId, this.#want()) === "sent";
  }

  close(): void {
    this.#isClosed = true;
    this.#timer?.[Symbol.dispose]();
  }

  queryAnswered(_query: Query, message: KrpcMessage): void {
    this.hear(message);
    this.#parts.hearOther?.(message);
  }

  queryStalled(): void {}

  /** The table knows already. */
  queryFailed(): void {}

  #step(): void {
    if (this.#isClosed || this.#phase === "empty") return;
    const nowMs = this.#parts.clock.nowMs();
    if (this.#phase === "joining" || this.#isFilling(nowMs)) {
      this.#askMany(JOIN_QUERIES_PER_STEP);
      if (this.#phase === "settled") this.#fillBucket();
      this.#setTimer(JOIN_STEP_MS);
      return;
    }
    if (nowMs >= this.#nextOwnLookupMs) this.#lookUpOurselves();
    else this.#askOne(nowMs);
    this.#setTimer(this.#pauseMs(nowMs) * (0.8 + 0.4 * this.#parts.random.float()));
  }

  /** Until the next step: longer while nothing will be due. */
  #pauseMs(nowMs: number): number {
    if (this.#reserveToTry(nowMs) !== undefined) return RESERVE_STEP_MS;
    const dueMs = Math.min(this.#nextOwnLookupMs, this.#mostDue()?.dueMs ?? Number.POSITIVE_INFINITY);
    return Math.min(LONGEST_STEP_MS, Math.max(STEP_MS, dueMs - nowMs));
  }

  /** The table is young or small, and there is somebody to ask. */
  #isFilling(nowMs: number): boolean {
    if (this.#unconfirmed() !== undefined) return true;
    const isYoung = nowMs - this.#joinedAtMs < FILLING_MS;
    if (!isYoung && this.#parts.family.table.size >= this.#parts.k) return false;
    return this.#reserveToTry(nowMs) !== undefined || (isYoung && this.#bucketToFill() >= 0);
  }

  /** The farthest bucket with room that was not asked for often enough; -1 for none. */
  #bucketToFill(): number {
    const { table } = this.#parts.family;
    for (let depth = 0; depth <= Math.min(table.deepest, DEEPEST_FILLED - 1); depth++) {
      const count = table.bucketAt(depth)?.count ?? 0;
      if (count < table.capacityAt(depth) && (this.#fillTries[depth] as number) < FILL_TRIES) return depth;
    }
    return -1;
  }

  /** Asks whoever is nearest for nodes of a bucket that has room. */
  #fillBucket(): void {
    const depth = this.#bucketToFill();
    if (depth < 0) return;
    this.#fillTries[depth] = (this.#fillTries[depth] as number) + 1;
    const target = this.#randomIdAt(depth);
    FOUND.begin(target, 0, 1, 0);
    this.#parts.family.table.closest(FOUND, target, 0);
    const contact = FOUND.contacts[0];
    if (FOUND.count === 1 && contact !== undefined) this.#findNodeFrom(contact, target);
  }

  /** A contact of before `rejoin` that was not heard of since. */
  #unconfirmed(): Contact | undefined {
    if (this.#askBeforeMs === NEVER_MS) return undefined;
    for (const contact of this.#parts.family.table.contacts()) {
      if (Math.max(contact.lastAskedMs, contact.lastReplyMs) < this.#askBeforeMs) return contact;
    }
    this.#askBeforeMs = NEVER_MS;
    return undefined;
  }

  #lookUpOurselves(): void {
    if (this.#isLookingUp) return;
    this.#isLookingUp = true;
    const { lookups, family, clock } = this.#parts;
    const ownId = family.table.localNodeId;
    const pauseMs = OWN_LOOKUP_PAUSES_MS[
      Math.min(this.#ownLookups, OWN_LOOKUP_PAUSES_MS.length - 1)
    ] as number;
    this.#ownLookups++;
    this.#nextOwnLookupMs = clock.nowMs() + pauseMs * (0.8 + 0.4 * this.#parts.random.float());
    lookups.start(
      {
        target: ownId,
        purpose: "find-node",
        noSeeds: false,
        needsToken: false,
        handlers: {},
      },
      () => this.#ownLookupEnded(ownId),
      [family],
    );
  }

  #ownLookupEnded(soughtId: NodeId): void {
    this.#isLookingUp = false;
    if (this.#isClosed) return;
    if (soughtId !== this.#parts.family.table.localNodeId) {
      this.#lookUpOurselves();
      return;
    }
    if (this.#phase !== "joining") return;
    if (this.#parts.family.table.size === 0) {
      this.#phase = "empty";
      return;
    }
    this.#phase = "settled";
    this.#joinedAtMs = this.#parts.clock.nowMs();
    this.#fillTries.fill(0);
    this.#parts.onJoined();
  }

  /** One query, where it helps most; none when nobody needs one. */
  #askOne(nowMs: number): void {
    const due = this.#mostDue();
    const contact =
      due !== undefined && due.dueMs <= nowMs
        ? due.contact
        : (this.#reserveToTry(nowMs) ?? this.#oldBucketContact(nowMs));
    if (contact !== undefined) this.#ask(contact);
  }

  #askMany(count: number): void {
    const nowMs = this.#parts.clock.nowMs();
    for (let i = 0; i < count; i++) {
      const contact = this.#unconfirmed() ?? this.#reserveToTry(nowMs);
      if (contact === undefined || !this.#ask(contact)) return;
    }
  }

  #ask(contact: Contact): boolean {
    const { family, sender } = this.#parts;
    const bucket = family.table.bucketAt(contact.depth);
    if ((bucket?.count ?? 0) < family.table.capacityAt(contact.depth))
      return this.#findNodeFrom(contact, this.#randomIdAt(contact.depth));
    this.#noteAsked(contact);
    return sender.ping(family, this.#addressee(contact)) === "sent";
  }

  #findNodeFrom(contact: Contact, target: Uint8Array): boolean {
    const { family, sender } = this.#parts;
    this.#noteAsked(contact);
    return sender.findNode(family, this.#addressee(contact), target, this.#want()) === "sent";
  }

  #addressee(contact: Contact): Addressee {
    return { to: contact.endpoint, expectedId: contact.id, owner: this, subject: contact };
  }

  #noteAsked(contact: Contact): void {
    const nowMs = this.#parts.clock.nowMs();
    contact.noteAsked(nowMs);
    const bucket = this.#parts.family.table.bucketAt(contact.depth);
    if (bucket !== undefined) bucket.lastRefreshMs = nowMs;
  }

  /** The contact that should be asked next, and when: one that failed soon again, others before they are questionable. */
  #mostDue(): { readonly contact: Contact; readonly dueMs: number } | undefined {
    let most: Contact | undefined;
    let mostDueMs = Number.POSITIVE_INFINITY;
    for (const contact of this.#parts.family.table.contacts()) {
      const dueMs =
        contact.failures > 0
          ? contact.lastAskedMs + RETRY_FAILED_MS * 2 ** (contact.failures - 1)
          : Math.max(contact.lastHeardMs + KEEP_ALIVE_MS, contact.lastAskedMs + STEP_MS);
      if (dueMs >= mostDueMs) continue;
      most = contact;
      mostDueMs = dueMs;
    }
    return most === undefined ? undefined : { contact: most, dueMs: mostDueMs };
  }

  /** A contact in reserve whose bucket has room for it. */
  #reserveToTry(nowMs: number): Contact | undefined {
    const { table } = this.#parts.family;
    const waitMs = this.#parts.hasQuarantine && table.size >= this.#parts.k ? QUARANTINE_MS : 0;
    for (let depth = table.deepest; depth >= 0; depth--) {
      const bucket = table.bucketAt(depth);
      if (bucket === undefined || bucket.count >= table.capacityAt(depth)) continue;
      for (const contact of bucket.replacements) {
        if (!contact.hasAnswered && nowMs - contact.lastQueryMs < waitMs) continue;
        if (nowMs - contact.lastAskedMs >= RETRY_FAILED_MS * 2 ** contact.failures) return contact;
      }
    }
    return undefined;
  }

  #oldBucketContact(nowMs: number): Contact | undefined {
    const { table } = this.#parts.family;
    for (let depth = table.deepest; depth >= 0; depth--) {
      const bucket = table.bucketAt(depth);
      if (bucket === undefined || bucket.count === 0 || bucket.count >= table.capacityAt(depth)) continue;
      const isYoung = nowMs - this.#joinedAtMs < BUCKET_REFRESH_MS;
      if (nowMs - bucket.lastRefreshMs >= (isYoung ? YOUNG_REFRESH_MS : BUCKET_REFRESH_MS))
        return this.#anyAt(depth);
    }
    return undefined;
  }

  #anyAt(depth: number): Contact | undefined {
    for (const contact of this.#parts.family.table.contacts()) {
      if (contact.depth === depth && contact.failures === 0) return contact;
    }
    return undefined;
  }

  /** Our own id with another bit at `depth` and chance behind it: an id that falls into that bucket. */
  #randomIdAt(depth: number): Uint8Array {
    const own = this.#parts.family.table.localNodeId;
    const id = this.#parts.random.bytes(ID_BYTES);
    const wholeBytes = depth >> 3;
    for (let i = 0; i < wholeBytes; i++) id[i] = own[i] as number;
    const keptBits = 0xff00 >> (depth & 7);
    const flippedBit = 0x80 >> (depth & 7);
    const ownByte = own[wholeBytes] as number;
    const free = (id[wholeBytes] as number) & ~(keptBits | flippedBit);
    id[wholeBytes] = (ownByte & keptBits) | (~ownByte & flippedBit) | free;
    return id;
  }

  /** BEP 32: both families are asked for while one of our tables is poor, "occasionally" being never otherwise. */
  #want(): Want {
    return this.#parts.otherNeedsNodes() ? "both" : "own";
  }

  #hearNodes(message: KrpcMessage, at: number, length: number): void {
    const { family, clock } = this.#parts;
    const stride = compactNodeBytes(family.family);
    if (at < 0 || length % stride !== 0) return;
    const end = at + Math.min(length, stride * MAX_NODES_PER_REPLY);
    let hasGrown = false;
    for (let node = at; node < end; node += stride) {
      if (!family.table.needs(message.bytes, node)) continue;
      const id = nodeIdFrom(message.bytes.slice(node, node + ID_BYTES));
      const address = readEndpoint(message.bytes, node + ID_BYTES, family.family);
      if (family.table.heard(id, address, clock.nowMs(), "named")) hasGrown = true;
    }
    if (hasGrown) this.reserveGrew();
  }

  #setTimer(delayMs: number): void {
    this.#timer?.[Symbol.dispose]();
    this.#timer = this.#parts.clock.setTimer(delayMs, this.#onTimer);
  }
}

/** Scratch space of one search: synchronous, so one for all is enough. */
const FOUND = new ClosestContacts();
