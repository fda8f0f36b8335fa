import { posix, win32 } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { safeText } from "../../src/core/safe-text.ts";
import { diskName, diskPaths, staysInside } from "../../src/torrent/disk-names.ts";
import { fewerFuzzRuns, fuzzRuns } from "../support/fuzz-runs.ts";
import { hostileText } from "../support/text-arbitraries.ts";

const bytesOf = (text: string) => new TextEncoder().encode(text).length;

/** Judged by Node's own idea of paths, not by ours. */
function isFitForEverySystem(path: string): boolean {
  const isInside =
    posix.relative("/home/x", posix.resolve("/home/x", path)) === path &&
    win32.relative("C:\\x", win32.resolve("C:\\x", path)) === path.replaceAll("/", "\\");
  return isInside && staysInside(path) && path.startsWith("root/") && bytesOf(path) <= 1024;
}

describe("a name on disk", () => {
  test.each([
    ["plain.txt", "plain.txt"],
    ["Ünïcödé 日本.txt", "Ünïcödé 日本.txt"],
    ["what: is <this>?", "what: is <this>?"],
    [".hidden", ".hidden"],
    ["a/b\\c", "a_b_c"],
    ["a\0b\x1b[2Jc\x9bd\x7f", "a_b_[2Jc_d_"],
    ["photo\u202egpj.exe", "photo_gpj.exe"],
    ["zero\u200bwidth\ufeff", "zero_width_"],
    ["lone\ud800surrogate", "lone_surrogate"],
    ["not\ufffdUTF-8", "not_UTF-8"],
    ["", "_"],
    [" ", " _"],
    ["...", "..._"],
    ["a.", "a._"],
    ["a ", "a _"],
    ["con", "con_"],
    ["CON.txt", "CON_.txt"],
    ["Lpt9 .tar.gz", "Lpt9_ .tar.gz"],
    ["com¹", "com¹_"],
    ["clock$", "clock$_"],
    ["console.txt", "console.txt"],
    ["com10", "com10"],
    ["C:", "C_"],
    ["c:evil", "c_evil"],
    ["\\\\?\\C:\\x", "__?_C:_x"],
  ])("%j becomes %j", (wish, name) => {
    expect(diskName(wish)).toBe(name);
  });

  test("vanishes for . and .. alone", () => {
    expect([diskName("."), diskName("..")]).toEqual([undefined, undefined]);
  });

  test("is cut at 240 bytes, before the extension and between code points", () => {
    expect(diskName(`${"x".repeat(300)}.epub`)).toBe(`${"x".repeat(235)}.epub`);
    expect(diskName(`${"é".repeat(300)}.mkv`)).toBe(`${"é".repeat(118)}.mkv`);
    expect(diskName("😀".repeat(100))).toBe("😀".repeat(60));
    expect(diskName("x".repeat(239) + " ".repeat(60))).toBe("x".repeat(239));
    expect(diskName(`a.${"y".repeat(300)}`)).toBe(`a.${"y".repeat(238)}`);
  });

  test("PA18: is fit for every system and does not change when it is made again", () => {
    fc.assert(
      fc.property(hostileText(), (wish) => {
        const name = diskName(wish);
        if (name === undefined) return wish === "." || wish === "..";
        const isPortable = !/[/\\\0-\x1f\x7f-\x9f]|[. ]$|^$|^[A-Za-z]:/.test(name);
        return isPortable && bytesOf(name) <= 240 && diskName(name) === name;
      }),
      { numRuns: fuzzRuns() },
    );
  });

  test("is shown as it is: the terminal's rules take nothing more away than private characters and stacked marks", () => {
    fc.assert(
      fc.property(hostileText(), (wish) => {
        const name = diskName(wish) ?? "";
        const isPlain = !/\p{Co}|\p{Cn}|\p{M}/u.test(name);
        return !isPlain || safeText(name) === name.normalize("NFC");
      }),
      { numRuns: fewerFuzzRuns(5) },
    );
  });
});

