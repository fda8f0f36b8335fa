/** `starling demo --scenario all-choked`: the line takes a minute by its own rule, which is too long for every day. */
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";

const MAIN = join(import.meta.dirname, "..", "..", "dist", "cli", "main.js");

test("the demo in which everybody chokes us ends by itself with S2", () => {
  const shown = execFileSync(
    process.execPath,
    [MAIN, "demo", "--scenario", "all-choked", "--json", "--quiet"],
    {
      encoding: "utf8",
    },
  );

  expect(JSON.parse(shown)).toMatchObject({ ok: true, diagnosis: { code: "S2" } });
});
