import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { AddressProfile } from "../../src/core/address-profile.ts";
import { toHex } from "../../src/core/bytes.ts";
import { compareDistance } from "../../src/core/distance.ts";
import { type Endpoint, endpoint } from "../../src/core/endpoint.ts";
import { type NodeId, nodeIdFrom } from "../../src/core/ids.ts";
import { ClosestContacts } from "../../src/dht/closest-contacts.ts";
import type { Contact } from "../../src/dht/contact.ts";
import { SHIPPING } from "../../src/dht/index.ts";
import { nodeIdForAddress } from "../../src/dht/node-id-rules.ts";
import { MAX_FAILURES, RoutingTable, type RoutingTableOptions } from "../../src/dht/routing-table.ts";
import { SeededRandom } from "../../src/sim/index.ts";

const LOCAL = nodeIdFrom(new Uint8Array(20));
const random = new SeededRandom("routing table");

interface TableChoice extends Omit<Partial<RoutingTableOptions>, "tuning"> {
  readonly tuning?: Partial<RoutingTableOptions["tuning"]>;
}

/** A table as BEP 5 describes it, unless told otherwise. */
function aTable({ tuning, ...options }: TableChoice = {}): RoutingTable {
  const defaults = {
    localNodeId: LOCAL,
    family: 4,
    addressProfile: "loopback",
    k: 8,
    tuning: { ...SHIPPING, farBucketWidths: [], prefixSlots: false, prefersNear: false, ...tuning },
  } as const;
  return new RoutingTable({ ...defaults, ...options });
}

const loopback = (port: number) => endpoint("127.0.0.1", port);
const publicHost = (i: number) => endpoint(`${20 + (i >> 16)}.${(i >> 8) & 255}.${i & 255}.1`, 6881);

/** An id that shares exactly `bits` with ours, which is all zeros. */
function idAt(bits: number): NodeId {
  const id = random.bytes(20);
  for (let bit = 0; bit < bits; bit++) id[bit >> 3] = (id[bit >> 3] as number) & ~(0x80 >> (bit & 7));
  id[bits >> 3] = (id[bits >> 3] as number) | (0x80 >> (bits & 7));
  return nodeIdFrom(id);
}

const answer = (table: RoutingTable, id: NodeId, from: Endpoint, nowMs = 0) =>
  table.answered(id, from, nowMs, 50);

function closest(table: RoutingTable, target: Uint8Array, count: number, maxFailures = 0): Contact[] {
  const found = new ClosestContacts();
  found.begin(target, 0, count, maxFailures);
  table.closest(found, target, 0);
  return found.contacts.slice(0, found.count);
}

function contactOf(table: RoutingTable, id: NodeId): Contact {
  const contact = table.find(id, 0);
  if (contact === undefined) throw new Error("not in the table");
  return contact;
}

