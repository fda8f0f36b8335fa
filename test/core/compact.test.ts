import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { concatBytes, fromHex } from "../../src/core/bytes.ts";
import {
  compactEndpointBytes,
  decodeEndpoint,
  decodeEndpoints,
  decodeNodes,
  encodeEndpoint,
  encodeNodes,
} from "../../src/core/compact.ts";
import { type Endpoint, endpoint, formatAddress } from "../../src/core/endpoint.ts";
import { nodeIdFrom } from "../../src/core/ids.ts";
import { fuzzRuns } from "../support/fuzz-runs.ts";

const endpoints = (addressBytes: 4 | 16): fc.Arbitrary<Endpoint> =>
  fc
    .tuple(fc.uint8Array({ minLength: addressBytes, maxLength: addressBytes }), fc.nat({ max: 65_535 }))
    .map(([bytes, port]) => endpoint(formatAddress(bytes), port));

describe("compact endpoints", () => {
  test("are address and port in network byte order (BEP 5, BEP 23)", () => {
    expect(encodeEndpoint(endpoint("1.2.3.4", 6881))).toEqual(fromHex("010203041ae1"));
    expect(decodeEndpoint(fromHex("010203041ae1") as Uint8Array)).toEqual(endpoint("1.2.3.4", 6881));
  });

  test.each([4, 6] as const)("of IPv%i survive a list", (family) => {
    fc.assert(
      fc.property(fc.array(endpoints(family === 4 ? 4 : 16), { maxLength: 20 }), (list) => {
        expect(decodeEndpoints(concatBytes(list.map(encodeEndpoint)), family)).toEqual(list);
      }),
    );
  });

  test("in a list of a wrong length are no endpoints", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        for (const family of [4, 6] as const) {
          const list = decodeEndpoints(bytes, family);
          const stride = compactEndpointBytes(family);
          expect(list?.length).toBe(bytes.length % stride === 0 ? bytes.length / stride : undefined);
        }
        expect(decodeEndpoint(bytes) === undefined).toBe(bytes.length !== 6 && bytes.length !== 18);
      }),
      { numRuns: Math.ceil(fuzzRuns() / 5) },
    );
  });

  test("of a host name are our own mistake and throw", () => {
    expect(() => encodeEndpoint({ host: "example.org", port: 1, family: 4 })).toThrow(TypeError);
  });
});

describe("compact nodes", () => {
  test.each([4, 6] as const)("of IPv%i survive their encoding", (family) => {
    const nodes = fc.record({
      id: fc.uint8Array({ minLength: 20, maxLength: 20 }).map(nodeIdFrom),
      endpoint: endpoints(family === 4 ? 4 : 16),
    });
    fc.assert(
      fc.property(fc.array(nodes, { maxLength: 16 }), (list) => {
        const bytes = encodeNodes(list, family);
        expect(bytes).toHaveLength(list.length * (family === 4 ? 26 : 38));
        expect(decodeNodes(bytes, family)).toEqual(list);
      }),
    );
  });

  test("of a wrong length are refused as a whole", () => {
    for (const length of [1, 25, 27, 51]) expect(decodeNodes(new Uint8Array(length), 4)).toBeUndefined();
    for (const length of [26, 37, 39]) expect(decodeNodes(new Uint8Array(length), 6)).toBeUndefined();
  });
});
