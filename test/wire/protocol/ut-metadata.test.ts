import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { encodeBencode } from "../../../src/core/bencode.ts";
import { concatBytes, utf8Bytes, utf8Text } from "../../../src/core/bytes.ts";
import {
  decodeMetadataMessage,
  encodeMetadataData,
  encodeMetadataReject,
  encodeMetadataRequest,
} from "../../../src/wire/protocol/ut-metadata.ts";
import { misusedDictionaries } from "../../support/bencode-arbitraries.ts";
import { fuzzRuns } from "../../support/fuzz-runs.ts";

function decode(bytes: Uint8Array) {
  const result = decodeMetadataMessage(bytes);
  if (!result.ok) throw new Error(result.fault.message);
  return result.value;
}

describe("ut_metadata", () => {
  test("requests and rejects are those of BEP 9", () => {
    expect(utf8Text(encodeMetadataRequest(0))).toBe("d8:msg_typei0e5:piecei0ee");
    expect(utf8Text(encodeMetadataReject(0))).toBe("d8:msg_typei2e5:piecei0ee");
    expect(decode(encodeMetadataRequest(7))).toEqual({ kind: "request", block: 7 });
    expect(decode(encodeMetadataReject(7))).toEqual({ kind: "reject", block: 7 });
  });

  test("data carries its block behind the dictionary", () => {
    const payload = Uint8Array.from({ length: 3_616 }, (_, i) => i % 251);

    expect(decode(encodeMetadataData(1, 20_000, payload))).toEqual({
      kind: "data",
      block: 1,
      totalBytes: 20_000,
      payload,
    });
  });

  test("payload that looks like the end of a dictionary is payload", () => {
    const message = concatBytes([utf8Bytes("d8:msg_typei1e5:piecei0e10:total_sizei4eeee"), utf8Bytes("ee")]);

    expect(decode(message)).toEqual({ kind: "data", block: 0, totalBytes: 4, payload: utf8Bytes("eeee") });
  });

  test("message types that nobody knows are unknown, not faults", () => {
    expect(decode(utf8Bytes("d8:msg_typei9ee"))).toEqual({ kind: "unknown" });
  });

  test("PA14 negative pieces, missing sizes and missing types are faults", () => {
    for (const text of [
      "d8:msg_typei0e5:piecei-1ee",
      "d8:msg_typei1e5:piecei0ee",
      "d8:msg_typei1e5:piecei0e10:total_sizei0ee",
      "d5:piecei0ee",
      "d8:msg_type1:05:piecei0ee",
      "le",
      "",
    ]) {
      expect(decodeMetadataMessage(utf8Bytes(text)).ok, text).toBe(false);
    }
  });

  test("PA14 arbitrary fields and arbitrary bytes never throw, and blocks are never negative", () => {
    const fields = misusedDictionaries({ msg_type: 1, piece: 0, total_size: 16_384 }).map(encodeBencode);
    const message = fc.tuple(fields, fc.uint8Array({ maxLength: 40 })).map(concatBytes);
    fc.assert(
      fc.property(fc.oneof(message, fc.uint8Array({ maxLength: 200 })), (bytes) => {
        const result = decodeMetadataMessage(bytes);
        if (result.ok && result.value.kind !== "unknown")
          expect(result.value.block).toBeGreaterThanOrEqual(0);
      }),
      { numRuns: fuzzRuns() },
    );
  });
});
