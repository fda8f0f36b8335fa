import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type BencodeInput, decodeDictionary, encodeBencode } from "../../src/core/bencode.ts";
import { TORRENT_LIMITS } from "../../src/core/bencode-scanner.ts";
import { endpoint } from "../../src/core/endpoint.ts";
import { infoHashFrom } from "../../src/core/ids.ts";
import { sha1 } from "../../src/core/sha1.ts";
import {
  decodeResumeData,
  encodeResumeData,
  openRecord,
  type ResumeData,
  sealRecord,
} from "../../src/storage/index.ts";
import { misusedDictionaries } from "../support/bencode-arbitraries.ts";
import { hostileBytes } from "../support/byte-arbitraries.ts";
import { fewerFuzzRuns, fuzzRuns } from "../support/fuzz-runs.ts";

const rawInfo = new TextEncoder().encode("d4:name1:ae");

const FRESH: ResumeData = {
  infoHash: infoHashFrom(new Uint8Array(20).fill(7)),
  folder: "/home/x/Downloads",
  ignoredTrackers: 0,
  ignoredWebSeeds: 0,
  isPaused: false,
  isSeedOnly: false,
  addedAtUnixMs: 1_700_000_000_000,
  downloadedBytes: 0,
  uploadedBytes: 0,
  usesDefaultGoal: true,
  seedingMs: 0,
  labels: [],
  isSequential: false,
  peers: [],
};

const FULL: ResumeData = {
  ...FRESH,
  infoHash: infoHashFrom(sha1(rawInfo)),
  rawInfo,
  displayName: "Näme",
  selectOnly: "0,2-4",
  select: "*.mkv",
  ignoredTrackers: 3,
  ignoredWebSeeds: 1,
  isPaused: true,
  isSeedOnly: true,
  finishedAtUnixMs: 1_700_000_001_234,
  downloadedBytes: 2 ** 45,
  uploadedBytes: 17,
  maxDownBytesPerSecond: 1000,
  maxUpBytesPerSecond: 2000,
  seedRatio: 1.5,
  seedForMs: 3_600_000,
  usesDefaultGoal: false,
  seedingMs: 86_400_001,
  labels: ["films", "Übung 1"],
  isSequential: true,
  peers: [endpoint("1.2.3.4", 6881), endpoint("2001:db8::1", 51_413)],
  content: {
    have: Uint8Array.of(0b1010_0000),
    stamps: [
      { lengthBytes: 2 ** 40, modifiedUnixMs: 1_700_000_000_000.123 },
      null,
      { lengthBytes: 0, modifiedUnixMs: 0 },
    ],
    filePriorities: Uint8Array.of(4, 0, 7),
    isClean: true,
    paths: new Map([[1, "t/a. "]]),
  },
};

/** The bencoded fields of resume data, for damaging them. */
function fieldsOf(data: ResumeData): { readonly [key: string]: BencodeInput } {
  const record = openRecord(encodeResumeData(data));
  const dictionary = record.ok ? decodeDictionary(record.value, TORRENT_LIMITS) : record;
  if (!dictionary.ok) throw new Error(dictionary.fault.message);
  return dictionary.value.value as { readonly [key: string]: BencodeInput };
}

const withFields = (changes: { readonly [key: string]: BencodeInput | undefined }, data = FULL) =>
  decodeResumeData(sealRecord(encodeBencode({ ...fieldsOf(data), ...changes })));

const faultOf = (result: ReturnType<typeof decodeResumeData>) => (result.ok ? undefined : result.fault.code);

