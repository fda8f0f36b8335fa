import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { completePath } from "../../src/cli/terminal/complete-path.ts";
import { scratchFolder } from "./support.ts";

test("a path goes on as far as the names agree; a folder ends in a slash; what is not there stays", async () => {
  const home = scratchFolder();
  mkdirSync(join(home, "album-one"));
  mkdirSync(join(home, "album-two"));
  mkdirSync(join(home, "photos"));
  writeFileSync(join(home, ".hidden"), "");
  writeFileSync(join(home, "photos", "a.jpg"), "");

  expect(await completePath(join(home, "al"))).toBe(join(home, "album-"));
  expect(await completePath(join(home, "ph"))).toBe(`${join(home, "photos")}/`);
  expect(await completePath(`${home}/photos/`)).toBe(join(home, "photos", "a.jpg"));
  expect(await completePath(join(home, "nothing"))).toBe(join(home, "nothing"));
  expect(await completePath(join(home, "none", "x"))).toBe(join(home, "none", "x"));
});
