import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { mayContact } from "../../src/core/address-profile.ts";
import { latin1Text } from "../../src/core/bytes.ts";
import { endpoint } from "../../src/core/endpoint.ts";
import { infoHashFrom } from "../../src/core/ids.ts";
import { MAX_SENT_BYTES } from "../../src/dht/krpc-encoder.ts";
import { hostileBytes, mutatedBytes } from "../support/byte-arbitraries.ts";
import { fewerFuzzRuns, fuzzRuns } from "../support/fuzz-runs.ts";
import { BEP5, SEEDS } from "./krpc-samples.ts";
import { latin1Bytes } from "./latin1.ts";
import { ASKER, decoded, LoneNode } from "./lone-node.ts";

const HASH = infoHashFrom(latin1Bytes("mnopqrstuvwxyz123456"));

/** Counts and sizes that must hold whatever was fed. */
function expectSane(lone: LoneNode): void {
  const view = lone.node.view();
  for (const family of [view.v4, view.v6]) {
    for (const bucket of family?.buckets ?? []) {
      expect(bucket.contacts).toBeLessThanOrEqual(bucket.capacity);
      expect(bucket.replacements).toBeLessThanOrEqual(bucket.capacity);
    }
    expect(family?.storedPeers ?? 0).toBeLessThanOrEqual(100_000);
  }
  expect(view.outstandingQueries).toBeLessThanOrEqual(256);
}

describe("a node that is fed hostile bytes", () => {
  test("never throws, and answers a datagram with at most one that is no longer than allowed, PA07", () => {
    const lone = new LoneNode({ limits: "off" });
    lone.befriend(30, 4);
    lone.befriend(5, 6);
    lone.fill(HASH, 60);
    const port = fc.integer({ min: 0, max: 65_535 });
    let largeBytes = 0;
    fc.assert(
      fc.property(hostileBytes(SEEDS, 1_600), port, fc.boolean(), (bytes, from, isV6) => {
        const answers = lone.answersTo(bytes, endpoint(isV6 ? "2001:470::9" : "9.9.9.9", from));
        expect(answers.length).toBeLessThanOrEqual(1);
        for (const answer of answers) {
          expect(answer.length).toBeLessThanOrEqual(MAX_SENT_BYTES);
          if (answer.length > 5 * bytes.length) largeBytes += answer.length;
          decoded(answer);
        }
      }),
      { numRuns: fuzzRuns() },
    );
    // Filters and samples, for one IPv4 address and one IPv6 network that proved nothing.
    expect(largeBytes).toBeLessThanOrEqual(2 * 8_000);
    expectSane(lone);
  });

  test("answers nothing to lengths that lead other decoders backwards or far ahead, and goes on", () => {
    const lone = new LoneNode();
    const ping = latin1Bytes(BEP5.pingQuery);
    for (const length of ["-1", "-9", "-20", "-99999999", "99999999999", "4294967316", "0x14", "020"]) {
      for (const text of [
        `d1:ad2:id${length}:abcdefghij0123456789e1:q4:ping1:t2:aa1:y1:qe`,
        `d1:ad2:id20:abcdefghij0123456789e1:q4:ping1:t${length}:aa1:y1:qe`,
        `d${length}:ad2:id20:abcdefghij0123456789e1:q4:ping1:t2:aa1:y1:qe`,
        `d1:xl${length}:aee`,
        `d${length}:`,
      ])
        expect(lone.answersTo(latin1Bytes(text))).toEqual([]);
      expect(lone.answersTo(ping, endpoint("9.9.8.8", 6881))).toHaveLength(1);
    }
  });

  test("takes nothing that may not be contacted from replies to its own queries, PA08", () => {
    const reply = (body: string) => `d2:ip6:abcdef1:rd2:id20:IIIIIIIIIIIIIIIIIIII${body}e1:t4:TTTT1:y1:re`;
    const nodes = (...hosts: number[][]) =>
      hosts
        .map((host, i) => `${String.fromCharCode(65 + i).repeat(20)}${String.fromCharCode(...host)}`)
        .join("");
    const martians = nodes(
      [127, 0, 0, 1, 1, 1],
      [10, 0, 0, 1, 1, 1],
      [224, 0, 0, 1, 1, 1],
      [30, 1, 1, 1, 0, 0],
    );
    const seeds = [
      reply(`5:nodes104:${martians}5:token4:tttt`),
      reply(
        `5:nodes26:${nodes([30, 2, 2, 2, 1, 1])}5:token4:tttt6:valuesl6:\x1e\x01\x01\x01\x01\x016:\x7f\x00\x00\x01\x01\x01e`,
      ),
      reply(`6:valuesd1:a6:aaaaaae`),
      reply(`5:nodes27:${"n".repeat(27)}`),
      reply(`6:valuesl${"6:\x1e\x01\x01\x01\x01\x01".repeat(150)}e`),
    ].map(latin1Bytes);
    const lone = new LoneNode({ limits: "off" });
    lone.befriend(12);
    const found: { host: string; port: number; family: 4 | 6 }[] = [];
    fc.assert(
      fc.property(fc.array(mutatedBytes(seeds), { minLength: 1, maxLength: 6 }), (replies) => {
        lone.node.lookupPeers(HASH, { onPeers: (peers) => void found.push(...peers) });
        lone.world.runFor(1);
        for (const bytes of replies) {
          const query = lone.sent.shift();
          if (query === undefined) break;
          const { transactionAt } = decoded(query.payload);
          const transaction = latin1Text(query.payload.subarray(transactionAt, transactionAt + 4));
          const before = lone.sent.length;
          lone.node.handleDatagram(latin1Bytes(latin1Text(bytes).replace("TTTT", transaction)), query.to);
          for (const { payload } of lone.sent.slice(before))
            expect(payload.length).toBeLessThanOrEqual(MAX_SENT_BYTES);
        }
        lone.sent.length = 0;
        lone.world.runFor(70_000);
        lone.befriend(12);
      }),
      { numRuns: fewerFuzzRuns(20) },
    );
    for (const { to } of lone.sent) expect(mayContact("public", to)).toBe(true);
    for (const peer of found) expect(mayContact("public", peer)).toBe(true);
    expectSane(lone);
  });

  test("accepts no reply that it did not ask for", () => {
    const lone = new LoneNode();
    fc.assert(
      fc.property(mutatedBytes(SEEDS), (bytes) => {
        lone.node.handleDatagram(bytes, ASKER);
        const { v4, v6 } = lone.node.view();
        expect((v4?.goodContacts ?? 0) + (v6?.goodContacts ?? 0)).toBe(0);
      }),
      { numRuns: fewerFuzzRuns(10) },
    );
  });
});
