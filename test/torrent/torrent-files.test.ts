/**
 * PA17: torrents as strange as those that libtorrent and transmission test with, made by hand under the names that
 * those projects gave them. Where our rules for names on disk differ from theirs, ours are expected.
 */
import { describe, expect, test } from "vitest";
import type { BencodeInput } from "../../src/core/bencode.ts";
import { concatBytes, utf8Bytes } from "../../src/core/bytes.ts";
import { parseTorrentFile } from "../../src/torrent/metainfo.ts";
import {
  aTorrent,
  type Fields,
  file,
  multiFileInfo,
  PIECE_BYTES,
  singleFileInfo,
  torrentBytes,
} from "../support/a-torrent.ts";

const root = new Uint8Array(32).fill(9);
const padding = (length: number): Fields => file([".pad", String(length)], length, { attr: "p" });
const treeFile = (length: number, fields: Fields = {}): Fields => ({
  "": { length, "pieces root": length > 0 ? root : undefined, ...fields },
});

/** A hybrid of two files, aligned by padding. */
function hybridInfo(tree: BencodeInput | Fields, fields: Fields = {}): Fields {
  const files = [file(["a"], 1000), padding(PIECE_BYTES - 1000), file(["b"], 10)];
  return multiFileInfo(files, { "meta version": 2, "file tree": tree as BencodeInput, ...fields });
}
const goodTree: Fields = { a: treeFile(1000), b: treeFile(10) };

function faultOf(bytes: Uint8Array): string | undefined {
  const result = parseTorrentFile(bytes);
  return result.ok ? undefined : result.fault.code;
}