describe("the routing table", () => {
  test("finds the same closest contacts as a sort of all, by bytes, for any target", () => {
    const ids = fc.array(fc.tuple(fc.nat({ max: 24 }), fc.nat()), { maxLength: 200 });
    const widths = fc.constantFrom([], [128, 64, 32, 16]);
    fc.assert(
      fc.property(
        ids,
        widths,
        fc.uint8Array({ minLength: 20, maxLength: 20 }),
        fc.integer({ min: 1, max: 20 }),
        (made, farBucketWidths, target, count) => {
          const table = aTable({ tuning: { farBucketWidths } });
          for (const [i, [bits]] of made.entries()) answer(table, idAt(bits), loopback(1 + i));
          for (const contact of table.contacts())
            if ((contact.id[19] as number) % 4 === 0) contact.failures = 1;
          const expected = [...table.contacts()]
            .filter((contact) => contact.failures === 0)
            .sort((a, b) => compareDistance(target, a.id, b.id))
            .slice(0, count);
          expect(closest(table, target, count).map((contact) => toHex(contact.id))).toEqual(
            expected.map((it) => toHex(it.id)),
          );
        },
      ),
    );
  });

  test("orders ids that differ only in their last bits, where floating point ties", () => {
    const table = aTable();
    const target = nodeIdFrom(new Uint8Array(20).fill(0xff));
    const ids = [3, 1, 2, 0].map((last) =>
      nodeIdFrom(Uint8Array.from({ length: 20 }, (_, i) => (i === 19 ? 0xff ^ last : 0xff))),
    );
    for (const [i, id] of ids.entries()) answer(table, id, loopback(1 + i));
    expect(closest(table, target, 2).map((contact) => contact.id[19])).toEqual([0xff, 0xfe]);
  });

  test("holds k contacts a bucket and keeps others in reserve", () => {
    const table = aTable();
    const admissions = Array.from({ length: 20 }, (_, i) => answer(table, idAt(0), loopback(1 + i)));
    expect(admissions.filter((it) => it === "added")).toHaveLength(8);
    expect(admissions.filter((it) => it === "reserved")).toHaveLength(12);
    expect(table.bucketAt(0)?.replacements).toHaveLength(8);
    for (let i = 0; i < 20; i++) answer(table, idAt(3), loopback(100 + i));
    expect(table.size).toBe(16);
  });

  test("is as wide in its far buckets as it is told", () => {
    const table = aTable({ tuning: { farBucketWidths: [128, 64, 32, 16] } });
    for (let i = 0; i < 3_000; i++) answer(table, nodeIdFrom(random.bytes(20)), loopback(1 + i));
    expect([0, 1, 2, 3, 4].map((depth) => table.bucketAt(depth)?.count)).toEqual([128, 64, 32, 16, 8]);
  });

  test("spreads the contacts of a wide bucket over its range", () => {
    const slotsOf = (prefixSlots: boolean) => {
      const table = aTable({ tuning: { farBucketWidths: [32], prefixSlots } });
      for (let i = 0; i < 2_000; i++) answer(table, idAt(0), loopback(1 + i));
      return new Set([...table.contacts()].map((contact) => ((contact.id[0] as number) >> 2) & 31)).size;
    };
    expect(slotsOf(true)).toBe(32);
    expect(slotsOf(false)).toBeLessThan(30);
  });

  test("replaces a far contact by one in the same slot that is much nearer, and by no other", () => {
    const table = aTable({ tuning: { prefersNear: true, prefixSlots: true }, k: 2 });
    const inSlot = (slot: number) => {
      const id = idAt(0);
      id[0] = 0x80 | (slot << 6) | ((id[0] as number) & 0x3f);
      return id;
    };
    const far = inSlot(0);
    table.answered(far, loopback(1), 0, 300);
    table.answered(inSlot(1), loopback(2), 0, 300);
    expect(table.answered(inSlot(0), loopback(3), 0, 200)).toBe("reserved");
    expect(table.answered(inSlot(0), loopback(4), 0, 100)).toBe("replaced");
    expect(table.find(far, 0)).toBeUndefined();
    expect(table.size).toBe(2);
  });

  test("never holds our own id", () => {
    const table = aTable();
    expect(answer(table, LOCAL, loopback(1))).toBe("refused");
    expect(table.heard(LOCAL, loopback(1), 0, "asked-us")).toBe(false);
    expect(table.size).toBe(0);
  });

  test("lets nobody take a known id to another address", () => {
    const table = aTable();
    const id = idAt(1);
    answer(table, id, loopback(1));
    expect(answer(table, id, loopback(2))).toBe("refused");
    expect(table.heard(id, loopback(2), 0, "asked-us")).toBe(false);
    expect(contactOf(table, id).endpoint.port).toBe(1);
  });

  test("replaces the contact of an address that answers with another id", () => {
    const table = aTable();
    const [before, after] = [idAt(1), idAt(2)];
    answer(table, before, loopback(1));
    expect(answer(table, after, loopback(1))).toBe("added");
    expect(table.find(before, 0)).toBeUndefined();
    expect(table.size).toBe(1);
  });

  test("takes no contact in that has only been heard of", () => {
    const table = aTable();
    expect(table.heard(idAt(0), loopback(1), 0, "named")).toBe(true);
    expect(table.size).toBe(0);
    expect(closest(table, LOCAL, 8)).toEqual([]);
    expect([...table.reserves()]).toHaveLength(1);
  });

  test("holds one contact an address and one a /24 and bucket in `public`, D7, DH09", () => {
    const table = aTable({ addressProfile: "public" });
    for (let i = 0; i < 200; i++) answer(table, nodeIdFrom(random.bytes(20)), endpoint("9.9.9.9", 1 + i));
    expect(table.size).toBe(1);
    for (let i = 0; i < 250; i++) answer(table, nodeIdFrom(random.bytes(20)), endpoint(`8.8.8.${i}`, 6881));
    const buckets = Array.from({ length: 20 }, (_, depth) =>
      [...table.contacts()].filter((it) => it.depth === depth),
    );
    for (const contacts of buckets) {
      expect(contacts.filter((it) => it.endpoint.host.startsWith("8.8.8.")).length).toBeLessThanOrEqual(1);
    }
  });

  test.each<[AddressProfile, string, boolean]>([
    ["public", "10.0.0.1", false],
    ["public", "127.0.0.1", false],
    ["public", "224.0.0.1", false],
    ["public", "0.0.0.0", false],
    ["public", "9.9.9.9", true],
    ["lan", "10.0.0.1", true],
    ["loopback", "127.0.0.1", true],
  ])("in %s, %s is acceptable: %s", (addressProfile, host, expected) => {
    const table = aTable({ addressProfile });
    expect(answer(table, idAt(0), endpoint(host, 6881)) === "added").toBe(expected);
    expect(answer(table, idAt(0), endpoint(host, 0))).toBe("refused");
    expect(answer(table, idAt(0), endpoint("2001:470::1", 6881))).toBe("refused");
  });

  test("hands out no contact that failed, and forgets it after three failures", () => {
    const table = aTable();
    const id = idAt(0);
    answer(table, id, loopback(1));
    const contact = contactOf(table, id);
    table.failed(contact, 1, false);
    expect(closest(table, id, 8)).toEqual([]);
    expect(closest(table, id, 8, 1)).toEqual([contact]);
    for (let i = 1; i < MAX_FAILURES; i++) table.failed(contact, 2, false);
    expect(table.size).toBe(0);
  });

  test("forgets nobody while it is we who are cut off", () => {
    const table = aTable();
    const id = idAt(0);
    answer(table, id, loopback(1));
    for (let i = 0; i < 20; i++) table.failed(contactOf(table, id), 1, true);
    expect(table.size).toBe(1);
    answer(table, id, loopback(1), 5);
    expect(closest(table, id, 8)).toHaveLength(1);
  });

  test("replaces a contact at its first failure by one that waits and has answered", () => {
    const table = aTable();
    const ids = Array.from({ length: 9 }, () => idAt(0));
    for (const [i, id] of ids.entries()) answer(table, id, loopback(1 + i));
    const [first, , , , , , , , waiting] = ids as [NodeId, ...NodeId[]];
    table.failed(contactOf(table, first), 1, false);
    expect(table.find(first, 0)).toBeUndefined();
    expect(table.find(waiting as NodeId, 0)?.endpoint.port).toBe(9);
    expect(table.bucketAt(0)?.count).toBe(8);
  });

  test("prefers ids that fit their address over old contacts whose ids do not, and never demands them", () => {
    const table = aTable({ addressProfile: "public" });
    const seeded = new SeededRandom("fit");
    const misfits = Array.from({ length: 8 }, (_, i) => answer(table, idAt(0), publicHost(i)));
    expect(misfits.every((it) => it === "added")).toBe(true);
    let fitting = nodeIdForAddress("99.1.2.3", seeded);
    while (((fitting[0] as number) & 0x80) === 0) fitting = nodeIdForAddress("99.1.2.3", seeded);
    expect(answer(table, fitting, endpoint("99.1.2.3", 6881), 1_000)).toBe("reserved");
    expect(answer(table, fitting, endpoint("99.1.2.3", 6881), 3_600_000)).toBe("replaced");
  });

  test("sorts its contacts around a new id of ours", () => {
    const table = aTable();
    for (let i = 0; i < 300; i++) answer(table, nodeIdFrom(random.bytes(20)), loopback(1 + i));
    const nextId = nodeIdFrom(random.bytes(20));
    table.rebase(nextId, 5);
    expect(table.localNodeId).toBe(nextId);
    const depths = [...table.contacts()].map((contact) => contact.depth);
    for (let depth = 0; depth <= table.deepest; depth++) {
      expect(depths.filter((it) => it === depth).length).toBe(table.bucketAt(depth)?.count ?? 0);
      expect(table.bucketAt(depth)?.count ?? 0).toBeLessThanOrEqual(8);
    }
  });

  test("keeps count of its buckets through anything that happens", () => {
    const step = fc.tuple(
      fc.constantFrom("answer", "heard", "fail", "forget"),
      fc.nat({ max: 6 }),
      fc.nat({ max: 40 }),
    );
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 200 }),
        fc.constantFrom<AddressProfile>("public", "loopback"),
        (steps, addressProfile) => {
          const table = aTable({ addressProfile });
          const addressOf = (i: number) =>
            addressProfile === "public" ? publicHost(i % 30) : loopback(1 + i);
          const idOf = (bits: number, i: number) =>
            nodeIdFrom(Uint8Array.from({ length: 20 }, (_, at) => (at === 0 ? 0x80 >> bits : i)));
          steps.forEach(([kind, bits, i], nowMs) => {
            const contact = table.find(idOf(bits, i), 0);
            if (kind === "answer") answer(table, idOf(bits, i), addressOf(i), nowMs);
            else if (kind === "heard") table.heard(idOf(bits, i), addressOf(i), nowMs, "named");
            else if (contact !== undefined && kind === "fail") table.failed(contact, nowMs, false);
            else if (contact !== undefined) table.forget(contact, nowMs);
          });
          const contacts = [...table.contacts()];
          expect(table.size).toBe(contacts.length);
          for (const contact of contacts) expect(table.find(contact.id, 0)).toBe(contact);
          for (let depth = 0; depth <= table.deepest; depth++) {
            const bucket = table.bucketAt(depth);
            expect(contacts.filter((it) => it.depth === depth)).toHaveLength(bucket?.count ?? 0);
            expect(bucket?.count ?? 0).toBeLessThanOrEqual(8);
            expect(bucket?.replacements.length ?? 0).toBeLessThanOrEqual(8);
          }
        },
      ),
    );
  });
});
