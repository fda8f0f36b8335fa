import { describe, expect, test } from "vitest";
import { endpoint, formatEndpoint } from "../../src/core/endpoint.ts";
import { KrpcDecoder } from "../../src/dht/krpc-decoder.ts";
import { PeersCollector } from "../../src/dht/peers-collector.ts";
import { latin1Bytes } from "./latin1.ts";

/** Peers that a collector reads from a reply with these `values`. */
function read(values: string, collector = new PeersCollector("public")): string[] {
  const decoder = new KrpcDecoder();
  expect(
    decoder.decode(latin1Bytes(`d1:rd2:id20:abcdefghij01234567896:values${values}e1:t2:aa1:y1:re`)),
  ).toBeUndefined();
  return collector.read(decoder.message).map(formatEndpoint);
}

const v4 = "6:\x09\x08\x07\x06\x1a\xe1";
const v6 = "18:\x20\x01\x04\x70\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01\x1a\xe1";

describe("the peers in a reply", () => {
  test("are read from lists of both families, BEP 32", () => {
    expect(read(`l${v4}${v6}e`)).toEqual(["9.8.7.6:6881", "[2001:470::1]:6881"]);
  });

  test("are reported once", () => {
    const collector = new PeersCollector("public");
    expect(read(`l${v4}${v4}e`, collector)).toHaveLength(1);
    expect(read(`l${v4}e`, collector)).toEqual([]);
    expect(collector.filter([endpoint("9.8.7.6", 6881), endpoint("9.8.7.6", 6882)])).toHaveLength(1);
    expect(collector.count).toBe(2);
  });

  test("leave out port 0, addresses that lead nowhere, and strings of other lengths", () => {
    const martians = "6:\x7f\x00\x00\x01\x1a\xe16:\x0a\x00\x00\x01\x1a\xe16:\x09\x08\x07\x06\x00\x005:short";
    expect(read(`l${martians}${v4}e`)).toEqual(["9.8.7.6:6881"]);
  });

  test("end at what is no string, and are none where there is no list", () => {
    expect(read(`l${v4}i5e6:\x09\x08\x07\x07\x1a\xe1e`)).toEqual(["9.8.7.6:6881"]);
    expect(read("d1:a1:be")).toEqual([]);
    expect(read("le")).toEqual([]);
  });

  test("are a hundred a reply at most, DH11", () => {
    const many = Array.from(
      { length: 160 },
      (_, i) => `6:\x09\x08\x07${String.fromCharCode(i)}\x1a\xe1`,
    ).join("");
    expect(read(`l${many}e`)).toHaveLength(100);
  });
});
