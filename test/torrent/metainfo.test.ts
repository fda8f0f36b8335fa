import { describe, expect, test } from "vitest";
import { encodeBencode } from "../../src/core/bencode.ts";
import { concatBytes, toHex, utf8Bytes } from "../../src/core/bytes.ts";
import { sha1 } from "../../src/core/sha1.ts";
import {
  encodeTorrentFile,
  parseInfoDictionary,
  parseTorrentFile,
  withPaths,
} from "../../src/torrent/metainfo.ts";
import {
  aTorrent,
  type Fields,
  file,
  multiFileInfo,
  singleFileInfo,
  torrentBytes,
} from "../support/a-torrent.ts";

const info = (fields: Fields) => encodeBencode(fields as Parameters<typeof encodeBencode>[0]);

describe("a torrent of one file", () => {
  test("is its name, its length and its pieces", () => {
    const torrent = aTorrent(singleFileInfo({ name: "a.txt", pieces: new Uint8Array(40).fill(7) }));
    expect(torrent).toMatchObject({ name: "a.txt", isPrivate: false, isHybrid: false });
    expect(torrent.files).toEqual([
      { path: "a.txt", lengthBytes: 20_000, offsetBytes: 0, isPadding: false, wasRenamed: false },
    ]);
    expect([torrent.pieceMap.pieceCount, torrent.pieceMap.totalBytes]).toEqual([2, 20_000]);
    expect(torrent.pieceHashes).toEqual(new Uint8Array(40).fill(7));
  });
});

describe("a torrent of several files", () => {
  const torrent = aTorrent(
    multiFileInfo([file(["docs", "read me.txt"], 5), file(["empty"], 0), file(["data.bin"], 20_000)], {
      name: "bundle",
    }),
  );

  test("has them in its own folder, one behind the other", () => {
    expect(
      torrent.files.map(({ path, offsetBytes, lengthBytes }) => [path, offsetBytes, lengthBytes]),
    ).toEqual([
      ["bundle/docs/read me.txt", 0, 5],
      ["bundle/empty", 5, 0],
      ["bundle/data.bin", 5, 20_000],
    ]);
  });

  test("can be given other paths, which stay in the folder", () => {
    const moved = withPaths(torrent, new Map([[1, "bundle/empty."]]));
    expect(moved.files.map((each) => each.path)).toEqual([
      "bundle/docs/read me.txt",
      "bundle/empty.",
      "bundle/data.bin",
    ]);
    for (const path of ["../x", "/x", "a/../../x", "C:\\x", "a\\..\\x", "a\0b", ""]) {
      expect(() => withPaths(torrent, new Map([[0, path]]))).toThrow(RangeError);
    }
  });
});

describe("the info-hash", () => {
  test("covers the bytes of the info dictionary as they stand, also when its keys are unsorted", () => {
    const raw = utf8Bytes(`d4:name4:temp6:lengthi20000e6:pieces40:${"x".repeat(40)}12:piece lengthi16384ee`);
    const torrent = parseTorrentFile(concatBytes([utf8Bytes("d8:announce1:x4:info"), raw, utf8Bytes("e")]));
    expect(torrent.ok && torrent.value.rawInfo).toEqual(raw);
    expect(torrent.ok && torrent.value.id).toBe(toHex(sha1(raw)));
  });

  test("does not depend on what stands around, nor on unknown keys being understood", () => {
    const fields = singleFileInfo({ source: "X", similar: [new Uint8Array(20)], collections: ["a"] });
    const plain = aTorrent(fields);
    const decorated = aTorrent(fields, { announce: "http://x", nodes: [["router", 6881]], "dht nodes": 1 });
    expect(decorated.id).toBe(plain.id);
    expect(plain.id).not.toBe(aTorrent(singleFileInfo()).id);
  });

  test("is the same for metadata from peers", () => {
    const torrent = aTorrent(multiFileInfo([file(["a"])]), { announce: "http://x" });
    const metadata = parseInfoDictionary(torrent.rawInfo);
    expect(metadata.ok && metadata.value).toEqual({ ...torrent, ignoredTrackers: 0 });
  });

  test("survives being written to a torrent file again (P4)", () => {
    const raw = utf8Bytes(`d4:name4:temp6:lengthi20000e6:pieces40:${"x".repeat(40)}12:piece lengthi16384ee`);
    const bytes = encodeTorrentFile({
      rawInfo: raw,
      comment: "hi",
      createdBy: "Starling",
      createdAtUnixMs: 1_700_000_000_999,
    });
    const torrent = parseTorrentFile(bytes);
    expect(torrent).toMatchObject({
      ok: true,
      value: {
        id: toHex(sha1(raw)),
        comment: "hi",
        createdBy: "Starling",
        createdAtUnixMs: 1_700_000_000_000,
      },
    });
    expect(() => encodeTorrentFile({ rawInfo: utf8Bytes("d1:a") })).toThrow(TypeError);
  });

  test("is not shared with the input: a caller may reuse its buffer", () => {
    const bytes = torrentBytes(singleFileInfo());
    const torrent = parseTorrentFile(bytes);
    bytes.fill(0);
    expect(torrent.ok && toHex(sha1(torrent.value.rawInfo))).toBe(torrent.ok && torrent.value.id);
  });
});

