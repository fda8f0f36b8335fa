import { describe, expect, test } from "vitest";
import { latin1Text } from "../../src/core/bytes.ts";
import {
  type ItemGetResult,
  type ItemPutResult,
  immutableTarget,
  type NewItem,
} from "../../src/dht/index.ts";
import { KrpcDecoder } from "../../src/dht/krpc-decoder.ts";
import { DhtWorld, type WorldNode } from "./dht-world.ts";
import { aPublisher, type SignedPut, verifySignature } from "./item-publisher.ts";
import { latin1Bytes } from "./latin1.ts";
import { LoneNode } from "./lone-node.ts";

function aNetwork(seed: number): { dht: DhtWorld; nodes: WorldNode[] } {
  const dht = new DhtWorld({ seed });
  const first = dht.add({ verifySignature });
  const nodes = [first, ...dht.addMany(24, [first.endpoint], 200, { verifySignature })];
  dht.world.runFor(60_000);
  return { dht, nodes };
}

function ended<Result>(dht: DhtWorld, begin: (onEnd: (result: Result) => void) => void): Result {
  let result: Result | undefined;
  begin((it) => {
    result = it;
  });
  expect(result).toBeUndefined();
  if (!dht.world.runUntilTrue(() => result !== undefined, 90_000)) throw new Error("it never ended");
  return result as Result;
}

const put = (dht: DhtWorld, by: WorldNode | undefined, item: NewItem) =>
  ended<ItemPutResult>(dht, (onEnd) => void by?.node.putItem(item, onEnd));
const get = (dht: DhtWorld, by: WorldNode | undefined, target: Uint8Array, salt = "") =>
  ended<ItemGetResult>(dht, (onEnd) => void by?.node.getItem(target, latin1Bytes(salt), onEnd));
const textOf = ({ item }: ItemGetResult) => item && latin1Text(item.value);
const mutable = ({ value, salt = "", ...signed }: SignedPut, cas?: number): NewItem => ({
  value: latin1Bytes(value),
  salt: latin1Bytes(salt),
  signed,
  cas,
});

describe("items in a network, BEP 44,", () => {
  test("an immutable item is put on eight nodes and found by all others", () => {
    const { dht, nodes } = aNetwork(44);
    const value = latin1Bytes("d1:ai1e1:b5:helloe");
    const target = immutableTarget(value);
    expect(textOf(get(dht, nodes[3], target))).toBeUndefined();
    const result = put(dht, nodes[1], { value });
    expect([result.storedOn, result.refusals.size, result.found.copies]).toEqual([8, 0, 0]);
    for (const by of nodes.slice(2, 12)) {
      const found = get(dht, by, target);
      expect([textOf(found), found.outcome]).toEqual(["d1:ai1e1:b5:helloe", "complete"]);
      expect(found.copies).toBeGreaterThanOrEqual(7);
    }
  });

  test("a mutable item is found in its newest version, by key and salt", () => {
    const { dht, nodes } = aNetwork(45);
    const { target, signed } = aPublisher();
    expect(put(dht, nodes[1], mutable(signed(1, "1:a", "news"))).storedOn).toBe(8);
    expect(put(dht, nodes[2], mutable(signed(2, "1:b", "news"), 1)).storedOn).toBe(8);
    const found = get(dht, nodes[5], target("news"), "news");
    expect([textOf(found), found.item?.signed?.seq]).toEqual(["1:b", 2]);
    // From every node: those that hold the item themselves have to look at the salt as well.
    for (const node of nodes) expect(textOf(get(dht, node, target("news"), "olds"))).toBeUndefined();
    expect(textOf(get(dht, nodes[5], target()))).toBeUndefined();
  });

  test("whoever is late is told so: 302 for an old number, 301 for a swap that came second", () => {
    const { dht, nodes } = aNetwork(46);
    const { signed } = aPublisher();
    put(dht, nodes[1], mutable(signed(5, "1:a")));
    const old = put(dht, nodes[1], mutable(signed(4, "1:b")));
    expect([old.storedOn, old.refusals.get(302), old.found.item?.signed?.seq]).toEqual([0, 8, 5]);
    const swap = put(dht, nodes[1], mutable(signed(6, "1:b"), 4));
    expect([swap.storedOn, swap.refusals.get(301)]).toEqual([0, 8]);
  });

  test("a network of one node ends its gets and puts, and so does a cancelled one", () => {
    const dht = new DhtWorld({ seed: 47 });
    const only = dht.add({ verifySignature });
    const value = latin1Bytes("1:a");
    expect(put(dht, only, { value })).toMatchObject({ storedOn: 0, found: { outcome: "no-contacts" } });
    const results: ItemPutResult[] = [];
    only.node.putItem({ value }, (it) => void results.push(it)).cancel();
    dht.world.runFor(20_000);
    expect(results).toMatchObject([{ storedOn: 0, found: { outcome: "cancelled" } }]);
  });
});

test("an item with a wrong hash, key or signature is not believed, BEP 44", () => {
  const { target, signed } = aPublisher();
  const good = signed(7, "1:a");
  const field = (bytes: Uint8Array) => `${bytes.length}:${latin1Text(bytes)}`;
  const body = (it: SignedPut) =>
    `1:k${field(it.publicKey)}3:seqi${it.seq}e3:sig${field(it.signature)}1:v${it.value}`;
  const foundIn = (answer: string): string | undefined => {
    const lone = new LoneNode({}, { verifySignature });
    const [friend] = lone.befriend(1);
    const id = latin1Text(lone.world.random.fork("friend 4 0").bytes(20));
    const results: ItemGetResult[] = [];
    lone.node.getItem(target(), undefined, (it) => void results.push(it));
    for (let step = 0; step < 2; step++) {
      lone.world.runFor(1);
      const decoder = new KrpcDecoder();
      decoder.decode(lone.sent.pop()?.payload ?? new Uint8Array(0));
      const { bytes, transactionAt } = decoder.message;
      const transaction = latin1Text(bytes.subarray(transactionAt, transactionAt + 4));
      const reply = `d1:rd2:id20:${id}${step === 0 ? "" : answer}e1:t4:${transaction}1:y1:re`;
      if (friend !== undefined) lone.node.handleDatagram(latin1Bytes(reply), friend);
    }
    expect(results).toHaveLength(1);
    return results[0] && textOf(results[0]);
  };
  expect(foundIn(body(good))).toBe("1:a");
  expect(foundIn(body({ ...good, value: "1:b" }))).toBeUndefined();
  expect(foundIn(body({ ...good, seq: 8 }))).toBeUndefined();
  expect(foundIn(body(aPublisher(2).signed(7, "1:a")))).toBeUndefined();
  expect(foundIn("1:v1:a")).toBeUndefined();
});

test("an item of our own that others would refuse is a mistake of the caller", () => {
  const { node } = new LoneNode();
  const putting = (item: NewItem) => () => node.putItem(item, () => {});
  expect(putting({ value: latin1Bytes("hello") })).toThrow("bencoded");
  expect(putting({ value: latin1Bytes(`997:${"x".repeat(997)}`) })).toThrow("1,000");
  expect(putting({ value: latin1Bytes("1:a"), salt: new Uint8Array(65) })).toThrow("salt");
});