describe("resume data", () => {
  test.each([
    ["of a magnet link", FRESH],
    ["of a torrent with everything", FULL],
  ])("%s is read as it was saved", (_name, data) => {
    expect(decodeResumeData(encodeResumeData(data))).toMatchObject({ ok: true, value: data });
  });

  test("keeps at most 200 peers", () => {
    const peers = Array.from({ length: 500 }, (_, i) => endpoint("10.0.0.1", i + 1));
    const result = decodeResumeData(encodeResumeData({ ...FRESH, peers }));
    expect(result.ok && result.value.peers).toEqual(peers.slice(0, 200));
  });

  test("of a later version's fields is read without them, of a later version not at all", () => {
    expect(withFields({ "from-the-future": [1, 2] }).ok).toBe(true);
    expect(faultOf(withFields({ version: 2 }))).toBe("resume-version");
    expect(faultOf(withFields({ version: undefined }))).toBe("resume-version");
  });

  test.each<[string, { readonly [key: string]: BencodeInput | undefined }]>([
    ["no info-hash", { "info-hash": undefined }],
    ["a short info-hash", { "info-hash": new Uint8Array(19) }],
    ["metadata of another torrent", { info: "d4:name1:be" }],
    ["no folder", { folder: undefined }],
    ["an empty folder", { folder: "" }],
    ["a NUL in the folder", { folder: "/a\0b" }],
    ["no time", { added: "x" }],
    ["content that is none", { content: [] }],
    ["content without a bitfield", { content: { priorities: "", stamps: "" } }],
    ["stamps of half a file", { content: { have: "", priorities: "\x01", stamps: new Uint8Array(17) } }],
    [
      "more stamps than priorities",
      { content: { have: "", priorities: "\x01", stamps: new Uint8Array(32) } },
    ],
    ["a priority of 8", { content: { have: "", priorities: "\x08", stamps: new Uint8Array(16) } }],
    [
      "a path out of the folder",
      { content: { have: "", paths: [[0, "../x"]], priorities: "\x01", stamps: new Uint8Array(16) } },
    ],
    [
      "an absolute path",
      { content: { have: "", paths: [[0, "/x"]], priorities: "\x01", stamps: new Uint8Array(16) } },
    ],
    [
      "a path of no file",
      { content: { have: "", paths: [[1, "x"]], priorities: "\x01", stamps: new Uint8Array(16) } },
    ],
    [
      "a path that is none",
      { content: { have: "", paths: ["x"], priorities: "\x01", stamps: new Uint8Array(16) } },
    ],
  ])("with %s is refused", (_name, changes) => {
    expect(faultOf(withFields(changes))).toBe("resume-invalid");
  });

  test("with broken conveniences is read without them", () => {
    const result = withFields({
      peers: "12345",
      peers6: 7,
      uploaded: -5,
      "max-down": "fast",
      "seed-permille": -1,
      name: 3,
    });
    expect(result).toMatchObject({ ok: true, value: { peers: [], uploadedBytes: 0 } });
    expect(
      result.ok && [result.value.maxDownBytesPerSecond, result.value.seedRatio, result.value.displayName],
    ).toEqual([undefined, undefined, undefined]);
  });

  test("that cannot be encoded is our own mistake and throws", () => {
    expect(() => encodeResumeData({ ...FRESH, downloadedBytes: 0.5 })).toThrow(TypeError);
  });

  // To look through the files for each file would take longer than a test may.
  test("ST17: of 250,000 files is saved and read in time", () => {
    const stamps = Array.from({ length: 250_000 }, (_, i) => ({ lengthBytes: i, modifiedUnixMs: i }));
    const content = {
      have: new Uint8Array(1000),
      stamps,
      filePriorities: new Uint8Array(250_000),
      isClean: true,
    };
    const result = decodeResumeData(encodeResumeData({ ...FRESH, content }));
    expect(result.ok && result.value.content?.stamps).toHaveLength(250_000);
  });
});

describe("PA19: resume data of arbitrary content", () => {
  const sound = (bytes: Uint8Array) => {
    const result = decodeResumeData(bytes);
    if (!result.ok) return /^(record-torn|resume-invalid|resume-version)$/.test(result.fault.code);
    const { content, rawInfo: info, infoHash } = result.value;
    const isWhole = info === undefined || sha1(info).every((byte, i) => byte === infoHash[i]);
    return isWhole && (content === undefined || content.stamps.length === content.filePriorities.length);
  };

  test("is torn, refused or sound", () => {
    const seeds = [FRESH, FULL].map(encodeResumeData);
    fc.assert(fc.property(hostileBytes(seeds), sound), { numRuns: fuzzRuns() });
  });

  test("is refused or sound where the checksum was made anew", () => {
    const seeds = [FRESH, FULL].map((data) => encodeResumeData(data).subarray(0, -20));
    fc.assert(fc.property(hostileBytes(seeds).map(sealRecord), sound), { numRuns: fuzzRuns() });
  });

  test("is refused or sound with arbitrary values under the right keys", () => {
    const { content, ...rest } = fieldsOf(FULL);
    const data = fc
      .tuple(
        misusedDictionaries(rest),
        misusedDictionaries(content as { readonly [key: string]: BencodeInput }),
      )
      .map(([outer, inner]) => sealRecord(encodeBencode({ ...outer, content: inner as BencodeInput })));
    fc.assert(fc.property(data, sound), { numRuns: fewerFuzzRuns(4) });
  });
});

test("a record of version 0.1, which knows no labels and no default goal, seeds until told otherwise", () => {
  const old = { "default-goal": undefined, labels: undefined, seeding: undefined, sequential: undefined };
  expect(withFields(old, FRESH)).toMatchObject({
    ok: true,
    value: { usesDefaultGoal: false, labels: [], seedingMs: 0, isSequential: false },
  });
});
