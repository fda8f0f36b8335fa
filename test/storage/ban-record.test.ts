import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { encodeBencode } from "../../src/core/bencode.ts";
import { decodeBans, encodeBans, sealRecord } from "../../src/storage/index.ts";
import { hostileBytes } from "../support/byte-arbitraries.ts";
import { fuzzRuns } from "../support/fuzz-runs.ts";

const BANS = {
  savedAtUnixMs: 1_700_000_000_000,
  bans: [
    { party: "192.0.2.7", remainingMs: 86_400_000 },
    { party: "[2001:db8::7]:6881", remainingMs: 5 },
  ],
};

describe("the list of bans", () => {
  test("comes back as it was saved", () => {
    expect(decodeBans(encodeBans(BANS))).toEqual({ ok: true, value: BANS });
  });

  test("passes over what is no ban", () => {
    const bans = [["a", 5], ["b", -1], ["c"], 7, [8, 9]];
    const bytes = sealRecord(encodeBencode({ bans, "saved-at": 1, version: 1 }));

    expect(decodeBans(bytes)).toEqual({
      ok: true,
      value: { savedAtUnixMs: 1, bans: [{ party: "a", remainingMs: 5 }] },
    });
  });

  test("PA19: of arbitrary bytes is a fault or a list", () => {
    const sound = (bytes: Uint8Array) => {
      const result = decodeBans(bytes);
      return result.ok
        ? Array.isArray(result.value.bans)
        : /^(record-torn|bans-invalid)$/.test(result.fault.code);
    };
    fc.assert(fc.property(hostileBytes([encodeBans(BANS)]), sound), { numRuns: fuzzRuns() });
    const sealed = hostileBytes([encodeBencode({ bans: [["a", 1]], "saved-at": 1, version: 1 })]).map(
      sealRecord,
    );
    fc.assert(fc.property(sealed, sound), { numRuns: fuzzRuns() });
  });
});
