import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseInfoDictionary } from "../../src/torrent/metainfo.ts";
import { buildInfoDictionary, choosePieceBytes, inTorrentOrder } from "../../src/torrent/torrent-builder.ts";

const KIB = 1024;
const MIB = 1024 * KIB;
const GIB = 1024 * MIB;
const TIB = 1024 * GIB;

describe("the piece length", () => {
  test.each([
    [1, 16 * KIB],
    [32 * MIB, 16 * KIB],
    [32 * MIB + 1, 32 * KIB],
    [700 * MIB, 512 * KIB],
    [1 * GIB, 512 * KIB],
    [8 * GIB, 4 * MIB],
    [100 * GIB, 16 * MIB],
    [4 * TIB, 16 * MIB],
    [8 * TIB, 32 * MIB],
    [256 * TIB - 1, 512 * MIB],
  ])("for %i bytes is %i", (totalBytes, pieceBytes) => {
    expect(choosePieceBytes(totalBytes)).toBe(pieceBytes);
  });

  test("never gives more pieces than a torrent may have, nor hashes that outgrow other clients' limits", () => {
    fc.assert(
      fc.property(fc.double({ min: 1, max: 2 ** 48 - 1, noNaN: true }), (size) => {
        const pieces = Math.ceil(Math.floor(size) / choosePieceBytes(Math.floor(size)));
        return pieces <= 524_288;
      }),
    );
  });
});

describe("the order of files", () => {
  test("is that of their names, element by element in bytes, whatever the file system lists", () => {
    const names = ["t/b", "t/a/z", "t/a.txt", "t/a/b", "t/Z", "t/é", "t/\u{1f600}", "t/\uffee"];
    const sorted = inTorrentOrder(names.map((path) => ({ path }))).map((each) => each.path);
    expect(sorted).toEqual(["t/Z", "t/a/b", "t/a/z", "t/a.txt", "t/b", "t/é", "t/\uffee", "t/\u{1f600}"]);
    expect(inTorrentOrder([...sorted].reverse().map((path) => ({ path }))).map((each) => each.path)).toEqual(
      sorted,
    );
  });
});

describe("a built info dictionary", () => {
  const hashes = (pieces: number) => new Uint8Array(20 * pieces).fill(3);

  test("of one file is read back", () => {
    const rawInfo = buildInfoDictionary({
      name: "a.txt",
      files: [{ path: "a.txt", lengthBytes: 20_000 }],
      pieceBytes: 16_384,
      pieceHashes: hashes(2),
    });
    expect(parseInfoDictionary(rawInfo)).toMatchObject({
      ok: true,
      value: {
        name: "a.txt",
        isPrivate: false,
        files: [{ path: "a.txt", lengthBytes: 20_000 }],
        pieceHashes: hashes(2),
      },
    });
  });

  test("of several files is read back, empty ones among them", () => {
    const files = [
      { path: "t/a", lengthBytes: 16_384 },
      { path: "t/b/c", lengthBytes: 0 },
      { path: "t/d", lengthBytes: 1 },
    ];
    const rawInfo = buildInfoDictionary({
      name: "t",
      files,
      pieceBytes: 16_384,
      pieceHashes: hashes(2),
      isPrivate: true,
    });
    const parsed = parseInfoDictionary(rawInfo);
    expect(parsed).toMatchObject({ ok: true, value: { isPrivate: true } });
    expect(parsed.ok && parsed.value.files.map(({ path, lengthBytes }) => ({ path, lengthBytes }))).toEqual(
      files,
    );
  });

  test("of a folder with one file of its own name keeps the folder", () => {
    const files = [{ path: "t/t", lengthBytes: 1 }];
    const parsed = parseInfoDictionary(
      buildInfoDictionary({ name: "t", files, pieceBytes: 16_384, pieceHashes: hashes(1) }),
    );
    expect(parsed.ok && parsed.value.files[0]?.path).toBe("t/t");
  });

  test("depends on the content alone", () => {
    const torrent = {
      name: "t",
      files: [{ path: "t", lengthBytes: 1 }],
      pieceBytes: 16_384,
      pieceHashes: hashes(1),
    };
    expect(new TextDecoder("latin1").decode(buildInfoDictionary(torrent))).toBe(
      `d6:lengthi1e4:name1:t12:piece lengthi16384e6:pieces20:${"\x03".repeat(20)}e`,
    );
  });

  test("whose parts do not fit is our own mistake and throws", () => {
    const good = {
      name: "t",
      files: [{ path: "t", lengthBytes: 1 }],
      pieceBytes: 16_384,
      pieceHashes: hashes(1),
    };
    expect(() => buildInfoDictionary({ ...good, pieceHashes: hashes(2) })).toThrow("one hash for each piece");
    expect(() => buildInfoDictionary({ ...good, files: [{ path: "t", lengthBytes: 0 }] })).toThrow(
      "at least one byte",
    );
    expect(() => buildInfoDictionary({ ...good, files: [{ path: "u/a", lengthBytes: 1 }] })).toThrow(
      "folder",
    );
  });
});
