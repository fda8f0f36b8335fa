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
 * A query goes out as find_node for an id in the contact's bucket where that bucket has room and was not asked for
 * lately, else as ping.
 */
import type { Endpoint } from "../core/endpoint.ts";
import type { NodeId } from "../core/ids.ts";
import type { Clock, Random } from "../core/ports.ts";
import { ClosestContacts } from "./closest-contacts.ts";
import { type Contact, NEVER_MS } from "./contact.ts";
import {
  contactOfOldBucket,
  type DueContact,
  dueMsOf,
  KEEP_ALIVE_MS,
  mostDue,
  randomIdAt,
  reserveToTry,
  unheardSince,
} from "./contact-choice.ts";
import type { DhtFamily } from "./dht-family.ts";
import type { Want } from "./krpc-encoder.ts";
import type { KrpcMessage } from "./krpc-message.ts";
import type { Lookups } from "./lookups.ts";
import { hearNamedNodes } from "./named-nodes.ts";
import type { Addressee, QuerySender } from "./query-sender.ts";
import type { Query, QueryOwner } from "./query-tracker.ts";

/** Pace while joining, and queries per step: a table of a hundred contacts is asked within two seconds. */
const JOIN_STEP_MS = 200;
const JOIN_QUERIES_PER_STEP = 8;
const FIRST_BURST = 16;
/** Pace of a settled table (libtorrent 5 s). */
const STEP_MS = 5_000;
const LONGEST_STEP_MS = 30_000;
/** The same for who answers nobody (BEP 43): half a megabyte a day. */
const READ_ONLY_STEP_MS = 20_000;
/** Contacts that one walk over the table finds, and how long that holds: what fails in a lookup is seen to as late as that. */
const DUE_LIST = 12;
const DUE_LIST_AGE_MS = 60_000;
/** Steps come up to a fifth earlier or later, so that nodes which started together part. */
const LEAST_STEP_SHARE = 0.8;
/** Pace while somebody waits for a place that is free. */
const RESERVE_STEP_MS = 1_000;
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
  /** One query every few seconds; else lookups that refresh old buckets, all at once (BEP 5). */
  readonly isSteady: boolean;
  /** Nobody depends on our table but ourselves: a slower pace will do. */
  readonly isReadOnly: boolean;
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
  #timerAtMs = 0;
  readonly #onTimer = (): void => this.#step();
  /** Before this only newcomers are asked. */
  #nextStepMs = 0;
  #ownLookups = 0;
  #nextOwnLookupMs = 0;
  #joinedAtMs: number = NEVER_MS;
  /** By depth: how often the bucket was asked for since we joined. */
  readonly #fillTries = new Uint8Array(DEEPEST_FILLED);
  /** Contacts that are due next, the first last, and when they were sought. */
  #due: DueContact[] = [];
  #dueSinceMs: number = NEVER_MS;
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
    else if (this.#phase === "settled" && this.#isFilling(this.#parts.clock.nowMs())) this.#hurry();
  }

  /** Remembers the nodes that a reply named, as far as the table has use for them. */
  hear(message: KrpcMessage): void {
    if (hearNamedNodes(this.#parts.family, message, this.#parts.clock.nowMs())) this.reserveGrew();
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

  /** The table knows already; the contact is to be asked again soon. */
  queryFailed(): void {
    this.#dueSinceMs = NEVER_MS;
  }

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
    else if (this.#parts.isSteady) this.#askOne(nowMs);
    else {
      this.#refreshOldBuckets(nowMs);
      const newcomer = this.#reserveToTry(nowMs);
      if (newcomer !== undefined) this.#ask(newcomer);
    }
    this.#setTimer(this.#pauseMs(nowMs) * (LEAST_STEP_SHARE + 0.4 * this.#parts.random.float()));
  }

  #reserveToTry(nowMs: number): Contact | undefined {
    const { family, hasQuarantine, k } = this.#parts;
    const waitsMs = hasQuarantine && family.table.size >= k ? QUARANTINE_MS : 0;
    return reserveToTry(family.table, nowMs, waitsMs, k / 2);
  }

  /** Until the next step: longer while nothing will be due. */
  #pauseMs(nowMs: number): number {
    if (this.#reserveToTry(nowMs) !== undefined) return RESERVE_STEP_MS;
    const { table } = this.#parts.family;
    const stepMs = this.#stepMs;
    if (!this.#parts.isSteady) return LONGEST_STEP_MS;
    // So many contacts are not got round in time: somebody is due always.
    if (table.size * stepMs > KEEP_ALIVE_MS) return stepMs;
    const dueMs = Math.min(this.#nextOwnLookupMs, this.#nextDue(nowMs)?.dueMs ?? Number.POSITIVE_INFINITY);
    return Math.min(LONGEST_STEP_MS, Math.max(stepMs, dueMs - nowMs));
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
    const { table } = this.#parts.family;
    const target = randomIdAt(table.localNodeId, depth, this.#parts.random);
    FOUND.begin(target, 0, 1, 0);
    table.closest(FOUND, target, 0);
    const contact = FOUND.contacts[0];
    if (FOUND.count === 1 && contact !== undefined) this.#findNodeFrom(contact, target);
  }

  /** A contact of before `rejoin` that was not heard of since. */
  #unconfirmed(): Contact | undefined {
    if (this.#askBeforeMs === NEVER_MS) return undefined;
    const contact = unheardSince(this.#parts.family.table, this.#askBeforeMs);
    if (contact === undefined) this.#askBeforeMs = NEVER_MS;
    return contact;
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

  get #stepMs(): number {
    return this.#parts.isReadOnly ? READ_ONLY_STEP_MS : STEP_MS;
  }

  /** One query, where it helps most; none when nobody needs one. Between two steps only who waits for a place is asked. */
  #askOne(nowMs: number): void {
    const { table } = this.#parts.family;
    const newcomer = this.#reserveToTry(nowMs);
    if (nowMs < this.#nextStepMs) {
      if (newcomer !== undefined) this.#ask(newcomer);
      return;
    }
    this.#nextStepMs = nowMs + LEAST_STEP_SHARE * this.#stepMs;
    const due = this.#nextDue(nowMs);
    const contact =
      due !== undefined && due.dueMs <= nowMs
        ? due.contact
        : (newcomer ?? contactOfOldBucket(table, nowMs, this.#refreshMs(nowMs)));
    if (contact !== undefined) this.#ask(contact);
  }

  /** BEP 5: "Buckets that have not been changed in 15 minutes should be refreshed" by a search for an id in them. */
  #refreshOldBuckets(nowMs: number): void {
    const { family, lookups, random } = this.#parts;
    const { table } = family;
    for (let depth = 0; depth <= table.deepest; depth++) {
      const bucket = table.bucketAt(depth);
      if (bucket === undefined || nowMs - bucket.lastRefreshMs < BUCKET_REFRESH_MS) continue;
      bucket.lastRefreshMs = nowMs;
      const target = randomIdAt(table.localNodeId, depth, random);
      const request = {
        target,
        purpose: "find-node",
        noSeeds: false,
        needsToken: false,
        handlers: {},
      } as const;
      lookups.start(request, () => {}, [family]);
    }
  }

  /** Who is to be asked next; sought among all contacts only now and then, for several steps at once. */
  #nextDue(nowMs: number): DueContact | undefined {
    const { table } = this.#parts.family;
    if (nowMs - this.#dueSinceMs >= DUE_LIST_AGE_MS) this.#due.length = 0;
    for (let first = this.#due.at(-1); first !== undefined; first = this.#due.at(-1)) {
      // Whoever was asked, heard from or forgotten meanwhile has another time now, or none.
      if (table.has(first.contact) && dueMsOf(first.contact) === first.dueMs) return first;
      this.#due.pop();
    }
    this.#due = mostDue(table, DUE_LIST);
    this.#dueSinceMs = nowMs;
    return this.#due.at(-1);
  }

  #askMany(count: number): void {
    const nowMs = this.#parts.clock.nowMs();
    for (let i = 0; i < count; i++) {
      const contact = this.#unconfirmed() ?? this.#reserveToTry(nowMs);
      if (contact === undefined || !this.#ask(contact)) return;
    }
  }

  #ask(contact: Contact): boolean {
    const { family, sender, random, clock } = this.#parts;
    const { table } = family;
    const nowMs = clock.nowMs();
    const bucket = table.bucketAt(contact.depth);
    const hasRoom = bucket !== undefined && bucket.count < table.capacityAt(contact.depth);
    if (hasRoom && (this.#phase === "joining" || nowMs - bucket.lastRefreshMs >= this.#refreshMs(nowMs)))
      return this.#findNodeFrom(contact, randomIdAt(table.localNodeId, contact.depth, random));
    contact.noteAsked(nowMs);
    return sender.ping(family, this.#addressee(contact)) === "sent";
  }

  #findNodeFrom(contact: Contact, target: Uint8Array): boolean {
    const { family, sender, clock } = this.#parts;
    const bucket = family.table.bucketAt(contact.depth);
    contact.noteAsked(clock.nowMs());
    if (bucket !== undefined) bucket.lastRefreshMs = clock.nowMs();
    return sender.findNode(family, this.#addressee(contact), target, this.#want()) === "sent";
  }

  #addressee(contact: Contact): Addressee {
    return { to: contact.endpoint, expectedId: contact.id, owner: this, subject: contact };
  }

  /** How often a bucket with room is asked for. */
  #refreshMs(nowMs: number): number {
    return nowMs - this.#joinedAtMs < BUCKET_REFRESH_MS ? YOUNG_REFRESH_MS : BUCKET_REFRESH_MS;
  }

  /** BEP 32: both families are asked for while one of our tables is poor, "occasionally" being never otherwise. */
  #want(): Want {
    return this.#parts.otherNeedsNodes() ? "both" : "own";
  }

  /** The next step comes at the joining pace, if it was to come later. */
  #hurry(): void {
    if (this.#timerAtMs > this.#parts.clock.nowMs() + JOIN_STEP_MS) this.#setTimer(JOIN_STEP_MS);
  }

  #setTimer(delayMs: number): void {
    this.#timer?.[Symbol.dispose]();
    this.#timerAtMs = this.#parts.clock.nowMs() + delayMs;
    this.#timer = this.#parts.clock.setTimer(delayMs, this.#onTimer);
  }
}

/** Scratch space of one search: synchronous, so one for all is enough. */
const FOUND = new ClosestContacts();
