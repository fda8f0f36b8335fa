/** What the last lines of a test run say: the total, and before it whatever failed. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "starling-total-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const passed = { fullName: "a codec reads what it wrote", status: "passed", failureMessages: [] };
const failed = {
  fullName: "a picker asks once",
  status: "failed",
  failureMessages: ["expected 2 to be 1, seed 7"],
};

/** A report as vitest writes it, of one file. */
function report(name: string, status: string, assertionResults: object[], message = ""): string {
  const path = join(folder, name);
  const file = { name: resolve("test/wire/picker.test.ts"), status, message, assertionResults };
  writeFileSync(path, JSON.stringify({ testResults: [file] }));
  return path;
}

function total(...reports: string[]) {
  const { stdout, status } = spawnSync(process.execPath, ["scripts/test-total.mjs", ...reports], {
    encoding: "utf8",
  });
  return { lines: stdout.trimEnd().split("\n"), status };
}

test("suites that passed are one line", () => {
  const said = total(report("a.json", "passed", [passed]), report("b.json", "passed", [passed, passed]));
  expect(said).toEqual({ lines: ["3 passed, 0 failed"], status: 0 });
});

test("a failed test is named with its file and its reason before the total", () => {
  expect(total(report("a.json", "failed", [passed, failed]))).toEqual({
    lines: [
      "failed: test/wire/picker.test.ts > a picker asks once",
      "expected 2 to be 1, seed 7",
      "1 passed, 1 failed",
    ],
    status: 1,
  });
});

test("a file that could not be loaded and a report that is missing count as failures", () => {
  const broken = report("a.json", "failed", [], "no such module");
  expect(total(broken, join(folder, "none.json"))).toEqual({
    lines: [
      "failed: test/wire/picker.test.ts",
      "no such module",
      `failed: no report: ${join(folder, "none.json")}`,
      "0 passed, 2 failed",
    ],
    status: 1,
  });
});
