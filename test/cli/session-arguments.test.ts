/** Settings of the session as `starling limit` takes and shows them. */
import { resolve } from "node:path";
import { expect, test } from "vitest";
import { hookText, parseHook } from "../../src/cli/arguments/completion-hook.ts";
import { parseWatchFolders, watchFoldersText } from "../../src/cli/arguments/watch-folders.ts";

test("watch folders are read as they are shown", () => {
  const text = "/in->/mnt/films#films#new,/other";
  const folders = parseWatchFolders(text, "watch");
  expect(folders).toEqual([
    { folder: "/in", saveTo: "/mnt/films", labels: ["films", "new"] },
    { folder: "/other", saveTo: null, labels: [] },
  ]);
  expect(watchFoldersText(folders)).toBe(text);
  expect(parseWatchFolders("none", "watch")).toEqual([]);
  expect(watchFoldersText([])).toBe("none");
  expect(parseWatchFolders("in", "watch")[0]?.folder).toBe(resolve("in"));
});

test.each(["", "->/films", "/in->", "/a->/b->/c"])("%j is no watch folder", (text) => {
  expect(() => parseWatchFolders(text, "watch")).toThrow(expect.objectContaining({ code: "USAGE" }));
});

test("a hook is a program, or a JSON list with its arguments", () => {
  expect(parseHook("my tool", "on-done")).toEqual(["my tool"]);
  expect(parseHook('["notify-send","a b"]', "on-done")).toEqual(["notify-send", "a b"]);
  expect(parseHook("./done.sh", "on-done")).toEqual([resolve("done.sh")]);
  expect(parseHook("none", "on-done")).toBeNull();
  expect(hookText(["notify-send", "a b"])).toBe('["notify-send","a b"]');
  expect(hookText(null)).toBe("none");
});

test.each(["[", "[]", "[1]"])("%j is no hook", (text) => {
  expect(() => parseHook(text, "on-done")).toThrow(expect.objectContaining({ code: "USAGE" }));
});
