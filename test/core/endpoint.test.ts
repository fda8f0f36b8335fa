import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  addressBytes,
  endpoint,
  formatAddress,
  formatEndpoint,
  parseEndpoint,
} from "../../src/core/endpoint.ts";
import { fuzzRuns } from "../support/fuzz-runs.ts";

describe("an endpoint", () => {
  test.each([
    ["1.2.3.4:6881", { host: "1.2.3.4", port: 6881, family: 4 }],
    ["[2001:db8::1]:65535", { host: "2001:db8::1", port: 65_535, family: 6 }],
    ["[2001:0DB8:0:0::0:1]:1", { host: "2001:db8::1", port: 1, family: 6 }],
    ["[::ffff:1.2.3.4]:80", { host: "::ffff:102:304", port: 80, family: 6 }],
    ["[::]:1", { host: "::", port: 1, family: 6 }],
  ])("is read from %s", (text, expected) => {
    expect(parseEndpoint(text)).toEqual(expected);
  });

  test.each([
    "",
    "1.2.3.4",
    "1.2.3.4:0",
    "1.2.3.4:65536",
    "1.2.3.4:99999999999999999999",
    "1.2.3.4:-1",
    "1.2.3.4:1 ",
    "1.2.3:80",
    "1.2.3.4.5:80",
    "1.2.3.256:80",
    "01.2.3.4:80",
    "0x7f.1:80",
    "2130706433:80",
    "localhost:80",
    "example.org:6881",
    "::1:80",
    "[::1]",
    "[::1]80",
    "[1::2::3]:80",
    "[1:2:3:4:5:6:7]:80",
    "[1:2:3:4:5:6:7:8:9]:80",
    "[1:2:3:4:5:6:7::8]:80",
    "[12345::]:80",
    "[fe80::1%eth0]:80",
    "[1.2.3.4]:80",
  ])("is not read from %j", (text) => {
    expect(parseEndpoint(text)).toBeUndefined();
  });

  test("survives its own text", () => {
    const addresses = fc.oneof(
      fc.uint8Array({ minLength: 4, maxLength: 4 }),
      fc.uint8Array({ minLength: 16, maxLength: 16 }),
      fc
        .array(fc.constantFrom(0, 0, 1, 255), { minLength: 16, maxLength: 16 })
        .map((b) => Uint8Array.from(b)),
    );
    fc.assert(
      fc.property(addresses, fc.integer({ min: 1, max: 65_535 }), (bytes, port) => {
        const original = endpoint(formatAddress(bytes), port);
        expect(parseEndpoint(formatEndpoint(original))).toEqual(original);
        expect(addressBytes(original.host)).toEqual(bytes);
      }),
    );
  });

  test("is looked for in arbitrary text without an exception", () => {
    const parts = fc.constantFrom(
      ":",
      "::",
      ".",
      "[",
      "]",
      "1",
      "255",
      "256",
      "ffff",
      "0",
      "65535",
      "x",
      " ",
    );
    const text = fc.oneof(
      fc.string(),
      fc.array(parts, { maxLength: 12 }).map((all) => all.join("")),
    );
    fc.assert(
      fc.property(text, (input) => {
        const parsed = parseEndpoint(input);
        return parsed === undefined || parseEndpoint(formatEndpoint(parsed)) !== undefined;
      }),
      { numRuns: fuzzRuns() },
    );
  });

  test("compresses the longest run of zeros, the first of equals, never a single one (RFC 5952)", () => {
    const text = (hex: string) =>
      formatAddress(Uint8Array.from(hex.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16)));
    expect(text("20010db8000000000001000000000001")).toBe("2001:db8::1:0:0:1");
    expect(text("20010db8000000010000000000000001")).toBe("2001:db8:0:1::1");
    expect(text("20010db8000100020003000400050000")).toBe("2001:db8:1:2:3:4:5:0");
    expect(text("00000000000000000000000000000000")).toBe("::");
  });

  test("with a port out of range is our own mistake and throws", () => {
    expect(() => endpoint("1.2.3.4", 65_536)).toThrow(RangeError);
    expect(() => endpoint("1.2.3.4", Number.NaN)).toThrow(RangeError);
  });
});