describe("PA17: refused", () => {
  test.each<[string, string, BencodeInput | Fields]>([
    ["missing_piece_len", "torrent-piece-length", singleFileInfo({ "piece length": undefined })],
    ["invalid_piece_len", "torrent-piece-length", singleFileInfo({ "piece length": "16384" })],
    ["negative_piece_len", "torrent-piece-length", singleFileInfo({ "piece length": -16_384 })],
    ["a piece length of 0", "torrent-piece-length", singleFileInfo({ "piece length": 0 })],
    [
      "a piece length beyond 512 MiB",
      "torrent-piece-length",
      singleFileInfo({ "piece length": 2 ** 29 + 1 }),
    ],
    ["no_name", "torrent-no-name", singleFileInfo({ name: undefined })],
    ["bad_name", "torrent-no-name", singleFileInfo({ name: 7 })],
    ["invalid_name", "torrent-no-name", singleFileInfo({ name: ["temp"] })],
    ["invalid_info", "torrent-no-info", "info"],
    ["info is a list", "torrent-no-info", ["a"]],
    ["negative_size", "torrent-length", singleFileInfo({ length: -1 })],
    ["negative_file_size", "torrent-length", multiFileInfo([file(["a"], 5), file(["b"], -5)])],
    ["invalid_file_size", "torrent-length", multiFileInfo([file(["a"], 5, { length: "5" })])],
    ["a file without a size", "torrent-length", multiFileInfo([file(["a"], 5, { length: undefined })])],
    ["no size at all", "torrent-length", singleFileInfo({ length: undefined })],
    ["zero", "torrent-length", singleFileInfo({ length: 0, pieces: "" })],
    ["zero2", "torrent-length", multiFileInfo([file(["a"], 0)])],
    ["a size beyond 2^48", "torrent-length", singleFileInfo({ length: 2 ** 48 })],
    [
      "sizes that add up beyond 2^48",
      "torrent-length",
      multiFileInfo([file(["a"], 2 ** 47), file(["b"], 2 ** 47)], { pieces: "" }),
    ],
    ["invalid_path_list", "torrent-file-path", multiFileInfo([file(["a"], 5, { path: "a" })])],
    ["a path with a number in it", "torrent-file-path", multiFileInfo([file(["a", 7])])],
    ["missing_path_list", "torrent-file-path", multiFileInfo([file(["a"], 5, { path: undefined })])],
    ["a file that is no dictionary", "torrent-length", multiFileInfo(["a"])],
    ["files that are no list", "torrent-no-files", singleFileInfo({ files: { a: 1 } })],
    ["no_files", "torrent-no-files", multiFileInfo([])],
    ["nothing but padding", "torrent-no-files", multiFileInfo([padding(5000)])],
    ["missing-pieces-key", "torrent-no-pieces", singleFileInfo({ pieces: undefined })],
    ["invalid_pieces", "torrent-no-pieces", singleFileInfo({ pieces: 40 })],
    [
      "bad-pieces-key",
      "torrent-no-pieces",
      singleFileInfo({ pieces: undefined, pieceS: new Uint8Array(40) }),
    ],
    ["empty-pieces-key", "torrent-piece-hashes", singleFileInfo({ pieces: "" })],
    ["unaligned_pieces", "torrent-piece-hashes", singleFileInfo({ pieces: new Uint8Array(39) })],
    ["too-few-pieces", "torrent-piece-hashes", singleFileInfo({ pieces: new Uint8Array(20) })],
    ["too-many-pieces", "torrent-piece-hashes", singleFileInfo({ pieces: new Uint8Array(60) })],
    [
      "many_pieces",
      "torrent-too-many-pieces",
      singleFileInfo({ length: 2_097_153 * 1024, "piece length": 1024 }),
    ],
    [
      "duplicate_files2",
      "torrent-too-many-duplicates",
      multiFileInfo(Array.from({ length: 1002 }, () => file(["a"], 1))),
    ],
    [
      "torrent_directory_too_deep",
      "torrent-path-too-deep",
      multiFileInfo([file([...Array<string>(100).fill("d"), "a"])]),
    ],
    [
      "a path of more than 1,024 bytes",
      "torrent-path-too-long",
      multiFileInfo([file(Array<string>(5).fill("x".repeat(230)))]),
    ],
    [
      "v2_only",
      "v2-only",
      { "file tree": { temp: treeFile(20_000) }, "meta version": 2, name: "temp", "piece length": 16_384 },
    ],
    ["a version to come", "v2-only", { "meta version": 3, name: "temp" }],
  ])("%s", (_name, code, info) => {
    expect(faultOf(torrentBytes(info))).toBe(code);
  });

  test.each<[string, Fields]>([
    ["v2_mismatching_metadata: names", hybridInfo({ a: treeFile(1000), c: treeFile(10) })],
    ["v2_mismatching_metadata: lengths", hybridInfo({ a: treeFile(1000), b: treeFile(11) })],
    ["v2_mismatching_metadata: a file less", hybridInfo({ a: treeFile(1000) })],
    ["v2_mismatching_metadata: a file more", hybridInfo({ ...goodTree, c: treeFile(10) })],
    ["v2_mismatching_metadata: folders", hybridInfo({ a: treeFile(1000), x: { b: treeFile(10) } })],
    [
      "v2_mismatching_metadata: one file",
      singleFileInfo({ "file tree": { temp: treeFile(19_999) }, "meta version": 2 }),
    ],
    [
      "v2_bad_file_alignment",
      multiFileInfo([file(["a"], 1000), file(["b"], 10)], {
        "meta version": 2,
        "file tree": goodTree as BencodeInput,
      }),
    ],
    [
      "v2_no_power2_piece",
      singleFileInfo({
        "piece length": 20_000,
        pieces: new Uint8Array(20),
        "file tree": { temp: treeFile(20_000) } as BencodeInput,
      }),
    ],
    [
      "v2_piece_size",
      singleFileInfo({
        "piece length": 8192,
        pieces: new Uint8Array(60),
        "file tree": { temp: treeFile(20_000) } as BencodeInput,
      }),
    ],
    ["v2_invalid_file", hybridInfo({ a: treeFile(1000), b: "file" })],
    ["v2_invalid_file: no length", hybridInfo({ a: treeFile(1000), b: { "": {} } })],
    ["v2_invalid_file: a tree that is a file", hybridInfo(treeFile(1000))],
    ["v2_invalid_file: no dictionary", hybridInfo("tree")],
    ["v2_large_file", hybridInfo({ a: treeFile(1000), b: treeFile(2 ** 48) })],
    [
      "v2_missing_file_root",
      hybridInfo({ a: treeFile(1000), b: treeFile(10, { "pieces root": undefined }) }),
    ],
    [
      "v2_zero_root",
      hybridInfo({ a: treeFile(1000), b: treeFile(10, { "pieces root": new Uint8Array(32) }) }),
    ],
    [
      "v2_zero_root_small",
      hybridInfo({ a: treeFile(1000), b: treeFile(10, { "pieces root": new Uint8Array(31).fill(1) }) }),
    ],
  ])("hybrid %s", (_name, info) => {
    expect(faultOf(torrentBytes(info))).toBe("torrent-hybrid-mismatch");
  });

  test("v2_unordered_files: a file tree whose order is not that of its names", () => {
    const node = (length: number) => `d0:d6:lengthi${length}e11:pieces root32:${"r".repeat(32)}ee`;
    const files = "d6:lengthi16384e4:pathl1:aeed6:lengthi10e4:pathl1:beed6:lengthi0e4:pathl1:cee";
    const rest = `5:filesl${files}e4:name4:temp12:piece lengthi16384e6:pieces40:${"x".repeat(40)}`;
    const torrent = (tree: string) => utf8Bytes(`d4:infod9:file treed${tree}e${rest}ee`);
    const [a, b, c] = [`1:a${node(16_384)}`, `1:b${node(10)}`, `1:c${node(0)}`];
    expect(faultOf(torrent(a + b + c))).toBeUndefined();
    expect(faultOf(torrent(a + c + b))).toBe("torrent-hybrid-mismatch");
  });

  test.each([
    ["string", "4:spam"],
    ["an empty file", ""],
    ["a web page", "<!DOCTYPE html><html>"],
    ["a list", "le"],
    ["no info", "d8:announce1:xe"],
    ["v2_overlong_integer", "d4:infod6:lengthi007e4:name1:aee"],
    ["v2_deep_recursion", `d4:infod9:file tree${"d1:a".repeat(200)}`],
    ["dup-pieces-key", "d4:infod4:name1:a6:pieces0:6:pieces0:ee"],
    ["two info dictionaries", "d4:infode4:infodee"],
    ["cut off", "d4:infod6:lengthi20000e4:name4:te"],
  ])("not a torrent: %s", (_name, text) => {
    expect(faultOf(utf8Bytes(text))).toMatch(/^torrent-(not-bencoded|no-info)$/);
  });

  test("more than 32 MiB, unread", () => {
    expect(faultOf(new Uint8Array(32 * 2 ** 20 + 1))).toBe("torrent-too-large");
  });

  test("more than 250,000 files", () => {
    const entry = utf8Bytes("d6:lengthi1e4:pathl1:aee");
    const list = new Uint8Array(250_001 * entry.length);
    for (let i = 0; i < 250_001; i++) list.set(entry, i * entry.length);
    const bytes = concatBytes([utf8Bytes("d4:infod5:filesl"), list, utf8Bytes("e4:name1:aee")]);
    expect(faultOf(bytes)).toBe("torrent-too-many-files");
  });

  test("more folders than any content has", () => {
    const files = Array.from({ length: 2600 }, (_, i) => file([`${i}`, ...Array<string>(98).fill("d")], 1));
    expect(faultOf(torrentBytes(multiFileInfo(files)))).toBe("torrent-too-many-folders");
  });
});

