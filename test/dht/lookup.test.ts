import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { encodeNodes } from "../../src/core/compact.ts";
import { compareDistance } from "../../src/core/distance.ts";
import { type Endpoint, endpoint } from "../../src/core/endpoint.ts";
import { type NodeId, nodeIdFrom } from "../../src/core/ids.ts";
import { SHIPPING } from "../../src/dht/index.ts";
import {
  Lookup,
  type LookupOptions,
  type LookupTuning,
  MAX_CANDIDATES,
  MAX_QUERIES,
} from "../../src/dht/lookup.ts";
import { LookupCandidate } from "../../src/dht/lookup-candidate.ts";
import { SeededRandom } from "../../src/sim/index.ts";

interface LookupChoice extends Omit<Partial<LookupOptions>, "tuning"> {
  readonly tuning?: Partial<LookupTuning>;
}

const TARGET = new Uint8Array(20);
const LOCAL = nodeIdFrom(new Uint8Array(20).fill(0xff));

function aLookup({ tuning, ...options }: LookupChoice = {}): Lookup {
  return new Lookup({
    target: TARGET,
    localNodeId: LOCAL,
    family: 4,
    addressProfile: "public",
    k: 8,
    networkSize: undefined,
    // One thing at a time: look-behind.test.ts is about that.
    tuning: { ...SHIPPING, looksBehind: false, ...tuning },
    needsToken: false,
    maxTries: 1,
    isDoubted: () => false,
    ...options,
  });
}

/** Id number `i` by distance from the target. */
const idOf = (i: number) => nodeIdFrom(Uint8Array.of(i >> 8, i, ...new Uint8Array(18)));
const hostOf = (i: number) => endpoint(`20.${i >> 8}.${i & 255}.1`, 6881);

function asked(lookup: Lookup): LookupCandidate {
  const step = lookup.next();
  if (!(step instanceof LookupCandidate)) throw new Error(`expected a candidate, got ${step}`);
  return step;
}

const answer = (lookup: Lookup, candidate: LookupCandidate, token?: Uint8Array) =>
  lookup.answered(candidate, candidate.id as NodeId, token, 50);

/** Somebody whom we knew. */
const aNamer = () => new LookupCandidate(idOf(0xffff), hostOf(0xffff), 0xffff0000, 1);

function addNodes(
  lookup: Lookup,
  nodes: readonly { id: NodeId; endpoint: Endpoint }[],
  namer = aNamer(),
): number {
  const bytes = encodeNodes(nodes, 4);
  return lookup.addNodes(bytes, 0, bytes.length, namer);
}

const nodesOf = (...numbers: number[]) => numbers.map((i) => ({ id: idOf(i), endpoint: hostOf(i) }));

