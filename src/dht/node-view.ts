/** Builds the picture of a node that dashboards show. */
import { addressScope } from "../core/address-profile.ts";
import { toHex } from "../core/bytes.ts";
import { type Contact, livenessOf } from "./contact.ts";
import type { DhtFamily } from "./dht-family.ts";
import type { DhtBucketView, DhtFamilyView } from "./dht-view.ts";
import type { Member } from "./member.ts";
import { idFitsAddress } from "./node-id-rules.ts";

/** Slices of the key space in its picture: a cell each in a line of a terminal. A power of two up to 256. */
const KEYSPACE_SLICES = 64;

export function familyView({ family, introducer }: Member, nowMs: number): DhtFamilyView {
  const contacts = [...family.table.contacts()];
  const buckets = bucketViews(family, contacts, nowMs);
  const total = (count: (bucket: DhtBucketView) => number): number =>
    buckets.reduce((sum, bucket) => sum + count(bucket), 0);
  const { host } = family.votes;
  return {
    nodeId: toHex(family.table.localNodeId),
    goodContacts: total(({ good }) => good),
    doubtfulContacts: total(({ doubtful }) => doubtful),
    badContacts: total(({ bad }) => bad),
    replacements: total(({ replacements }) => replacements),
    buckets,
    keyspace: keyspaceOf(contacts),
    externalHost: host ?? null,
    idFitsAddress:
      host === undefined || addressScope(host) !== "public" || family.table.hasKeyedIds
        ? null
        : idFitsAddress(family.table.localNodeId, { host }),
    storedHashes: family.store.hashes,
    storedPeers: family.store.peers,
    introductions: introducer === undefined ? null : { ready: introducer.ready, waiting: introducer.waiting },
    estimatedNodes: family.size.nodes ?? null,
  };
}

function bucketViews({ table }: DhtFamily, contacts: readonly Contact[], nowMs: number): DhtBucketView[] {
  const views: DhtBucketView[] = [];
  const byDepth = new Map<number, Contact[]>();
  for (const contact of contacts) {
    const sharers = byDepth.get(contact.depth);
    if (sharers === undefined) byDepth.set(contact.depth, [contact]);
    else sharers.push(contact);
  }
  for (let depth = 0; depth <= table.deepest; depth++) {
    const bucket = table.bucketAt(depth);
    if (bucket === undefined || bucket.count + bucket.replacements.length === 0) continue;
    views.push({
      sharedBits: depth,
      contacts: bucket.count,
      capacity: table.capacityAt(depth),
      replacements: bucket.replacements.length,
      ...conditionOf(byDepth.get(depth) ?? [], nowMs),
    });
  }
  return views;
}

function conditionOf(
  contacts: readonly Contact[],
  nowMs: number,
): Pick<DhtBucketView, "good" | "doubtful" | "bad" | "medianRttMs" | "lastHeardMs"> {
  const counts = { good: 0, questionable: 0, bad: 0 };
  let lastHeardAtMs = Number.NEGATIVE_INFINITY;
  for (const contact of contacts) {
    counts[contact.failures > 0 ? "bad" : livenessOf(contact, nowMs)]++;
    if (contact.hasAnswered) lastHeardAtMs = Math.max(lastHeardAtMs, contact.lastHeardMs);
  }
  const rtts = contacts.flatMap(({ rttMs }) => (rttMs < 0 ? [] : rttMs)).sort((a, b) => a - b);
  return {
    good: counts.good,
    doubtful: counts.questionable,
    bad: counts.bad,
    medianRttMs: rtts[Math.floor(rtts.length / 2)] ?? null,
    lastHeardMs: Number.isFinite(lastHeardAtMs) ? nowMs - lastHeardAtMs : null,
  };
}

function keyspaceOf(contacts: readonly Contact[]): readonly number[] {
  const slices = new Array<number>(KEYSPACE_SLICES).fill(0);
  for (const { id } of contacts) {
    const slice = Math.floor(((id[0] ?? 0) * KEYSPACE_SLICES) / 256);
    slices[slice] = (slices[slice] ?? 0) + 1;
  }
  return slices;
}
