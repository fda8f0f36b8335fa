import { describe, expect, test } from "vitest";
import { addressBytes, type Endpoint, endpoint } from "../../src/core/endpoint.ts";
import { infoHashFrom } from "../../src/core/ids.ts";
import { BloomFilter } from "../../src/dht/bloom-filter.ts";
import type { ScrapeOptions, ScrapeResult } from "../../src/dht/index.ts";
import { KrpcDecoder } from "../../src/dht/krpc-decoder.ts";
import { KrpcEncoder } from "../../src/dht/krpc-encoder.ts";
import type { KrpcMessage } from "../../src/dht/krpc-message.ts";
import { DhtWorld, type WorldNode } from "./dht-world.ts";
import { latin1Bytes } from "./latin1.ts";
import { ASKER, ASKER_ID, bytesBeyondFactor, LoneNode } from "./lone-node.ts";

const HASH = latin1Bytes("mnopqrstuvwxyz123456");
const ENCODER = new KrpcEncoder({ version: latin1Bytes("SL01"), readOnly: false });
const SCRAPE = (family: 4 | 6 = 4) => ENCODER.scrape(1, ASKER_ID, HASH, family).slice();

function announce(lone: LoneNode, host: string, isSeed: boolean, port = 6881): void {
  const from = endpoint(host, port);
  const token = lone.answerTo(lone.getPeers(HASH), from).token() ?? new Uint8Array(0);
  const how = { port, impliedPort: false, isSeed, token };
  lone.answersTo(ENCODER.announcePeer(2, ASKER_ID, HASH, how).slice(), from);
}

/** Estimates of seeds and peers in the filters of an answer. */
function counts({ bytes, seedsFilterAt, peersFilterAt }: KrpcMessage): (number | undefined)[] {
  return [seedsFilterAt, peersFilterAt].map((at) => {
    if (at < 0) return undefined;
    const filter = new BloomFilter();
    filter.unite(bytes, at);
    return Math.round(filter.estimate());
  });
}

describe("a node that is scraped, BEP 33,", () => {
  test("answers with the filters of seeds and of others, addresses counted once", () => {
    const lone = new LoneNode();
    for (const [host, isSeed] of [
      ["40.0.0.1", true],
      ["40.0.1.1", false],
      ["40.0.2.1", false],
    ] as const)
      announce(lone, host, isSeed);
    announce(lone, "40.0.2.1", false, 7_000);
    const reply = lone.answerTo(SCRAPE());
    expect(counts(reply)).toEqual([1, 2]);
    const seeds = new BloomFilter();
    seeds.unite(reply.bytes, reply.seedsFilterAt);
    expect(seeds.mayHold(addressBytes("40.0.0.1") as Uint8Array)).toBe(true);
    expect(reply.token()).toHaveLength(8);
    expect(reply.valuesAt).toBe(-1);
  });

  test("keeps the filters true when peers join, complete and expire", () => {
    const lone = new LoneNode();
    announce(lone, "40.0.0.1", false);
    expect(counts(lone.answerTo(SCRAPE()))).toEqual([0, 1]);
    announce(lone, "40.0.1.1", false);
    expect(counts(lone.answerTo(SCRAPE()))).toEqual([0, 2]);
    announce(lone, "40.0.0.1", true);
    expect(counts(lone.answerTo(SCRAPE()))).toEqual([1, 1]);
    lone.node.start();
    lone.world.runFor(30 * 60_000);
    announce(lone, "40.0.1.1", false);
    lone.world.runFor(20 * 60_000);
    expect(counts(lone.answerTo(SCRAPE(), endpoint("9.9.8.8", 1)))).toEqual([0, 1]);
  });

  test("answers without filters where it stores nothing, and where nobody asked for them", () => {
    const lone = new LoneNode();
    expect(counts(lone.answerTo(SCRAPE()))).toEqual([undefined, undefined]);
    announce(lone, "40.0.0.1", true);
    expect(counts(lone.answerTo(lone.getPeers(HASH)))).toEqual([undefined, undefined]);
  });

  test.each([4, 6] as const)(
    "gives filters for a short query, too, until a stranger has had 8,000 bytes in ten seconds: IPv%i, DH04",
    (family) => {
      const lone = new LoneNode({ limits: "off" });
      lone.befriend(60, family);
      lone.fill(HASH, 500, family);
      const from = family === 4 ? ASKER : endpoint("2001:470::9", 6881);
      const short = latin1Bytes(
        "d1:ad2:id20:abcdefghij01234567899:info_hash20:mnopqrstuvwxyz1234566:scrapei1ee1:q9:get_peers1:t1:a1:y1:qe",
      );
      for (const query of [SCRAPE(family), short]) {
        const [seeds, peers] = counts(lone.answerTo(query, from));
        expect(seeds).toBe(0);
        expect(Math.abs((peers ?? 0) - 500)).toBeLessThan(25);
      }
      expect(bytesBeyondFactor(lone, short, from)).toBeLessThanOrEqual(8_000);
      const reply = lone.answerTo(short, from);
      expect(counts(reply)).toEqual([undefined, undefined]);
      expect(reply.valuesAt).toBeGreaterThan(0);
      expect(reply.bytes.length).toBeLessThanOrEqual(5 * short.length);
    },
  );
});

