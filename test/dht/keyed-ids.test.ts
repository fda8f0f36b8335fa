/** Ids that only members of a network can make: others are answered, and never kept. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { toHex } from "../../src/core/bytes.ts";
import { infoHashFrom, type NodeId, nodeIdFrom } from "../../src/core/ids.ts";
import { KeyedIds } from "../../src/dht/keyed-ids.ts";
import { KrpcEncoder } from "../../src/dht/krpc-encoder.ts";
import { SeededRandom } from "../../src/sim/index.ts";
import { DhtWorld, type WorldNode } from "./dht-world.ts";
import { ASKER, LoneNode } from "./lone-node.ts";

const OLD_KEY = new Uint8Array(16).fill(1);
const NEW_KEY = new Uint8Array(16).fill(2);
const random = new SeededRandom("ids");
const idBy = (...keys: readonly Uint8Array[]): NodeId => new KeyedIds(keys).newId(random);
const strangeId = (): NodeId => nodeIdFrom(random.bytes(20));

describe("an id", () => {
  const ids = new KeyedIds([OLD_KEY]);

  test("is genuine as it was made, wherever it stands, and with no byte changed", () => {
    fc.assert(
      fc.property(fc.nat(19), fc.integer({ min: 1, max: 255 }), fc.nat(9), (at, change, offset) => {
        const bytes = new Uint8Array(offset + 20);
        bytes.set(ids.newId(random), offset);
        expect(ids.isGenuine(bytes, offset)).toBe(true);
        bytes[offset + at] = (bytes[offset + at] as number) ^ change;
        expect(ids.isGenuine(bytes, offset)).toBe(false);
      }),
    );
  });

  test("of either of two keys is genuine, that of a third is not; new ones are made with the first", () => {
    const both = new KeyedIds([NEW_KEY, OLD_KEY]);
    expect([NEW_KEY, OLD_KEY].map((key) => both.isGenuine(idBy(key), 0))).toEqual([true, true]);
    expect(both.isGenuine(idBy(new Uint8Array(16).fill(3)), 0)).toBe(false);
    expect(new KeyedIds([NEW_KEY]).isGenuine(both.newId(random), 0)).toBe(true);
  });

  test("lies where chance puts it", () => {
    const slices = new Set(Array.from({ length: 400 }, () => (ids.newId(random)[0] as number) >> 3));
    expect(slices.size).toBe(32);
  });

  test("is as good as any other where there are no keys", () => {
    expect(new KeyedIds([]).isGenuine(strangeId(), 0)).toBe(true);
  });
});

test("who asks with an id that no key made is answered and not kept", () => {
  const lone = new LoneNode({ addressProfile: "lan", idKeys: [OLD_KEY] });
  const encoder = new KrpcEncoder({ version: new Uint8Array(0), readOnly: false });
  const kept = (id: NodeId): number => {
    const before = lone.node.view().v4?.replacements ?? 0;
    expect(lone.answersTo(encoder.ping(1, id).slice(), ASKER)).toHaveLength(1);
    return (lone.node.view().v4?.replacements ?? 0) - before;
  };
  expect(kept(strangeId())).toBe(0);
  expect(kept(idBy(NEW_KEY))).toBe(0);
  expect(kept(idBy(OLD_KEY))).toBe(1);
});

test("an id of before is replaced at the next start, a genuine one is kept", () => {
  const lab = new DhtWorld({ seed: 1, minRttMs: 1, maxRttMs: 2, addressProfile: "lan" });
  const before = lab.add();
  const upgraded = lab.add({ saved: before.node.exportState(), idKeys: [OLD_KEY] });
  const id = upgraded.node.nodeIdOf(4) as NodeId;
  expect(new KeyedIds([OLD_KEY]).isGenuine(id, 0)).toBe(true);
  const again = lab.add({ saved: upgraded.node.exportState(), idKeys: [OLD_KEY] });
  expect(again.node.nodeIdOf(4)).toEqual(id);
});

/** A network of members with `key`, the first of which all know. */
function networkOf(
  count: number,
  key: Uint8Array,
): { readonly lab: DhtWorld; readonly members: WorldNode[] } {
  const lab = new DhtWorld({ seed: 3, minRttMs: 10, maxRttMs: 60, addressProfile: "lan" });
  const first = lab.add({ idKeys: [key] });
  const members = [first, ...lab.addMany(count - 1, [first.endpoint], 100, { idKeys: [key] })];
  lab.world.runFor(30_000);
  return { lab, members };
}

const contactsOf = (members: readonly WorldNode[]): ReadonlySet<string> =>
  new Set(members.flatMap(({ node }) => node.contactsOf(4).map(({ id }) => toHex(id))));

function findsPort(lab: DhtWorld, seeker: WorldNode, hash: Uint8Array, port: number): boolean {
  let isFound = false;
  seeker.node.lookupPeers(infoHashFrom(hash), {
    onPeers: (peers) => {
      isFound ||= peers.some((peer) => peer.port === port);
    },
  });
  lab.world.runFor(20_000);
  return isFound;
}

test("members with ids of their own choice can take part, but stand in nobody's table, named by others or not", () => {
  const { lab, members } = networkOf(20, OLD_KEY);
  const bootstrap = [(members[0] as WorldNode).endpoint];
  const strange = Array.from({ length: 5 }, () => lab.add({ bootstrap, nodeId: strangeId() }));
  lab.world.runFor(20 * 60_000);
  const known = contactsOf(members);
  expect(known.size).toBe(20);
  for (const { node } of strange) expect(known.has(toHex(node.nodeIdOf(4) as NodeId))).toBe(false);
  const hash = lab.infoHash("theirs");
  strange[0]?.node.announce(infoHashFrom(hash), { port: 4_242 });
  lab.world.runFor(20_000);
  expect(findsPort(lab, members[5] as WorldNode, hash, 4_242)).toBe(true);
});

test("when a key is given up, members take new ids one after another, and go on finding what was announced", () => {
  const { lab, members } = networkOf(30, OLD_KEY);
  for (const { node } of members) node.takeIdKeys([NEW_KEY, OLD_KEY]);
  lab.world.runFor(60_000);
  expect(members.some(({ events }) => events.some(({ kind }) => kind === "node-id-changed"))).toBe(false);

  const hash = lab.infoHash("kept");
  members[3]?.node.announce(infoHashFrom(hash), { port: 4_242 });
  lab.world.runFor(20_000);
  const changedAtMs: number[] = [];
  for (const { node } of members) node.takeIdKeys([NEW_KEY]);
  const changed = () =>
    members.filter(({ events }) => events.some(({ kind }) => kind === "node-id-changed")).length;
  for (let second = 0; second < 35; second++) {
    lab.world.runFor(1_000);
    changedAtMs.push(changed());
  }
  expect(changedAtMs[5]).toBeLessThan(15);
  expect(changedAtMs.at(-1)).toBe(30);
  expect(findsPort(lab, members[20] as WorldNode, hash, 4_242)).toBe(true);
  lab.world.runFor(20 * 60_000);
  const genuine = new KeyedIds([NEW_KEY]);
  for (const id of contactsOf(members)) expect(genuine.isGenuine(Buffer.from(id, "hex"), 0)).toBe(true);
  expect(findsPort(lab, members[10] as WorldNode, hash, 4_242)).toBe(true);
});
