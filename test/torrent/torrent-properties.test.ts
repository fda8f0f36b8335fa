import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type BencodeInput, encodeBencode } from "../../src/core/bencode.ts";
import { toHex } from "../../src/core/bytes.ts";
import type { Decoded } from "../../src/core/decoded.ts";
import { sha1 } from "../../src/core/sha1.ts";
import { staysInside } from "../../src/torrent/disk-names.ts";
import {
  encodeTorrentFile,
  type Metainfo,
  parseInfoDictionary,
  parseTorrentFile,
} from "../../src/torrent/metainfo.ts";
import { file, multiFileInfo, singleFileInfo, torrentBytes } from "../support/a-torrent.ts";
import { misusedDictionaries } from "../support/bencode-arbitraries.ts";
import { hostileBytes } from "../support/byte-arbitraries.ts";
import { fewerFuzzRuns, fuzzRuns } from "../support/fuzz-runs.ts";

const HYBRID = multiFileInfo([file(["a"], 10), file(["b", "c"], 0)], {
  "file tree": {
    a: { "": { length: 10, "pieces root": new Uint8Array(32).fill(1) } },
    b: { c: { "": { length: 0 } } },
  },
  "meta version": 2,
});
const INFOS = [
  singleFileInfo({ private: 1, "name.utf-8": "tëmp" }),
  multiFileInfo([
    file(["a", "b"], 10),
    file([".pad", "6"], 6, { attr: "p" }),
    file(["c"], 0, { "path.utf-8": ["ç"] }),
  ]),
  HYBRID,
];
const SURROUNDINGS = {
  announce: "http://a",
  "announce-list": [["http://a"], ["udp://b"]],
  comment: "c",
  "created by": "x",
  "creation date": 1_700_000_000,
  "url-list": ["http://w"],
};
const SEEDS = INFOS.map((info) => torrentBytes(info, SURROUNDINGS));

/** What is promised of every torrent that is not refused. */
function assertSound(torrent: Metainfo): void {
  const { files, pieceMap } = torrent;
  expect(toHex(sha1(torrent.rawInfo))).toBe(torrent.id);
  expect(torrent.pieceHashes.length).toBe(20 * pieceMap.pieceCount);
  let offsetBytes = 0;
  const taken = new Set<string>();
  for (const each of files) {
    expect(each.offsetBytes).toBe(offsetBytes);
    offsetBytes += each.lengthBytes;
    expect(staysInside(each.path)).toBe(true);
    expect(each.path === torrent.name || each.path.startsWith(`${torrent.name}/`)).toBe(true);
    if (each.isPadding) continue;
    expect(taken.has(each.path.toLowerCase())).toBe(false);
    taken.add(each.path.toLowerCase());
  }
  expect(offsetBytes).toBe(pieceMap.totalBytes);
  const again = parseTorrentFile(encodeTorrentFile(torrent));
  expect(again.ok && again.value.id).toBe(torrent.id);
}

function check(result: Decoded<Metainfo>): void {
  if (result.ok) assertSound(result.value);
  else expect(result.fault.code).toMatch(/^(torrent-[a-z-]+|v2-only)$/);
}

describe("PA17: torrent files", () => {
  test("of arbitrary and damaged bytes are refused with a fault or sound", () => {
    fc.assert(
      fc.property(hostileBytes(SEEDS), (bytes) => {
        check(parseTorrentFile(bytes));
      }),
      { numRuns: fuzzRuns() },
    );
  });

  test("with arbitrary values under the right keys are refused with a fault or sound", () => {
    const infos = fc.oneof(
      ...INFOS.map((info) => misusedDictionaries(info as { [key: string]: BencodeInput })),
    );
    fc.assert(
      fc.property(infos, misusedDictionaries(SURROUNDINGS), (info, surroundings) => {
        check(parseTorrentFile(encodeBencode({ ...surroundings, info } as BencodeInput)));
      }),
      { numRuns: fewerFuzzRuns(2) },
    );
  });

  test("with arbitrary fields in their files are refused with a fault or sound", () => {
    const files = fc.array(misusedDictionaries({ attr: "p", length: 10, path: ["a", "b"] }), {
      maxLength: 4,
    });
    fc.assert(
      fc.property(files, (list) => {
        check(parseTorrentFile(torrentBytes(multiFileInfo(list as BencodeInput[]))));
      }),
      { numRuns: fewerFuzzRuns(2) },
    );
  });
});

describe("PA17: metadata from peers", () => {
  test("of arbitrary and damaged bytes is refused with a fault or sound", () => {
    const seeds = INFOS.map((info) => encodeBencode(info as BencodeInput));
    fc.assert(
      fc.property(hostileBytes(seeds), (bytes) => {
        check(parseInfoDictionary(bytes));
      }),
      { numRuns: fuzzRuns() },
    );
  });
});
