/** Builds the picture of a node that dashboards show. */
import { addressScope } from "../core/address-profile.ts";
import { toHex } from "../core/bytes.ts";
import { type Contact, livenessOf } from "./contact.ts";
import type { DhtFamily } from "./dht-family.ts";
import type { DhtBucketView, DhtFamilyView } from "./dht-view.ts";
import { idFitsAddress } from "./node-id-rules.ts";

export function familyView(family: DhtFamily, nowMs: number): DhtFamilyView {
  const counts = { good: 0, questionable: 0, bad: 0 };
  for (const contact of family.table.contacts()) {
    counts[contact.failures > 0 ? "bad" : livenessOf(contact, nowMs)]++;
  }
  const buckets = bucketViews(family);
  const { host } = family.votes;
  return {
    nodeId: toHex(family.table.localNodeId),
    goodContacts: counts.good,
    doubtfulContacts: counts.questionable,
    badContacts: counts.bad,
    replacements: buckets.reduce((sum, bucket) => sum + bucket.replacements, 0),
    buckets,
    externalHost: host ?? null,
    idFitsAddress:
      host === undefined || addressScope(host) !== "public"
        ? null
        : idFitsAddress(family.table.localNodeId, { host }),
    storedHashes: family.store.hashes,
    storedPeers: family.store.peers,
    estimatedNodes: family.size.nodes ?? null,
  };
}

function bucketViews({ table }: DhtFamily): DhtBucketView[] {
  const views: DhtBucketView[] = [];
  const byDepth = new Map<number, Contact[]>();
  for (const contact of table.contacts()) {
    const sharers = byDepth.get(contact.depth);
    if (sharers === undefined) byDepth.set(contact.depth, [contact]);
    else sharers.push(contact);
  }
  for (let depth = 0; depth <= table.deepest; depth++) {
    const bucket = table.bucketAt(depth);
    if (bucket === undefined || bucket.count + bucket.replacements.length === 0) continue;
    const contacts = (byDepth.get(depth) ?? []).sort((a, b) => a.rttMs - b.rttMs);
    views.push({
      sharedBits: depth,
      contacts: bucket.count,
      capacity: table.capacityAt(depth),
      replacements: bucket.replacements.length,
      failing: contacts.filter((contact) => contact.failures > 0).length,
      medianRttMs: contacts[contacts.length >> 1]?.rttMs ?? null,
    });
  }
  return views;
}
