import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { encodeBencode } from "../../../src/core/bencode.ts";
import { concatBytes, utf8Bytes, utf8Text } from "../../../src/core/bytes.ts";
import { endpoint } from "../../../src/core/endpoint.ts";
import {
  decodePexMessage,
  encodePexMessage,
  PEX_REACHABLE,
  PEX_SEED,
  type PexMessage,
} from "../../../src/wire/protocol/ut-pex.ts";
import { misusedDictionaries } from "../../support/bencode-arbitraries.ts";
import { fuzzRuns } from "../../support/fuzz-runs.ts";

const V4 = endpoint("10.1.2.3", 6_881);
const V6 = endpoint("fd00::7", 51_413);

function decode(...parts: readonly (string | Uint8Array)[]): PexMessage {
  const result = decodePexMessage(concatBytes(parts.map((p) => (typeof p === "string" ? utf8Bytes(p) : p))));
  if (!result.ok) throw new Error(result.fault.message);
  return result.value;
}

/** `count` distinct compact IPv4 endpoints. */
function compact(count: number): Uint8Array {
  return concatBytes(Array.from({ length: count }, (_, i) => Uint8Array.of(10, 0, i >> 8, i & 0xff, 1, 1)));
}

describe("ut_pex", () => {
  test("what is encoded is decoded again, both families and flags", () => {
    const message: PexMessage = {
      added: [
        { address: V4, flags: PEX_SEED },
        { address: V6, flags: PEX_SEED | PEX_REACHABLE },
      ],
      dropped: [endpoint("10.1.2.4", 1), endpoint("fd00::8", 65_535)],
    };

    expect(decode(encodePexMessage(message))).toEqual(message);
  });

  test("the fields are those of BEP 11", () => {
    const body = encodePexMessage({
      added: [{ address: endpoint("65.66.67.68", 0x4546), flags: 0x41 }],
      dropped: [],
    });

    expect(utf8Text(body)).toBe("d5:added6:ABCDEF7:added.f1:A7:dropped0:e");
  });

  test("absent fields are empty lists", () => {
    expect(decode("de")).toEqual({ added: [], dropped: [] });
  });

  test.each([
    "d5:added5:ABCDEe",
    "d6:added617:AAAAAAAAAAAAAAAAAe",
    "d7:dropped7:ABCDEFGe",
    "d8:dropped61:Ae",
    "le",
    "x",
  ])("PA15 %s is a fault", (body) => {
    expect(decodePexMessage(utf8Bytes(body)).ok).toBe(false);
  });

  test("PA15 flags that do not match the list are taken for none", () => {
    expect(decode("d5:added6:ABCDEF7:added.f2:zze").added).toMatchObject([{ flags: 0 }]);
  });

  test("PA15 of a thousand addresses fifty are used", () => {
    const list = compact(1_000);

    const message = decode("d5:added6000:", list, "7:dropped6000:", list, "e");

    expect(message.added).toHaveLength(50);
    expect(message.dropped).toHaveLength(50);
  });

  test("an address that occurs twice counts once, and port 0 is nobody's", () => {
    expect(decode("d5:added24:ABCDEFABCDEFABCD\0\0ABCDEGe").added.map(({ address }) => address.port)).toEqual(
      [0x4546, 0x4547],
    );
  });

  test("PA15 whatever the fields are, no more than fifty of each come out", () => {
    const fields = misusedDictionaries({
      added: compact(60),
      "added.f": new Uint8Array(60).fill(2),
      added6: new Uint8Array(36).fill(7),
      "added6.f": new Uint8Array(2),
      dropped: compact(7),
      dropped6: new Uint8Array(0),
    });
    fc.assert(
      fc.property(fc.oneof(fields.map(encodeBencode), fc.uint8Array({ maxLength: 200 })), (bytes) => {
        const result = decodePexMessage(bytes);
        if (!result.ok) return;
        expect(result.value.added.length).toBeLessThanOrEqual(50);
        expect(result.value.dropped.length).toBeLessThanOrEqual(50);
        expect(result.value.added.every(({ address, flags }) => address.port > 0 && flags < 256)).toBe(true);
      }),
      { numRuns: fuzzRuns() },
    );
  });
});
