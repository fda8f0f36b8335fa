import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compileGlob } from "../../src/torrent/path-glob.ts";
import { fuzzRuns } from "../support/fuzz-runs.ts";

function matches(glob: string, path: string): boolean {
  const matcher = compileGlob(glob);
  if (matcher === undefined) throw new Error(`not a pattern: ${glob}`);
  return matcher(path);
}

describe("a pattern", () => {
  test.each([
    ["a/b.txt", "a/b.txt"],
    ["*", "anything at all"],
    ["*", ""],
    ["*.mkv", "a.mkv"],
    ["*.mkv", ".mkv"],
    ["a*c*e", "abcde"],
    ["a*c*e", "acecce"],
    ["???", "日本語"],
    ["?", "😀"],
    ["week-0[12]/**", "week-01/a"],
    ["week-0[12]/**", "week-02/a/b/c"],
    ["[a-cx].txt", "x.txt"],
    ["[!a-c].txt", "d.txt"],
    ["[]].txt", "].txt"],
    ["[a-].txt", "-.txt"],
    ["[[]1].txt", "[1].txt"],
    ["**", "a/b/c"],
    ["**/c", "c"],
    ["**/c", "a/b/c"],
    ["a/**/c", "a/c"],
    ["a/**/c", "a/b/b/c"],
    ["a/**/b/**/c", "a/x/b/b/y/c"],
    ["a**", "abc"],
  ])("%s matches %j", (glob, path) => {
    expect(matches(glob, path)).toBe(true);
  });

  test.each([
    ["a", "A"],
    ["*", "a/b"],
    ["a/*", "a/b/c"],
    ["a/*", "a"],
    ["?", ""],
    ["?", "ab"],
    ["[a-c]", "d"],
    ["[!a-c]", "b"],
    ["week-0[12]/**", "week-03/a"],
    ["a/**/c", "a/b/cd"],
    ["a.b", "axb"],
    ["a+", "aa"],
    ["(a)", "a"],
    ["**/c", "a/c/d"],
  ])("%s does not match %j", (glob, path) => {
    expect(matches(glob, path)).toBe(false);
  });

  test.each(["[", "a[b", "[]", "[!]", "[z-a]"])("is not %s", (glob) => {
    expect(compileGlob(glob)).toBeUndefined();
  });

  test("agrees with a regular expression of the same meaning", () => {
    const letters = fc
      .array(fc.constantFrom("a", "b", "*", "?"), { maxLength: 7 })
      .map((all) => all.join(""));
    const paths = fc.array(fc.constantFrom("a", "b"), { maxLength: 8 }).map((all) => all.join(""));
    fc.assert(
      fc.property(letters, paths, (glob, path) => {
        const expression = new RegExp(`^${glob.replaceAll("*", ".*").replaceAll("?", ".")}$`);
        return glob === "**" || matches(glob, path) === expression.test(path);
      }),
      { numRuns: Math.ceil(fuzzRuns() / 5) },
    );
  });

  // With backtracking this would not end in the lifetime of the machine.
  test("does not backtrack without bounds on a hostile path", () => {
    const glob = `${"*a".repeat(40)}b`;
    expect(matches(glob, "a".repeat(1000))).toBe(false);
    expect(matches(`${"**/a/".repeat(40)}b`, Array<string>(100).fill("a").join("/"))).toBe(false);
  });
});
