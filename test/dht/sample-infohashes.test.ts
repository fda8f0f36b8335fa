import { describe, expect, test } from "vitest";
import { toHex } from "../../src/core/bytes.ts";
import { endpoint } from "../../src/core/endpoint.ts";
import { type InfoHash, infoHashFrom } from "../../src/core/ids.ts";
import type { SampleResult } from "../../src/dht/index.ts";
import { KrpcEncoder } from "../../src/dht/krpc-encoder.ts";
import type { KrpcMessage } from "../../src/dht/krpc-message.ts";
import { DhtWorld, type WorldNode } from "./dht-world.ts";
import { latin1Bytes } from "./latin1.ts";
import { ASKER, ASKER_ID, bytesBeyondFactor, decoded, LoneNode } from "./lone-node.ts";

const TARGET = latin1Bytes("mnopqrstuvwxyz123456");
const ENCODER = new KrpcEncoder({ version: latin1Bytes("SL01"), readOnly: false });
const QUERY = (family: 4 | 6 = 4) => ENCODER.sampleInfohashes(1, ASKER_ID, TARGET, family).slice();

/** As clients that ask in one family write it. */
const SHORT_QUERY = () =>
  latin1Bytes(
    "d1:ad2:id20:abcdefghij01234567896:target20:mnopqrstuvwxyz123456e1:q17:sample_infohashes1:t2:aa1:y1:qe",
  );

const hashOf = (lone: LoneNode, i: number) => lone.world.random.fork(`hash ${i}`).bytes(20);

function store(lone: LoneNode, from: number, until: number): string[] {
  const hashes: string[] = [];
  for (let i = from; i < until; i++) {
    const hash = hashOf(lone, i);
    lone.fill(hash, 1);
    hashes.push(toHex(hash));
  }
  return hashes;
}

function samplesOf({ bytes, samplesAt, samplesLength }: KrpcMessage): string[] {
  const samples: string[] = [];
  for (let at = 0; at < samplesLength; at += 20)
    samples.push(toHex(bytes.subarray(samplesAt + at, samplesAt + at + 20)));
  return samples;
}

describe("a node that is asked for samples, BEP 51,", () => {
  test("answers with an empty string while it stores nothing", () => {
    const reply = new LoneNode().answerTo(QUERY());
    expect([reply.samplesAt >= 0, reply.samplesLength, reply.totalHashes]).toEqual([true, 0, 0]);
  });

  test("shows a small store whole, each hash once, and nodes near the target", () => {
    const lone = new LoneNode({ limits: "off" });
    lone.befriend(20);
    const stored = store(lone, 0, 10);
    const reply = lone.answerTo(QUERY());
    expect(samplesOf(reply).sort()).toEqual(stored.sort());
    expect([reply.totalHashes, reply.intervalSeconds, reply.nodesLength]).toEqual([10, 900, 8 * 26]);
  });

  test("shows the same subset of a large store for six hours, then another", () => {
    const lone = new LoneNode({ limits: "off" });
    const stored = new Set(store(lone, 0, 200));
    const reply = lone.answerTo(QUERY());
    const first = samplesOf(reply);
    expect([reply.totalHashes, reply.intervalSeconds]).toEqual([200, 21_600]);
    expect(first.every((it) => stored.has(it))).toBe(true);
    expect([first.length, new Set(first).size]).toEqual([20, 20]);
    lone.world.runFor(6 * 3_600_000 - 1);
    expect(samplesOf(lone.answerTo(QUERY()))).toEqual(first);
    lone.world.runFor(1);
    const second = samplesOf(lone.answerTo(QUERY()));
    expect(second.every((it) => stored.has(it))).toBe(true);
    expect(second).not.toEqual(first);
  });

  test.each([4, 6] as const)(
    "leaves out samples and nodes once a stranger has had 8,000 bytes in ten seconds: IPv%i, DH04",
    (family) => {
      const lone = new LoneNode({ limits: "off" });
      lone.befriend(60, family);
      for (let i = 0; i < 60; i++) lone.fill(hashOf(lone, i), 1, family);
      const from = family === 4 ? ASKER : endpoint("2001:470::9", 6881);
      const query = SHORT_QUERY();
      expect(lone.answerTo(query, from).samplesLength).toBe(400);
      expect(bytesBeyondFactor(lone, query, from)).toBeLessThanOrEqual(8_000);
      const reply = lone.answerTo(query, from);
      expect(reply.bytes.length).toBeLessThanOrEqual(5 * query.length);
      expect(reply.samplesLength / 20).toBeGreaterThanOrEqual(family === 4 ? 13 : 9);
      expect(family === 4 ? reply.nodesLength / 26 : reply.nodes6Length / 38).toBeGreaterThanOrEqual(4);
      lone.world.runFor(10_000);
      expect(lone.answerTo(query, from).samplesLength).toBe(400);
    },
  );

  test("refuses a query without a target", () => {
    const text = "d1:ad2:id20:abcdefghij0123456789e1:q17:sample_infohashes1:t2:aa1:y1:qe";
    const reply = decoded(new LoneNode().answersTo(latin1Bytes(text))[0] as Uint8Array);
    expect([reply.kind, reply.errorCode]).toEqual(["error", 203]);
  });
});

