/** Open private networks: every message says the network, and what does not is dropped, counted and not answered. */
import { describe, expect, test } from "vitest";
import { latin1Text } from "../../src/core/bytes.ts";
import { endpoint } from "../../src/core/endpoint.ts";
import { nodeIdFrom } from "../../src/core/ids.ts";
import { KrpcDecoder } from "../../src/dht/krpc-decoder.ts";
import { KrpcEncoder, MAX_SENT_BYTES } from "../../src/dht/krpc-encoder.ts";
import { DhtWorld } from "./dht-world.ts";
import { BEP5 } from "./krpc-samples.ts";
import { latin1Bytes } from "./latin1.ts";
import { ASKER, LoneNode } from "./lone-node.ts";

const LAB = latin1Bytes("ourlab42");
const OTHER = latin1Bytes("theirlab");
const NO_BYTES = new Uint8Array(0);
const OURS = latin1Bytes("abcdefghij0123456789");
const TARGET = latin1Bytes("mnopqrstuvwxyz123456");
const inLab = new KrpcEncoder({ version: NO_BYTES, readOnly: false, networkId: LAB });

describe("on the wire the id is the key n, in its sorted place", () => {
  const decoder = new KrpcDecoder();
  decoder.decode(latin1Bytes(BEP5.pingQuery));
  const query = decoder.message;

  test("of queries", () => {
    expect(latin1Text(inLab.ping(0x61616161, OURS))).toBe(
      "d1:ad2:id20:abcdefghij0123456789e1:n8:ourlab421:q4:ping1:t4:aaaa1:y1:qe",
    );
  });

  test("of replies", () => {
    inLab.beginReply(endpoint("1.2.3.4", 0x3131), OURS);
    expect(latin1Text(inLab.endReply(query))).toBe(
      "d2:ip6:\u0001\u0002\u0003\u0004111:n8:ourlab421:rd2:id20:abcdefghij0123456789e1:t2:aa1:y1:re",
    );
  });

  test("of errors", () => {
    expect(latin1Text(inLab.error(query, 201, "No"))).toBe("d1:eli201e2:Noe1:n8:ourlab421:t2:aa1:y1:ee");
  });
});

describe("a node of an open network", () => {
  const getPeersOf = (networkId: Uint8Array | undefined) =>
    new KrpcEncoder({ version: NO_BYTES, readOnly: false, networkId }).getPeers(
      1,
      OURS,
      TARGET,
      "own",
      false,
    );

  test("answers its own network, in its name and within the limits of answers", () => {
    const lone = new LoneNode({ networkId: LAB });
    const query = getPeersOf(LAB).slice();
    const [answer] = lone.answersTo(query);
    const decoder = new KrpcDecoder();
    expect(decoder.decode(answer ?? NO_BYTES)).toBeUndefined();
    expect(decoder.message.isOf(LAB)).toBe(true);
    expect(answer?.length).toBeLessThanOrEqual(Math.min(5 * query.length, MAX_SENT_BYTES));
  });

  test.each([
    ["mainline", undefined],
    ["another network", OTHER],
    ["a longer id that begins like ours", latin1Bytes("ourlab421")],
    ["a shorter one", latin1Bytes("ourlab4")],
  ])("does not answer %s, nor remember who asked", (_name, networkId) => {
    const lone = new LoneNode({ networkId: LAB });
    expect(lone.answersTo(getPeersOf(networkId).slice())).toEqual([]);
    const { totals, v4 } = lone.node.view();
    expect(totals).toMatchObject({ foreignIn: 1, queriesIn: 0, repliesOut: 0, errorsOut: 0 });
    expect(v4?.replacements).toBe(0);
  });

  test.each([
    [
      "reply",
      (plain: KrpcEncoder, query: KrpcDecoder["message"]) => {
        plain.beginReply(ASKER, OURS);
        return plain.endReply(query);
      },
    ],
    ["error", (plain: KrpcEncoder, query: KrpcDecoder["message"]) => plain.error(query, 201, "No")],
  ] as const)("does not take the %s of a node that says no network", (_name, answerWith) => {
    const lone = new LoneNode({ networkId: LAB });
    const results: unknown[] = [];
    lone.node.ping(ASKER, (result) => results.push(result));
    const decoder = new KrpcDecoder();
    decoder.decode(lone.sent.at(-1)?.payload ?? NO_BYTES);
    const plain = new KrpcEncoder({ version: NO_BYTES, readOnly: false });
    lone.node.handleDatagram(answerWith(plain, decoder.message).slice(), ASKER);
    expect(lone.node.view().totals).toMatchObject({ foreignIn: 1, repliesIn: 0, errorsIn: 0 });
    expect(lone.node.view().v4?.goodContacts).toBe(0);
    lone.world.runFor(60_000);
    expect(results).toEqual([{ ok: false, reason: "timeout" }]);
  });

  test("of mainline answers everybody, as every client does", () => {
    const lone = new LoneNode();
    expect(lone.answersTo(getPeersOf(LAB).slice())).toHaveLength(1);
  });
});

test.each([
  ["another open network", { networkId: OTHER }],
  ["mainline", {}],
])("two networks that were told of each other's nodes never merge: ours and %s", (_name, other) => {
  const dht = new DhtWorld({ seed: "two networks", minRttMs: 20, maxRttMs: 80 });
  const ours = dht.add({ networkId: LAB });
  const theirs = dht.add(other);
  const bridge = [ours.endpoint, theirs.endpoint];
  const members = [ours, ...dht.addMany(8, bridge, 500, { networkId: LAB })];
  const others = [theirs, ...dht.addMany(8, bridge, 500, other)];
  dht.world.runFor(20 * 60_000);
  const idsOf = (nodes: typeof members) =>
    new Set(nodes.map(({ node }) => Buffer.from(node.nodeIdOf(4) ?? nodeIdFrom(NO_BYTES)).toString("hex")));
  const known = (nodes: typeof members) =>
    nodes.flatMap(({ node }) => node.contactsOf(4).map(({ id }) => Buffer.from(id).toString("hex")));
  const [ourIds, theirIds] = [idsOf(members), idsOf(others)];
  expect(known(members).length).toBeGreaterThan(30);
  expect(known(members).filter((id) => theirIds.has(id))).toEqual([]);
  expect(known(others).filter((id) => ourIds.has(id))).toEqual([]);
});
