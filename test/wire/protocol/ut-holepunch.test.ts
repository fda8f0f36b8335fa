import fc from "fast-check";
import { expect, test } from "vitest";
import { fromHex, toHex } from "../../../src/core/bytes.ts";
import { endpoint } from "../../../src/core/endpoint.ts";
import {
  decodeHolepunch,
  encodeHolepunch,
  type HolepunchMessage,
} from "../../../src/wire/protocol/ut-holepunch.ts";
import { fewerFuzzRuns, fuzzRuns } from "../../support/fuzz-runs.ts";

const V4 = endpoint("10.0.0.7", 6881);
const V6 = endpoint("2001:db8::7", 6881);

test.each<[string, HolepunchMessage]>([
  ["00000a0000071ae100000000", { type: "rendezvous", address: V4, error: undefined }],
  ["01000a0000071ae100000000", { type: "connect", address: V4, error: undefined }],
  ["02000a0000071ae100000002", { type: "error", address: V4, error: "not-connected" }],
  ["020120010db80000000000000000000000071ae100000004", { type: "error", address: V6, error: "no-self" }],
])("%s is written and read", (hex, message) => {
  expect(toHex(encodeHolepunch(message))).toBe(hex);
  expect(decodeHolepunch(fromHex(hex) ?? new Uint8Array(0))).toEqual({ ok: true, value: message });
});

test("a message without its error field is understood, and a code that nobody defined is none", () => {
  expect(decodeHolepunch(fromHex("01000a0000071ae1") ?? new Uint8Array(0))).toMatchObject({
    ok: true,
    value: { type: "connect", address: V4 },
  });
  expect(decodeHolepunch(fromHex("02000a0000071ae100000009") ?? new Uint8Array(0))).toMatchObject({
    ok: true,
    value: { error: undefined },
  });
});

test.each(["", "00", "03000a0000071ae100000000", "00020a0000071ae100000000", "01010a0000071ae100000000"])(
  "%s is no message",
  (hex) => {
    expect(decodeHolepunch(fromHex(hex) ?? new Uint8Array(0)).ok).toBe(false);
  },
);

test("every message survives the way, and no bytes make the reader fail", () => {
  const addresses = fc
    .tuple(
      fc.constantFrom("10.0.0.7", "255.1.2.3", "2001:db8::7", "::1"),
      fc.integer({ min: 0, max: 65_535 }),
    )
    .map(([host, port]) => endpoint(host, port));
  fc.assert(
    fc.property(fc.constantFrom("rendezvous", "connect", "error"), addresses, (type, address) => {
      const message: HolepunchMessage = { type, address, error: type === "error" ? "no-support" : undefined };
      expect(decodeHolepunch(encodeHolepunch(message))).toEqual({ ok: true, value: message });
    }),
    { numRuns: fewerFuzzRuns(10) },
  );
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 30 }), (body) => {
      const message = decodeHolepunch(body);
      if (message.ok) expect([8, 12, 20, 24]).toContain(body.length);
    }),
    { numRuns: fuzzRuns() },
  );
});