function ask(dht: DhtWorld, by: WorldNode, whom: WorldNode, target: InfoHash): SampleResult {
  let result: SampleResult | undefined;
  by.node.sampleInfohashes(whom.endpoint, target, (it) => (result = it));
  expect(result).toBeUndefined();
  if (!dht.world.runUntilTrue(() => result !== undefined, 60_000)) throw new Error("no result");
  return result as SampleResult;
}

describe("a node that asks for samples, BEP 51,", () => {
  test("finds every announced hash by asking each node once", () => {
    const dht = new DhtWorld({ seed: 51 });
    const first = dht.add();
    const nodes = [first, ...dht.addMany(29, [first.endpoint], 200)];
    dht.world.runFor(60_000);
    const hashes = Array.from({ length: 15 }, (_, i) => infoHashFrom(dht.infoHash(`torrent ${i}`)));
    hashes.forEach((hash, i) => void nodes[i]?.node.announce(hash, { port: 5_000 }));
    dht.world.runFor(60_000);
    const found = new Set<string>();
    const crawler = nodes[29] as WorldNode;
    for (const whom of nodes.slice(0, 29)) {
      const result = ask(dht, crawler, whom, hashes[0] as InfoHash);
      if (!result.ok) throw new Error(result.reason);
      for (const hash of result.samples ?? []) found.add(toHex(hash));
      expect(result.nodes.length).toBeGreaterThan(0);
    }
    expect([...found].sort()).toEqual(hashes.map(toHex).sort());
  });

  test("is told of silence, and of an address family that it has not", () => {
    const dht = new DhtWorld({ seed: 52 });
    const [by, gone] = [dht.add(), dht.add()];
    gone.stop();
    const hash = infoHashFrom(dht.infoHash("x"));
    expect(ask(dht, by, gone, hash)).toMatchObject({ ok: false });
    const elsewhere = { ...gone, endpoint: endpoint("2001:470::1", 1) };
    expect(ask(dht, by, elsewhere, hash)).toEqual({ ok: false, reason: "refused" });
  });

  test("takes no samples of a wrong length, no impossible numbers, and no private addresses", () => {
    const lone = new LoneNode();
    const answerWith = (body: string): SampleResult | undefined => {
      let result: SampleResult | undefined;
      lone.node.sampleInfohashes(ASKER, infoHashFrom(TARGET), (it) => (result = it));
      const query = decoded((lone.sent.pop() as { payload: Uint8Array }).payload);
      const head = latin1Bytes(`d1:rd2:id20:abcdefghij0123456789${body}e1:t4:`);
      const transaction = query.bytes.slice(query.transactionAt, query.transactionAt + 4);
      lone.node.handleDatagram(Uint8Array.of(...head, ...transaction, ...latin1Bytes("1:y1:re")), ASKER);
      return result;
    };
    const node = "mnopqrstuvwxyz123456\x0a\x00\x00\x01\x1a\xe1";
    expect(answerWith(`8:intervali-5e5:nodes26:${node}3:numi-1e7:samples21:${"x".repeat(21)}`)).toMatchObject(
      { ok: true, samples: undefined, total: 0, intervalSeconds: 21_600, nodes: [] },
    );
    expect(answerWith(`8:intervali99999999e3:numi0e7:samples20:${"x".repeat(20)}`)).toMatchObject({
      samples: [latin1Bytes("x".repeat(20))],
      total: 1,
      intervalSeconds: 21_600,
    });
    expect(answerWith("5:nodes0:")).toMatchObject({ ok: true, samples: undefined });
  });
});
