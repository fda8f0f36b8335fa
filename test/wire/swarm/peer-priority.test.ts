/** Canonical peer priority (BEP 40): the vectors of the BEP and of other clients, and what must hold for all pairs. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { crc32c } from "../../../src/core/crc32c.ts";
import { endpoint } from "../../../src/core/endpoint.ts";
import { canonicalPriority } from "../../../src/wire/swarm/peer-priority.ts";
import { fuzzRuns } from "../../support/fuzz-runs.ts";

function priority(ours: string, theirs: string, ourPort = 0, theirPort = 0): number | undefined {
  return canonicalPriority(endpoint(ours, ourPort), endpoint(theirs, theirPort));
}

const byte = fc.nat({ max: 255 });
const host = fc.tuple(byte, byte, byte, byte).map((bytes) => bytes.join("."));
const port = fc.integer({ min: 1, max: 65_535 });

describe("canonical peer priority", () => {
  for (const [ours, theirs, expected] of [
    ["123.213.32.10", "98.76.54.32", 0xec2d7224],
    ["123.213.32.10", "123.213.32.234", 0x99568189],
    ["206.248.98.111", "142.147.89.224", 0x2b41d456],
  ] as const) {
    test(`of ${ours} and ${theirs} is ${expected.toString(16)}, from both sides`, () => {
      expect(priority(ours, theirs)).toBe(expected);
      expect(priority(theirs, ours)).toBe(expected);
    });
  }

  test("within one address is decided by the ports", () => {
    expect(priority("10.0.0.1", "10.0.0.1", 1_234, 300)).toBe(crc32c(Uint8Array.of(0x01, 0x2c, 0x04, 0xd2)));
    expect(priority("10.0.0.1", "10.0.0.1", 300, 1_234)).toBe(priority("10.9.9.9", "10.9.9.9", 1_234, 300));
    expect(priority("10.0.0.1", "10.0.0.1", 300, 1_234)).not.toBe(
      priority("10.0.0.1", "10.0.0.1", 300, 1_235),
    );
    expect(priority("10.0.0.1", "10.0.0.2", 300, 1_234)).toBe(priority("10.0.0.1", "10.0.0.2", 1, 2));
  });

  test("ignores every second bit of the host part, and more of it the farther two addresses are apart", () => {
    expect(priority("1.2.3.4", "9.8.0.0")).toBe(priority("1.2.3.4", "9.8.170.170"));
    expect(priority("1.2.3.4", "9.8.0.0")).not.toBe(priority("1.2.3.4", "9.8.1.0"));
    expect(priority("1.2.3.4", "1.2.64.0")).toBe(priority("1.2.3.4", "1.2.64.170"));
    expect(priority("1.2.3.4", "1.2.64.0")).not.toBe(priority("1.2.3.4", "1.2.66.0"));
    expect(priority("1.2.3.4", "1.2.3.0")).not.toBe(priority("1.2.3.4", "1.2.3.2"));
  });

  test("of IPv6 addresses ignores every second bit behind /48, of neighbours behind /56", () => {
    expect(priority("2001:470:1::1", "2a00:1450:1::")).toBe(priority("2001:470:1::1", "2a00:1450:1:aaaa::"));
    expect(priority("2001:470:1::1", "2a00:1450:1::")).not.toBe(priority("2001:470:1::1", "2a00:1450:3::"));
    expect(priority("2001:470:1::1", "2001:470:1:100::")).not.toBe(
      priority("2001:470:1::1", "2001:470:1:300::"),
    );
  });

  test("does not exist across families, nor for what is no address", () => {
    expect(priority("1.2.3.4", "2001:470::1")).toBeUndefined();
    expect(
      canonicalPriority({ host: "nonsense", port: 1, family: 4 }, endpoint("1.2.3.4", 1)),
    ).toBeUndefined();
  });

  test("is the same from both sides and a 32-bit number, for any two", () => {
    fc.assert(
      fc.property(host, host, port, port, (a, b, portA, portB) => {
        const forward = priority(a, b, portA, portB);
        expect(forward).toBe(priority(b, a, portB, portA));
        expect(Number.isInteger(forward) && (forward as number) >= 0 && (forward as number) < 2 ** 32).toBe(
          true,
        );
      }),
      { numRuns: fuzzRuns() },
    );
  });
});
