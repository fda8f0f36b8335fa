import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { encodeBencode } from "../../src/core/bencode.ts";
import { infoHashFrom, infoHashHex } from "../../src/core/ids.ts";
import {
  decodeSessionList,
  encodeSessionList,
  resumeRecordName,
  sealRecord,
  torrentOfRecord,
} from "../../src/storage/index.ts";
import { bencodeDictionaries } from "../support/bencode-arbitraries.ts";
import { hostileBytes } from "../support/byte-arbitraries.ts";
import { fewerFuzzRuns, fuzzRuns } from "../support/fuzz-runs.ts";

const ids = fc.uint8Array({ minLength: 20, maxLength: 20 }).map((bytes) => infoHashHex(infoHashFrom(bytes)));

describe("the list of torrents", () => {
  test("keeps its order", () => {
    fc.assert(
      fc.property(fc.uniqueArray(ids, { maxLength: 10 }), (order) => {
        expect(decodeSessionList(encodeSessionList(order))).toEqual({ ok: true, value: order });
      }),
    );
  });

  test("names each torrent once and passes over what is none", () => {
    const [a, b] = [new Uint8Array(20).fill(1), new Uint8Array(20).fill(2)];
    const bytes = sealRecord(encodeBencode({ future: 1, torrents: [a, b, a, 7, "short", [a]], version: 1 }));
    expect(decodeSessionList(bytes)).toEqual({ ok: true, value: ["01".repeat(20), "02".repeat(20)] });
  });

  test("PA19: of arbitrary bytes and values is a fault or a list", () => {
    const sound = (bytes: Uint8Array) => {
      const result = decodeSessionList(bytes);
      return result.ok
        ? Array.isArray(result.value)
        : /^(record-torn|session-list-invalid)$/.test(result.fault.code);
    };
    fc.assert(fc.property(hostileBytes([encodeSessionList([])]), sound), { numRuns: fuzzRuns() });
    fc.assert(
      fc.property(
        hostileBytes([encodeBencode({ torrents: [new Uint8Array(20)], version: 1 })]).map(sealRecord),
        sound,
      ),
      { numRuns: fuzzRuns() },
    );
    fc.assert(
      fc.property(
        bencodeDictionaries().map((value) => sealRecord(encodeBencode({ ...value, version: 1 }))),
        sound,
      ),
      {
        numRuns: fewerFuzzRuns(10),
      },
    );
  });
});

describe("names of records", () => {
  test("tell which torrent they belong to", () => {
    fc.assert(
      fc.property(ids, (id) => {
        expect(torrentOfRecord(resumeRecordName(id))).toBe(id);
      }),
    );
    for (const name of [
      "",
      "dht",
      "resume-",
      "resume-xyz",
      `torrent-${"ab".repeat(20)}`,
      `resume-${"ab".repeat(21)}`,
    ]) {
      expect(torrentOfRecord(name)).toBeUndefined();
    }
  });
});
