import { expect, test } from "vitest";
import { parentLine, treeLines } from "../../../src/ui/state/file-tree.ts";
import { changedPriorities, turnFold } from "../../../src/ui/state/tree-keys.ts";
import { aFile } from "../support/snapshots.ts";

const FILES = ["t/a.txt", "t/one/b.txt", "t/one/deep/c.txt", "t/two/d.txt", "t/one/e.txt"].map((path) =>
  aFile({ path }),
);
const none = new Set<string>();
const shown = (folded: ReadonlySet<string>): readonly string[] =>
  treeLines(FILES, folded).map(
    ({ depth, name, kind }) => `${"  ".repeat(depth)}${name}${kind === "folder" ? "/" : ""}`,
  );

test("folders stand before what is in them, the torrent's own folder is left out", () => {
  expect(shown(none)).toEqual([
    "a.txt",
    "one/",
    "  b.txt",
    "  deep/",
    "    c.txt",
    "  e.txt",
    "two/",
    "  d.txt",
  ]);
});

test("a folded folder stands alone", () => {
  expect(shown(new Set(["one"]))).toEqual(["a.txt", "one/", "two/", "  d.txt"]);
});

test("a folder knows all its files, however deep", () => {
  expect(treeLines(FILES, none)[1]?.files).toEqual([1, 2, 4]);
});

test("a single file has no folder", () => {
  expect(treeLines([aFile({ path: "film.mkv" })], none).map(({ name }) => name)).toEqual(["film.mkv"]);
});

test("folding a file goes to its folder, folding a folder folds it, unfolding opens it", () => {
  const up = turnFold(FILES, { cursor: 4, folded: none }, "fold");
  expect(up.cursor).toBe(3);
  const folded = turnFold(FILES, up, "fold");
  expect([...folded.folded]).toEqual(["one/deep"]);
  expect([...turnFold(FILES, folded, "unfold").folded]).toEqual([]);
  expect(parentLine(treeLines(FILES, none), 0)).toBe(-1);
});

test("what is done to a folder is done to all that is in it, and what was mixed becomes one", () => {
  const current = [4, 0, 7, 4, 1];
  const at = { cursor: 1, folded: none };
  expect(changedPriorities(FILES, current, at, "toggle-file")).toEqual([4, 0, 0, 4, 0]);
  expect(changedPriorities(FILES, [4, 0, 0, 4, 0], at, "toggle-file")).toEqual([4, 4, 4, 4, 4]);
  expect(changedPriorities(FILES, [4, 1, 4, 4, 4], at, "raise-priority")).toEqual([4, 7, 7, 4, 7]);
});