function scrape(dht: DhtWorld, by: WorldNode, hash: Uint8Array): ScrapeResult {
  let result: ScrapeResult | undefined;
  const options: ScrapeOptions = { onEnd: (it) => (result = it) };
  by.node.scrape(infoHashFrom(hash), options);
  expect(result).toBeUndefined();
  if (!dht.world.runUntilTrue(() => result !== undefined, 90_000)) throw new Error("the scrape never ended");
  return result as ScrapeResult;
}

describe("a scrape of a network, BEP 33,", () => {
  test("counts seeds and other peers that are scattered over the closest nodes", () => {
    const dht = new DhtWorld({ seed: 33 });
    const first = dht.add();
    const nodes = dht.addMany(40, [first.endpoint], 200);
    dht.world.runFor(60_000);
    const hash = infoHashFrom(dht.infoHash("swarm"));
    nodes.slice(0, 20).forEach(({ node }, i) => void node.announce(hash, { port: 5_000, isSeed: i < 5 }));
    dht.world.runFor(60_000);
    const result = scrape(dht, nodes[39] as WorldNode, hash);
    expect(result).toMatchObject({ outcome: "complete", asked: 8, answered: 8, withFilters: 8 });
    expect(Math.abs(result.seeds - 5)).toBeLessThanOrEqual(1);
    expect(Math.abs(result.peers - 15)).toBeLessThanOrEqual(2);
  });

  test("counts nobody where nobody announced, and does not wait for the dead", () => {
    const dht = new DhtWorld({ seed: 34 });
    const first = dht.add();
    const nodes = dht.addMany(12, [first.endpoint], 200);
    dht.world.runFor(30_000);
    for (const it of nodes.slice(0, 3)) it.stop();
    const result = scrape(dht, nodes[11] as WorldNode, dht.infoHash("nobody"));
    expect(result).toMatchObject({ seeds: 0, peers: 0, withFilters: 0 });
    expect(result.answered).toBeGreaterThanOrEqual(8);
  });

  test("ends when nobody is there, and when it is cancelled", () => {
    const dht = new DhtWorld({ seed: 35 });
    const only = dht.add();
    expect(scrape(dht, only, dht.infoHash("x"))).toMatchObject({ outcome: "no-contacts", asked: 0 });
    const second = dht.add({ bootstrap: [only.endpoint] });
    dht.world.runFor(10_000);
    const results: ScrapeResult[] = [];
    const hash = infoHashFrom(dht.infoHash("x"));
    second.node.scrape(hash, { onEnd: (it) => void results.push(it) }).cancel();
    expect(results).toEqual([]);
    dht.world.runFor(30_000);
    expect(results).toMatchObject([{ outcome: "cancelled" }]);
  });

  test("takes peers from nodes without filters, and no filter that is full", () => {
    const lone = new LoneNode();
    const friends = lone.befriend(2);
    const results: ScrapeResult[] = [];
    lone.node.scrape(infoHashFrom(HASH), { onEnd: (it) => void results.push(it) });
    const answerAll = (answer: (query: KrpcMessage, i: number) => Uint8Array): void => {
      lone.world.runFor(1);
      for (const { payload, to } of lone.sent.splice(0)) {
        const decoder = new KrpcDecoder();
        decoder.decode(payload);
        lone.node.handleDatagram(answer(decoder.message, indexOf(to)), to);
      }
    };
    const indexOf = (to: Endpoint) => friends.findIndex((friend) => friend.host === to.host);
    const idOf = (i: number) => lone.world.random.fork(`friend 4 ${i}`).bytes(20);
    answerAll((query, i) => {
      ENCODER.beginReply(ASKER, idOf(i));
      return ENCODER.endReply(query).slice();
    });
    answerAll((query, i) => {
      expect(query.isScrape).toBe(true);
      if (i === 0) {
        const full = new Uint8Array(256).fill(0xff);
        ENCODER.beginScrapeReply(ASKER, idOf(i), full, full);
      } else {
        ENCODER.beginReply(ASKER, idOf(i));
        ENCODER.beginValues();
        ENCODER.value(endpoint("50.1.1.1", 1));
        ENCODER.value(endpoint("50.1.1.2", 1));
        ENCODER.endValues();
      }
      return ENCODER.endReply(query).slice();
    });
    expect(results).toMatchObject([{ seeds: 0, peers: 2, asked: 2, answered: 2, withFilters: 0 }]);
  });
});
