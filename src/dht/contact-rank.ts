/**
 * Which contact of a full bucket gives way to a newcomer (libtorrent `replace_node_impl`, mldht). Besides who fails,
 * two things make a table worth more: contacts spread evenly over the bucket's range, since what is sought there
 * lies nearer to one of them, and short round trips, since every lookup begins with them. Among those that are as
 * good the one we have known for longer stays: who lasted will last (Maymounkov & Mazières 2002, section 2.2).
 *
 * A slot is the part of the bucket's range that the bits behind its prefix select: as many slots as the bucket is wide.
 */
import { type Contact, livenessOf } from "./contact.ts";
import type { DhtTuning } from "./dht-tuning.ts";

/** How much nearer a newcomer must be to take the place of one that answers (mldht: 2.5). */
const NEARER_BY = 2.5;

/** Who of `incumbents`, all contacts of a full bucket `width` wide, gives way to `newcomer`, who has answered; nobody may. */
export function victimFor(
  newcomer: Contact,
  incumbents: readonly Contact[],
  width: number,
  tuning: Pick<DhtTuning, "prefixSlots" | "prefersNear">,
  nowMs: number,
): Contact | undefined {
  const failing = incumbents.find((contact) => contact.failures > 0);
  if (failing !== undefined) return failing;
  if (newcomer.hasFittingId) {
    const misfit = incumbents.find((it) => !it.hasFittingId && livenessOf(it, nowMs) !== "good");
    if (misfit !== undefined) return misfit;
  }
  const slotBits = tuning.prefixSlots ? 31 - Math.clz32(width) : 0;
  const slot = slotOf(newcomer, slotBits);
  const rivals = incumbents.filter((contact) => slotOf(contact, slotBits) === slot);
  if (rivals.length === 0) return worstOf(mostCrowded(incumbents, slotBits));
  if (!tuning.prefersNear) return undefined;
  const worst = worstOf(rivals);
  return worst !== undefined && isMuchBetter(newcomer, worst) ? worst : undefined;
}

/** The bits of the id behind the bucket's prefix: those shared with us, and the one that differs. */
function slotOf(contact: Contact, slotBits: number): number {
  if (slotBits === 0) return 0;
  const firstBit = contact.depth + 1;
  const word = firstBit >> 5;
  const shift = firstBit & 31;
  const high = contact.wordAt(word) << shift;
  const bits = shift === 0 ? high : high | (contact.wordAt(word + 1) >>> (32 - shift));
  return bits >>> (32 - slotBits);
}

/** Contacts of the slot that holds most. */
function mostCrowded(contacts: readonly Contact[], slotBits: number): readonly Contact[] {
  const slots = new Map<number, Contact[]>();
  let most: Contact[] = [];
  for (const contact of contacts) {
    const slot = slotOf(contact, slotBits);
    const sharers = slots.get(slot) ?? [];
    sharers.push(contact);
    slots.set(slot, sharers);
    if (sharers.length > most.length) most = sharers;
  }
  return most;
}

/** By what a table wants: an id that fits its address (BEP 42), then a short round trip. */
function worstOf(contacts: readonly Contact[]): Contact | undefined {
  let worst: Contact | undefined;
  for (const contact of contacts) {
    if (worst === undefined || isWorse(contact, worst)) worst = contact;
  }
  return worst;
}

function isWorse(a: Contact, b: Contact): boolean {
  return a.hasFittingId === b.hasFittingId ? a.rttMs > b.rttMs : b.hasFittingId;
}

function isMuchBetter(newcomer: Contact, incumbent: Contact): boolean {
  if (newcomer.hasFittingId !== incumbent.hasFittingId) return newcomer.hasFittingId;
  return newcomer.rttMs * NEARER_BY < incumbent.rttMs;
}