describe("paths on disk", () => {
  const paths = (files: readonly (readonly string[])[], root: string | undefined = "root") => {
    const result = diskPaths(root, files);
    return result.ok ? result.value : result.fault.code;
  };

  test("are one below the torrent's folder, or at the top for a single file", () => {
    expect(paths([["a"], ["b", "c"]])).toEqual(["root/a", "root/b/c"]);
    expect(diskPaths(undefined, [["a"]])).toMatchObject({ value: ["a"] });
  });

  test("ST17: differ where a file system ignores case or composition", () => {
    expect(paths([["é"], ["e\u0301"], ["É"]])).toEqual(["root/é", "root/e\u0301.1", "root/É.2"]);
    expect(paths([["straße"], ["STRASSE"]])).toEqual(["root/straße", "root/STRASSE.1"]);
    expect(
      paths([
        ["D", "x"],
        ["d", "X"],
      ]),
    ).toEqual(["root/D/x", "root/d/X.1"]);
  });

  test("ST17: differ from folders, whichever comes first and whatever their case", () => {
    expect(paths([["A"], ["a", "b"], ["a.1"]])).toEqual(["root/A.1", "root/a/b", "root/a.1.1"]);
  });

  test("keep the folders of a torrent apart as it spells them", () => {
    expect(
      paths([
        ["Docs", "a"],
        ["docs", "b"],
      ]),
    ).toEqual(["root/Docs/a", "root/docs/b"]);
  });

  test("stay within 240 bytes an element when they are numbered", () => {
    const long = `${"x".repeat(236)}.txt`;
    expect(paths([[long], [long]])).toEqual([`root/${long}`, `root/${"x".repeat(234)}.1.txt`]);
  });

  // A search from one on for each of them would take longer than a test may.
  test("number a thousand twins in each of six hundred folders", () => {
    const files = Array.from({ length: 600_000 }, (_, i) => [`d${i % 600}`, "same.txt"]);
    expect(new Set(paths(files)).size).toBe(600_000);
  });

  test("are refused when they are too deep, too long, or too many of a name", () => {
    expect(paths([Array<string>(99).fill("d")])).toHaveLength(1);
    expect(paths([Array<string>(100).fill("d")])).toBe("torrent-path-too-deep");
    expect(
      paths([["x".repeat(230), "y".repeat(230), "z".repeat(230), "w".repeat(230), "v".repeat(95)]]),
    ).toHaveLength(1);
    expect(
      paths([["x".repeat(230), "y".repeat(230), "z".repeat(230), "w".repeat(230), "v".repeat(96)]]),
    ).toBe("torrent-path-too-long");
    expect(paths(Array.from({ length: 1001 }, () => ["a"]))).toHaveLength(1001);
    expect(paths(Array.from({ length: 1002 }, () => ["a"]))).toBe("torrent-too-many-duplicates");
  });

  test("PA18: stay inside, differ, and keep within the limits, on every system", () => {
    const element = fc.oneof(
      hostileText(),
      fc.constantFrom("a", "A", "b", "a.txt", "A.TXT", "é", "e\u0301", "..", ".", ""),
    );
    const files = fc.array(fc.array(element, { maxLength: 4 }), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(files, (list) => {
        const result = diskPaths("root", list);
        if (!result.ok) return result.fault.code === "torrent-path-too-long";
        const folded = result.value.map((path) => path.normalize("NFC").toLowerCase());
        return new Set(folded).size === list.length && result.value.every(isFitForEverySystem);
      }),
      { numRuns: fuzzRuns() },
    );
  });
});

describe("a path from elsewhere", () => {
  test.each(["a", "a/b", "a b/..c", "a.b", "C/x"])("%j stays inside", (path) => {
    expect(staysInside(path)).toBe(true);
  });

  test.each([
    "",
    "/a",
    "a/",
    "a//b",
    "..",
    "../a",
    "a/../b",
    "a/..",
    "./a",
    "\\a",
    "a\\..\\b",
    "C:",
    "c:\\a",
    "a\0",
  ])("%j does not", (path) => {
    expect(staysInside(path)).toBe(false);
  });
});
