/** Whom a table should ask next, and for what: pure functions of the table and the time. */
import { ID_BYTES } from "../core/ids.ts";
import type { Random } from "../core/ports.ts";
import type { Contact } from "./contact.ts";
import type { RoutingTable } from "./routing-table.ts";

/** Contacts stay good for 15 minutes: they are asked before that is over. */
export const KEEP_ALIVE_MS: number = 12 * 60_000;
/** A contact that failed is asked again after this, then after twice as long, and so on. */
const RETRY_FAILED_MS = 10_000;
/** A contact is not asked again sooner than this, whatever its times say. */
const LEAST_BETWEEN_QUERIES_MS = 5_000;

/** When `contact` should be asked next: one that failed soon again, others before they are questionable. */
export function dueMsOf(contact: Contact): number {
  return contact.failures > 0
    ? contact.lastAskedMs + RETRY_FAILED_MS * 2 ** (contact.failures - 1)
    : Math.max(contact.lastHeardMs + KEEP_ALIVE_MS, contact.lastAskedMs + LEAST_BETWEEN_QUERIES_MS);
}

export interface DueContact {
  readonly contact: Contact;
  readonly dueMs: number;
}

/** The `count` contacts that should be asked first, the first of them last. One walk over the table. */
export function mostDue(table: RoutingTable, count: number): DueContact[] {
  const most: DueContact[] = [];
  for (const contact of table.contacts()) {
    const dueMs = dueMsOf(contact);
    if (most.length === count && dueMs >= (most[0] as DueContact).dueMs) continue;
    let index = most.length;
    while (index > 0 && (most[index - 1] as DueContact).dueMs < dueMs) index--;
    most.splice(index, 0, { contact, dueMs });
    if (most.length > count) most.shift();
  }
  return most;
}

/**
 * A contact in reserve whose bucket has room for it, deepest buckets first. One that asked us waits `quarantineMs` first where the
 * bucket holds `enough` others: a poor one takes whoever answers, for those next to us are what lookups end at.
 */
export function reserveToTry(
  table: RoutingTable,
  nowMs: number,
  quarantineMs: number,
  enough: number,
): Contact | undefined {
  for (let depth = table.deepest; depth >= 0; depth--) {
    const bucket = table.bucketAt(depth);
    if (bucket === undefined || bucket.count >= table.capacityAt(depth)) continue;
    const waitsMs = bucket.count >= enough ? quarantineMs : 0;
    for (const contact of bucket.replacements) {
      if (!contact.hasAnswered && nowMs - contact.lastQueryMs < waitsMs) continue;
      if (nowMs - contact.lastAskedMs >= RETRY_FAILED_MS * 2 ** contact.failures) return contact;
    }
  }
  return undefined;
}

/** A contact of a bucket that has room and was not asked for `refreshMs`. Deepest buckets first. */
export function contactOfOldBucket(
  table: RoutingTable,
  nowMs: number,
  refreshMs: number,
): Contact | undefined {
  for (let depth = table.deepest; depth >= 0; depth--) {
    const bucket = table.bucketAt(depth);
    if (bucket === undefined || bucket.count === 0 || bucket.count >= table.capacityAt(depth)) continue;
    if (nowMs - bucket.lastRefreshMs >= refreshMs) return answeringContactAt(table, depth);
  }
  return undefined;
}

/** A contact that neither answered nor was asked since `sinceMs`. */
export function unheardSince(table: RoutingTable, sinceMs: number): Contact | undefined {
  for (const contact of table.contacts()) {
    if (Math.max(contact.lastAskedMs, contact.lastReplyMs) < sinceMs) return contact;
  }
  return undefined;
}

/** An id that falls into the bucket at `depth`: our own with another bit there, and chance behind it. */
export function randomIdAt(ownId: Uint8Array, depth: number, random: Random): Uint8Array {
  const id = random.bytes(ID_BYTES);
  const wholeBytes = depth >> 3;
  for (let i = 0; i < wholeBytes; i++) id[i] = ownId[i] as number;
  const keptBits = 0xff00 >> (depth & 7);
  const flippedBit = 0x80 >> (depth & 7);
  const ownByte = ownId[wholeBytes] as number;
  const free = (id[wholeBytes] as number) & ~(keptBits | flippedBit);
  id[wholeBytes] = (ownByte & keptBits) | (~ownByte & flippedBit) | free;
  return id;
}

function answeringContactAt(table: RoutingTable, depth: number): Contact | undefined {
  for (const contact of table.contacts()) {
    if (contact.depth === depth && contact.failures === 0) return contact;
  }
  return undefined;
}
