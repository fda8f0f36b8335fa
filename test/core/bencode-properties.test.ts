import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type BencodeInput,
  type BencodeValue,
  decodeDictionary,
  encodeBencode,
} from "../../src/core/bencode.ts";
import { type BencodeView, openBencode } from "../../src/core/bencode-document.ts";
import { MESSAGE_LIMITS, scanBencode, TORRENT_LIMITS } from "../../src/core/bencode-scanner.ts";
import { concatBytes, toHex, utf8Bytes, utf8Text } from "../../src/core/bytes.ts";
import { bencodeDictionaries, bencodedBytes, bencodeValues } from "../support/bencode-arbitraries.ts";
import { hostileBytes } from "../support/byte-arbitraries.ts";
import { fewerFuzzRuns, fuzzRuns } from "../support/fuzz-runs.ts";

const SEEDS = [
  "d8:announce3:url4:infod6:lengthi12345e4:name5:a.txt12:piece lengthi16384e6:pieces20:aaaaaaaaaaaaaaaaaaaaee",
  "d1:ad2:id20:abcdefghij01234567896:target20:mnopqrstuvwxyz123456e1:q9:find_node1:t2:aa1:y1:qe",
  "d1:bi1e1:ai2e1:cl1:xd1:zi0e1:yi-1eeee",
  "llllleeeee",
].map(utf8Bytes);

/** What a document says when every value in it is read. */
function readAll(view: BencodeView): unknown {
  if (view.kind === "dictionary") {
    return Object.fromEntries([...view.entries()].map(([key, value]) => [utf8Text(key), readAll(value)]));
  }
  if (view.kind === "list") return [...view.items()].map(readAll);
  return view.kind === "integer" ? view.integer() : toHex(view.bytes() ?? new Uint8Array(0));
}

/** The same for an input of the encoder or a decoded value. */
function normalise(value: BencodeInput | BencodeValue): unknown {
  if (value instanceof Uint8Array) return toHex(value);
  if (Array.isArray(value)) return value.map(normalise);
  if (typeof value !== "object") return typeof value === "string" ? toHex(utf8Bytes(value)) : value;
  const entries = Object.entries(value as { [key: string]: BencodeInput });
  return Object.fromEntries(entries.map(([key, item]) => [key, normalise(item)]));
}

describe("PA01: the scanner", () => {
  test("takes arbitrary and damaged bytes without an exception, and marks the end within them", () => {
    fc.assert(
      fc.property(hostileBytes(SEEDS), fc.boolean(), (bytes, allowTrailing) => {
        const scan = scanBencode(bytes, { ...TORRENT_LIMITS, allowTrailing });
        if (!scan.ok) return scan.fault.code === "bencode-invalid";
        return allowTrailing ? scan.value.end <= bytes.length : scan.value.end === bytes.length;
      }),
      { numRuns: fuzzRuns() },
    );
  });

  test("accepts everything that is canonical, and no beginning of it", () => {
    fc.assert(
      fc.property(bencodedBytes(), fc.nat(), (bytes, cut) => {
        expect(scanBencode(bytes, { maxDepth: 32, maxTokens: 10_000 }).ok).toBe(true);
        expect(scanBencode(bytes.subarray(0, cut % bytes.length), TORRENT_LIMITS).ok).toBe(false);
      }),
      { numRuns: fewerFuzzRuns(5) },
    );
  });

  test("finds the end of a value in front of any payload", () => {
    fc.assert(
      fc.property(bencodedBytes(), fc.uint8Array({ maxLength: 32 }), (bytes, payload) => {
        const scan = scanBencode(concatBytes([bytes, payload]), { ...TORRENT_LIMITS, allowTrailing: true });
        expect(scan).toMatchObject({ ok: true, value: { end: bytes.length } });
      }),
      { numRuns: fewerFuzzRuns(5) },
    );
  });
});

describe("PA01: documents", () => {
  test("can be read to the last value whatever passed the scanner", () => {
    fc.assert(
      fc.property(hostileBytes(SEEDS), (bytes) => {
        const document = openBencode(bytes, TORRENT_LIMITS);
        if (document.ok) readAll(document.value);
        return true;
      }),
      { numRuns: fuzzRuns() },
    );
  });

  test("say what was encoded", () => {
    fc.assert(
      fc.property(bencodeValues(), (value) => {
        const bytes = encodeBencode(value);
        const document = openBencode(bytes, TORRENT_LIMITS);
        expect(document.ok && readAll(document.value)).toEqual(normalise(value));
        expect(document.ok && document.value.raw()).toEqual(bytes);
      }),
      { numRuns: fewerFuzzRuns(20) },
    );
  });
});

describe("PA01: decoded dictionaries", () => {
  test("take arbitrary and damaged bytes without an exception", () => {
    fc.assert(
      fc.property(hostileBytes(SEEDS), (bytes) => {
        const result = decodeDictionary(bytes, { ...MESSAGE_LIMITS, allowTrailing: true });
        return result.ok ? result.value.end <= bytes.length : result.fault.message.length > 0;
      }),
      { numRuns: fuzzRuns() },
    );
  });

  test("are encoded and decoded without loss", () => {
    fc.assert(
      fc.property(bencodeDictionaries(), (value) => {
        const result = decodeDictionary(encodeBencode(value), TORRENT_LIMITS);
        expect(result.ok && normalise(result.value.value)).toEqual(normalise(value));
      }),
      { numRuns: fewerFuzzRuns(5) },
    );
  });
});