describe("a lookup", () => {
  test("without anybody to ask is done at once", () => {
    expect(aLookup().next()).toBe("done");
  });

  test("asks the nearest first, alpha at a time", () => {
    const lookup = aLookup();
    for (const i of [40, 10, 30, 20, 50, 60, 70]) lookup.addContact(idOf(i), hostOf(i));
    expect(Array.from({ length: 5 }, () => asked(lookup).id?.[1])).toEqual([10, 20, 30, 40, 50]);
    expect(lookup.next()).toBe("wait");
  });

  test("asks a nearer node at once, whatever is in flight behind it", () => {
    const lookup = aLookup({ tuning: { alpha: 3 }, k: 3 });
    for (const i of [50, 60, 70]) lookup.addContact(idOf(i), hostOf(i));
    const [first] = [asked(lookup), asked(lookup), asked(lookup)];
    answer(lookup, first);
    addNodes(lookup, nodesOf(1, 2, 3, 4));
    expect([asked(lookup), asked(lookup), asked(lookup)].map((it) => it.id?.[1])).toEqual([1, 2, 3]);
    expect(lookup.next()).toBe("wait");
  });

  test("ends when the k nearest that live have answered; dead ones neither count nor exhaust it", () => {
    const lookup = aLookup();
    for (let i = 1; i <= 30; i++) lookup.addContact(idOf(i), hostOf(i));
    for (let step = lookup.next(); step !== "done"; step = lookup.next()) {
      if (!(step instanceof LookupCandidate)) throw new Error(`expected a candidate, got ${step}`);
      if ((step.id?.[1] ?? 0) <= 10) lookup.failed(step);
      else answer(lookup, step);
    }
    expect(lookup.closest(8).map((it) => it.id?.[1])).toEqual([11, 12, 13, 14, 15, 16, 17, 18]);
  });

  test("asks nobody whose id is none of the network's, named or found at an address", () => {
    const lookup = aLookup({ isGenuine: (bytes, idAt) => bytes[idAt + 1] !== 1 });
    addNodes(lookup, nodesOf(1, 2, 3));
    expect([asked(lookup), asked(lookup)].map((it) => it.id?.[1])).toEqual([2, 3]);
    expect(lookup.next()).toBe("wait");
    lookup.addAddress(hostOf(9));
    const unknown = asked(lookup);
    lookup.answered(unknown, idOf(1), undefined, 50);
    expect(lookup.closest(8)).toEqual([]);
  });

  test("gives the place of a stalled query to another and still takes its answer", () => {
    const lookup = aLookup({ tuning: { alpha: 1 }, k: 2 });
    for (const i of [1, 2, 3]) lookup.addContact(idOf(i), hostOf(i));
    const slow = asked(lookup);
    expect(lookup.next()).toBe("wait");
    lookup.stalled(slow);
    answer(lookup, asked(lookup));
    expect(answer(lookup, slow)).toBe(true);
    expect(lookup.next()).toBe("done");
    expect(lookup.closest(2).map((it) => it.id?.[1])).toEqual([1, 2]);
  });

  test("asks stalled ones a second time when nobody else is left, and not a third", () => {
    const lookup = aLookup();
    lookup.addContact(idOf(1), hostOf(1));
    lookup.addContact(idOf(2), hostOf(2));
    answer(lookup, asked(lookup));
    const lost = asked(lookup);
    lookup.stalled(lost);
    expect(lookup.next()).toBe(lost);
    expect(lookup.next()).toBe("wait");
    lookup.stalled(lost);
    expect(lookup.next()).toBe("done");
  });

  test("waits for stalled ones while nobody at all has answered", () => {
    const lookup = aLookup();
    lookup.addContact(idOf(1), hostOf(1));
    lookup.stalled(asked(lookup));
    lookup.stalled(asked(lookup));
    expect(lookup.next()).toBe("stuck");
  });

  test("takes one reply an address and id", () => {
    const lookup = aLookup();
    lookup.addContact(idOf(5), hostOf(5));
    const candidate = asked(lookup);
    expect(answer(lookup, candidate)).toBe(true);
    expect(answer(lookup, candidate)).toBe(false);
    addNodes(lookup, [{ id: idOf(1), endpoint: hostOf(5) }]);
    expect(lookup.next()).toBe("done");
  });

  test("asks one address of a /24 in `public`, each elsewhere", () => {
    const neighbours = [1, 2, 3].map((i) => ({ id: idOf(i), endpoint: endpoint(`20.0.0.${i}`, 6881) }));
    const inPublic = aLookup();
    addNodes(inPublic, neighbours);
    asked(inPublic);
    expect(inPublic.next()).toBe("wait");
    const inLan = aLookup({ addressProfile: "lan" });
    addNodes(inLan, neighbours);
    expect([asked(inLan), asked(inLan), asked(inLan)]).toHaveLength(3);
  });

  test("asks the right node of an address that was named under a wrong id before", () => {
    const lookup = aLookup({ tuning: { alpha: 1 } });
    addNodes(lookup, [
      { id: idOf(1), endpoint: hostOf(9) },
      { id: idOf(9), endpoint: hostOf(9) },
    ]);
    lookup.failed(asked(lookup));
    expect(asked(lookup).id?.[1]).toBe(9);
  });

  test("asks an address under its own id when the forged one, asked before, has failed", () => {
    const lookup = aLookup();
    addNodes(lookup, [{ id: idOf(1), endpoint: hostOf(9) }]);
    const forged = asked(lookup);
    addNodes(lookup, nodesOf(9));
    expect(lookup.next()).toBe("wait");
    lookup.failed(forged);
    expect(asked(lookup).id).toEqual(idOf(9));
  });

  test("keeps the honest nearest, whom several name, in a crowd of ids that liars forge, D8, DH12", () => {
    const lookup = aLookup({ networkSize: 300 });
    addNodes(lookup, nodesOf(100, 200));
    addNodes(lookup, nodesOf(100, 200), new LookupCandidate(idOf(300), hostOf(300), 300 << 16, 1));
    const forgedId = (i: number) => nodeIdFrom(Uint8Array.of(...new Uint8Array(19), i));
    for (let liar = 0; liar < 10; liar++) {
      const names = Array.from({ length: 8 }, (_, i) => 1 + 8 * liar + i);
      addNodes(
        lookup,
        names.map((i) => ({ id: forgedId(i), endpoint: endpoint(`30.0.${i}.1`, 6881) })),
        new LookupCandidate(idOf(1_000 + liar), hostOf(1_000 + liar), 0xf0000000, 1),
      );
    }
    for (let step = lookup.next(); step instanceof LookupCandidate; step = lookup.next())
      if ((step.id?.[19] ?? 0) > 0) lookup.failed(step);
      else answer(lookup, step);
    expect(lookup.closest(8).map((it) => it.id?.[1])).toEqual([100, 200]);
  });

  test("leaves out our own id, port 0 and addresses that lead nowhere, PA08", () => {
    const lookup = aLookup();
    const named = [
      { id: LOCAL, endpoint: hostOf(1) },
      { id: idOf(2), endpoint: endpoint("20.0.2.1", 0) },
      { id: idOf(3), endpoint: endpoint("127.0.0.1", 6881) },
      { id: idOf(4), endpoint: endpoint("10.0.0.1", 6881) },
      { id: idOf(5), endpoint: endpoint("239.1.1.1", 6881) },
      { id: idOf(6), endpoint: hostOf(6) },
    ];
    expect(addNodes(lookup, named)).toBe(1);
  });

  test("takes nothing from a list of a wrong length, and eight nodes at most from any", () => {
    const lookup = aLookup();
    const bytes = encodeNodes(nodesOf(...Array.from({ length: 20 }, (_, i) => i + 1)), 4);
    expect(lookup.addNodes(bytes, 0, bytes.length - 1, aNamer())).toBe(0);
    expect(lookup.addNodes(bytes, 0, bytes.length, aNamer())).toBe(8);
  });

  test("counts only nodes that gave a token where they shall store something", () => {
    const lookup = aLookup({ needsToken: true, k: 2, tuning: { alpha: 1 } });
    for (const i of [1, 2, 3, 4]) lookup.addContact(idOf(i), hostOf(i));
    answer(lookup, asked(lookup), undefined);
    answer(lookup, asked(lookup), new Uint8Array(8));
    answer(lookup, asked(lookup), undefined);
    answer(lookup, asked(lookup), new Uint8Array(8));
    expect(lookup.next()).toBe("done");
    expect(lookup.closestWithToken().map((it) => it.id?.[1])).toEqual([2, 4]);
  });

  test("asks bootstrap addresses first and gives them their place when they have told their id", () => {
    const lookup = aLookup({ k: 2 });
    lookup.addContact(idOf(9), hostOf(9));
    lookup.addAddress(hostOf(1));
    const router = asked(lookup);
    expect(router.id).toBeUndefined();
    expect(lookup.answered(router, idOf(1), undefined, 40)).toBe(true);
    answer(lookup, asked(lookup));
    expect(lookup.next()).toBe("done");
    expect(lookup.closest(2).map((it) => it.id?.[1])).toEqual([1, 9]);
  });

  test("does not count ourselves when a bootstrap address is our own", () => {
    const lookup = aLookup();
    lookup.addAddress(hostOf(1));
    expect(lookup.answered(asked(lookup), LOCAL, undefined, 1)).toBe(false);
    expect(lookup.next()).toBe("done");
    expect(lookup.closest(8)).toEqual([]);
  });

  test("counts the hops to a node that others named", () => {
    const lookup = aLookup();
    lookup.addContact(idOf(50), hostOf(50));
    const first = asked(lookup);
    answer(lookup, first);
    addNodes(lookup, nodesOf(20), first);
    const second = asked(lookup);
    addNodes(lookup, nodesOf(5), second);
    expect([second.hop, asked(lookup).hop]).toEqual([2, 3]);
  });

  test("ends within 200 queries against nodes that name ever nearer ones, D8, DH12", () => {
    const random = new SeededRandom("liars");
    const lookup = aLookup({ addressProfile: "lan" });
    let distance = 60_000;
    const lies = () =>
      Array.from({ length: 8 }, () => {
        distance = Math.max(1, distance - 1 - random.integer(9));
        return {
          id: idOf(distance),
          endpoint: endpoint(`10.${random.integer(256)}.${random.integer(256)}.9`, 6881),
        };
      });
    addNodes(lookup, lies());
    let queries = 0;
    for (let step = lookup.next(); step !== "done"; step = lookup.next()) {
      if (!(step instanceof LookupCandidate)) throw new Error(`expected a candidate, got ${step}`);
      queries++;
      answer(lookup, step);
      addNodes(lookup, lies(), step);
    }
    expect(queries).toBeLessThanOrEqual(MAX_QUERIES);
  });

  test("ends at the true closest of any network whose nodes know each other's neighbourhoods", () => {
    fc.assert(
      fc.property(
        fc.nat(),
        fc.integer({ min: 1, max: 120 }),
        fc.nat({ max: 40 }),
        (seed, size, deadPercent) => {
          const random = new SeededRandom(seed);
          const all = Array.from({ length: size }, (_, i) => ({
            id: nodeIdFrom(random.bytes(20)),
            endpoint: hostOf(i),
            isDead: i > 0 && random.integer(100) < deadPercent,
          }));
          const near = (target: Uint8Array) => [...all].sort((a, b) => compareDistance(target, a.id, b.id));
          const lookup = aLookup();
          const start = all[0] as (typeof all)[number];
          lookup.addContact(start.id, start.endpoint);
          for (let step = lookup.next(); step !== "done"; step = lookup.next()) {
            if (!(step instanceof LookupCandidate)) throw new Error(`expected a candidate, got ${step}`);
            const node = all.find((it) => it.endpoint.host === step.endpoint.host);
            if (node === undefined || node.isDead) lookup.failed(step);
            else {
              answer(lookup, step);
              const alive = near(TARGET)
                .filter((it) => !it.isDead)
                .slice(0, 4);
              addNodes(lookup, [...alive, ...near(TARGET).slice(0, 4)], step);
            }
          }
          const found = lookup.closest(8);
          const expected = near(TARGET)
            .filter((it) => !it.isDead)
            .slice(0, Math.min(4, size));
          expect(found.slice(0, expected.length).map((it) => it.endpoint)).toEqual(
            expected.map((it) => it.endpoint),
          );
        },
      ),
    );
  });

  test("asks the head again as often as it is worth, once nobody new is left there", () => {
    const lookup = aLookup({ k: 2, maxTries: 3 });
    for (const i of [1, 2, 3]) lookup.addContact(idOf(i), hostOf(i));
    const [silent, ...others] = [asked(lookup), asked(lookup), asked(lookup)];
    for (const other of others) answer(lookup, other);
    for (const tries of [2, 3]) {
      lookup.stalled(silent);
      expect([asked(lookup), silent.tries]).toEqual([silent, tries]);
    }
    lookup.stalled(silent);
    expect(lookup.next()).toBe("done");
  });

  test("asks few of those that one node named while none of them answers, and all when one did", () => {
    const lookup = aLookup({ tuning: { alpha: 100 } });
    const liar = aNamer();
    addNodes(lookup, nodesOf(1, 2, 3, 4, 5, 6, 7, 8), liar);
    const honest = aNamer();
    addNodes(lookup, nodesOf(20, 21), honest);
    const order = Array.from({ length: 6 }, () => asked(lookup));
    expect(order.map((it) => it.id?.[1])).toEqual([1, 2, 3, 4, 20, 21]);
    expect(lookup.next()).toBe("wait");
    answer(lookup, order[0] as LookupCandidate);
    expect(asked(lookup).id?.[1]).toBe(5);
  });

  test("asks those that were silent lately only when fewer than k others are alive", () => {
    const silent = hostOf(1);
    const lookup = aLookup({ k: 2, isDoubted: (address) => address.host === silent.host });
    addNodes(lookup, nodesOf(1, 2, 3));
    const [first, second] = [asked(lookup), asked(lookup)];
    expect([first.id?.[1], second.id?.[1]]).toEqual([2, 3]);
    answer(lookup, first);
    lookup.failed(second);
    expect(asked(lookup).endpoint).toEqual(silent);
  });

  test("asks all that are left at once when nobody credible is", () => {
    const lookup = aLookup({ k: 4 });
    addNodes(lookup, nodesOf(1, 2, 3, 4, 5, 6, 7, 8));
    for (let i = 0; i < 4; i++) lookup.stalled(asked(lookup));
    expect(Array.from({ length: 4 }, () => asked(lookup).id?.[1])).toEqual([5, 6, 7, 8]);
    expect(lookup.next()).toBe("wait");
  });

  test("asks an id at another address when the first did not belong to it", () => {
    const lookup = aLookup();
    const [hidden] = nodesOf(1) as [{ id: NodeId; endpoint: Endpoint }];
    addNodes(lookup, [{ id: hidden.id, endpoint: hostOf(900) }]);
    expect(addNodes(lookup, [hidden])).toBe(0);
    lookup.failed(asked(lookup));
    expect(addNodes(lookup, [hidden])).toBe(1);
    expect(asked(lookup).endpoint).toEqual(hidden.endpoint);
  });

  test("ends where k-rpc ends when it is told to: the nearest known were asked, dead or alive", () => {
    const lookup = aLookup({ k: 2, tuning: { closestKnown: 3 } });
    for (const i of [1, 2, 3, 4]) lookup.addContact(idOf(i), hostOf(i));
    for (const candidate of [asked(lookup), asked(lookup), asked(lookup)]) lookup.failed(candidate);
    expect(lookup.next()).toBe("done");
  });

  test("remembers at most 100 candidates, the nearest", () => {
    const lookup = aLookup({ k: MAX_CANDIDATES, tuning: { alpha: 200 } });
    for (let i = 400; i > 0; i--) lookup.addContact(idOf(i), hostOf(i));
    const order = Array.from({ length: MAX_CANDIDATES }, () => asked(lookup));
    for (const candidate of order) answer(lookup, candidate);
    expect(lookup.next()).toBe("done");
    expect(lookup.closest(500)).toHaveLength(MAX_CANDIDATES);
    expect(lookup.closest(1)[0]?.id).toEqual(idOf(1));
  });
});