describe("what stands around the info dictionary", () => {
  const read = (outer: Fields) => aTorrent(singleFileInfo(), outer);

  test("names trackers, which are counted once each and not used", () => {
    const tiers = [["http://a", "http://b"], ["http://a ", "", " udp://c"], "http://d", 7];
    expect(read({ announce: "http://a", "announce-list": tiers }).ignoredTrackers).toBe(4);
    expect(read({ announce: 5, "announce-list": "x" }).ignoredTrackers).toBe(1);
    expect(read({}).ignoredTrackers).toBe(0);
  });

  test("names web seeds, as one or as a list", () => {
    expect(read({ "url-list": " http://a/ " }).ignoredWebSeeds).toBe(1);
    expect(read({ "url-list": ["http://a", "http://b", "http://b", "http://c", ""] }).ignoredWebSeeds).toBe(
      3,
    );
    expect(read({ "url-list": "", httpseeds: ["http://x"] }).ignoredWebSeeds).toBe(1);
  });

  test("may be of any type without harm", () => {
    const torrent = read({
      comment: 7,
      "created by": ["x"],
      "creation date": "yesterday",
      "announce-list": { a: 1 },
    });
    expect([torrent.comment, torrent.createdBy, torrent.createdAtUnixMs]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  test("holds a comment, its UTF-8 form first, and at most 4 KiB of it", () => {
    expect(read({ comment: "x", "comment.utf-8": "ü" }).comment).toBe("ü");
    expect(read({ comment: "x".repeat(100_000) }).comment).toHaveLength(4096);
  });

  test("holds a date, unless no calendar has it", () => {
    expect(read({ "creation date": 1_700_000_000 }).createdAtUnixMs).toBe(1_700_000_000_000);
    expect(read({ "creation date": 9e15 }).createdAtUnixMs).toBeUndefined();
  });
});

test("a private torrent is parsed: it may be looked at", () => {
  expect(aTorrent(singleFileInfo({ private: 1 })).isPrivate).toBe(true);
  expect(aTorrent(singleFileInfo({ private: 0 })).isPrivate).toBe(false);
});

test("a file may end with white space, and with nothing else", () => {
  const bytes = torrentBytes(singleFileInfo());
  expect(parseTorrentFile(concatBytes([bytes, utf8Bytes("\r\n")])).ok).toBe(true);
  expect(parseTorrentFile(concatBytes([bytes, utf8Bytes("x")])).ok).toBe(false);
  expect(parseInfoDictionary(concatBytes([info(singleFileInfo()), utf8Bytes("\n")])).ok).toBe(false);
});

test("file names in UTF-8 are preferred to those in an unknown encoding", () => {
  const torrent = aTorrent(
    multiFileInfo([file([new Uint8Array([0xe4, 0x2e, 0x61])], 10, { "path.utf-8": ["ä.a"] })], {
      name: new Uint8Array([0xfc]),
      "name.utf-8": "ü",
    }),
  );
  expect(torrent.files[0]?.path).toBe("ü/ä.a");
});