describe("PA17: loaded, with these paths", () => {
  test.each<[string, readonly BencodeInput[], readonly string[]]>([
    ["slash_path", [file(["/", "/", "bar"])], ["temp/_/_/bar"]],
    ["slash_path2", [file(["abc/../..", "/def", "bar"])], ["temp/abc_.._.._/_def/bar"]],
    ["slash_path3", [file(["..../abc"])], ["temp/...._abc"]],
    ["absolute_filename", [file(["/abcde"]), file(["/", "foobar"])], ["temp/_abcde", "temp/_/foobar"]],
    ["parent_path", [file(["..", "..", "..", "tmp", "bar"])], ["temp/tmp/bar"]],
    ["hidden_parent_path", [file(["foo", "..", "..", "bar"])], ["temp/foo/bar"]],
    ["nothing but parents", [file(["..", ".."])], ["temp/_"]],
    ["backslash_path", [file(["..\\..\\windows", "x"])], ["temp/.._.._windows/x"]],
    ["drive", [file(["C:", "x"]), file(["c:\\x"])], ["temp/C_/x", "temp/c__x"]],
    ["empty_path", [file([])], ["temp/_"]],
    ["empty_path_multi", [file(["", "a"]), file(["", "b"])], ["temp/_/a", "temp/_/b"]],
    ["invalid_directory_name", [file(["", "foo"]), file(["_", "foo"])], ["temp/_/foo", "temp/_/foo.1"]],
    [
      "duplicate_files",
      [file(["foo", "bar.txt"]), file(["foo", "bar.txt"])],
      ["temp/foo/bar.txt", "temp/foo/bar.1.txt"],
    ],
    [
      "duplicates of duplicates",
      [file(["a.1.txt"]), file(["a.txt"]), file(["a.txt"]), file(["a.txt"])],
      ["temp/a.1.txt", "temp/a.txt", "temp/a.2.txt", "temp/a.3.txt"],
    ],
    ["bad-utf8-path", [file([new Uint8Array([0x61, 0xff, 0x62])])], ["temp/a_b"]],
    ["a NUL in a name", [file(["a\0b"])], ["temp/a_b"]],
    [
      "symlink1",
      [file(["a"], 10), file(["link"], 0, { attr: "l", "symlink path": ["..", "..", "etc", "passwd"] })],
      ["temp/a", "temp/link"],
    ],
    [
      "symlink_zero_size",
      [file(["a"], 10), file(["link"], 0, { attr: "l", length: undefined })],
      ["temp/a", "temp/link"],
    ],
    [
      "symlink_filtered_path",
      [file(["a"], 10), file(["..", "link"], 0, { attr: "lx" })],
      ["temp/a", "temp/link"],
    ],
    ["an executable", [file(["run.sh"], 10, { attr: "x" })], ["temp/run.sh"]],
  ])("%s", (_name, files, paths) => {
    expect(aTorrent(multiFileInfo(files)).files.map((each) => each.path)).toEqual(paths);
  });

  test.each<[string, BencodeInput, string]>([
    ["invalid_name3: a space at the end", "foobar ", "foobar _"],
    ["an empty name", "", "_"],
    ["an absolute name", "/etc/passwd", "_etc_passwd"],
    ["a name of dots", "...", "..._"],
    ["a name that reverses", "a\u202egpj.exe", "a_gpj.exe"],
  ])("%s", (_name, name, path) => {
    expect(aTorrent(singleFileInfo({ name })).files[0]?.path).toBe(path);
    expect(aTorrent(multiFileInfo([file(["a"])], { name })).files[0]?.path).toBe(`${path}/a`);
  });

  test("invalid_name2: a name that vanishes becomes the info-hash", () => {
    const torrent = aTorrent(multiFileInfo([file(["a"])], { name: ".." }));
    expect(torrent.name).toBe(torrent.id);
    expect(torrent.files[0]?.path).toBe(`${torrent.id}/a`);
  });

  test("Temporary.txt: names that differ in case only", () => {
    const names = ["temporary.txt", "Temporary.txt", "TeMPorArY.txT", "temporary.1.txt"];
    expect(aTorrent(multiFileInfo(names.map((name) => file([name])))).files.map((each) => each.path)).toEqual(
      ["temp/temporary.txt", "temp/Temporary.1.txt", "temp/TeMPorArY.2.txT", "temp/temporary.1.1.txt"],
    );
  });

  test("a file yields to a folder of its name, whichever comes first", () => {
    expect(aTorrent(multiFileInfo([file(["a", "b"]), file(["A"])])).files[1]?.path).toBe("temp/A.1");
    expect(aTorrent(multiFileInfo([file(["a"]), file(["a", "b"])])).files[0]?.path).toBe("temp/a.1");
  });

  test("a file that was renamed is marked, one that was not is not", () => {
    const torrent = aTorrent(multiFileInfo([file(["a"]), file(["A"]), file(["b."]), file(["c", "d"])]));
    expect(torrent.files.map((each) => each.wasRenamed)).toEqual([false, true, true, false]);
  });

  test("pad_file: padding occupies space, has no place on disk, and may share its name", () => {
    const files = [file(["a"], 100), padding(50), file(["b"], 100), padding(50), file([".pad", "50"], 3)];
    const torrent = aTorrent(multiFileInfo(files));
    expect(torrent.files.map((each) => [each.isPadding, each.offsetBytes])).toEqual([
      [false, 0],
      [true, 100],
      [false, 150],
      [true, 250],
      [true, 300],
    ]);
  });

  test("pad_file_no_path", () => {
    const torrent = aTorrent(multiFileInfo([file(["a"]), { attr: "p", length: 2124 }]));
    expect(torrent.files[1]).toMatchObject({ path: "temp/.pad/2124", isPadding: true });
  });

  test("a folder .pad with other things in it is content", () => {
    const torrent = aTorrent(multiFileInfo([file([".pad", "readme.txt"]), file([".pad", "x", "7"])]));
    expect(torrent.files.map((each) => each.isPadding)).toEqual([false, false]);
  });

  test("large_piece_size", () => {
    const info = singleFileInfo({ "piece length": 32_767 * 16_384, pieces: new Uint8Array(20) });
    expect(aTorrent(info).pieceMap.pieceBytes).toBe(536_854_528);
  });

  test("the largest content there may be", () => {
    const pieceBytes = 2 ** 29;
    const totalBytes = 2 ** 48 - 1;
    const info = singleFileInfo({
      length: totalBytes,
      "piece length": pieceBytes,
      pieces: new Uint8Array(20 * Math.ceil(totalBytes / pieceBytes)),
    });
    expect(aTorrent(info).pieceMap.bytesOf(Math.ceil(totalBytes / pieceBytes) - 1)).toBe(pieceBytes - 1);
  });

  test("v2_hybrid: as version 1", () => {
    const torrent = aTorrent(hybridInfo(goodTree), { "piece layers": {} });
    expect(torrent).toMatchObject({ isHybrid: true, pieceMap: { pieceCount: 2 } });
    expect(torrent.files.map((each) => each.path)).toEqual([
      "temp/a",
      `temp/.pad/${PIECE_BYTES - 1000}`,
      "temp/b",
    ]);
  });

  test("a hybrid of one file, and one with folders, empty files and a padded tail", () => {
    const single = singleFileInfo({
      "file tree": { temp: treeFile(20_000) } as BencodeInput,
      "meta version": 2,
    });
    expect(aTorrent(single).isHybrid).toBe(true);
    const files = [
      file(["a", "empty"], 0),
      file(["a", "x"], PIECE_BYTES),
      file(["b"], 10),
      padding(PIECE_BYTES - 10),
      file(["empty"], 0),
    ];
    const tree = { a: { empty: treeFile(0), x: treeFile(PIECE_BYTES) }, b: treeFile(10), empty: treeFile(0) };
    expect(
      aTorrent(multiFileInfo(files, { "file tree": tree as BencodeInput, "meta version": 2 })).isHybrid,
    ).toBe(true);
  });
});
