/** `starling demo --scenario NAME`: trouble on purpose, explained by the right line. Real engines on loopback. */
import { execFile } from "node:child_process";
import { join } from "node:path";
import { spawn } from "@lydell/node-pty";
import { describe, expect, test } from "vitest";
import { cleanEnvironment, scratchFolder } from "../cli/support.ts";

const MAIN = join(import.meta.dirname, "..", "..", "dist", "cli", "main.js");
const LONGEST_MS = 170_000;

interface Shown {
  readonly exit: number;
  readonly result: {
    readonly ok: boolean;
    readonly diagnosis: { readonly code: string; readonly sentence: string };
  };
}

function showScenario(name: string): Promise<Shown> {
  return new Promise((resolve, reject) => {
    const child = execFile(
      process.execPath,
      [MAIN, "demo", "--scenario", name, "--json", "--quiet"],
      { timeout: LONGEST_MS },
      (_, stdout, stderr) => {
        try {
          const last = stdout.trim().split("\n").at(-1) ?? "";
          resolve({ exit: child.exitCode ?? -1, result: JSON.parse(last) });
        } catch {
          reject(new Error(`${name} printed no result: ${stdout} ${stderr}`));
        }
      },
    );
  });
}

/** All but `all-choked`, whose line takes a minute by its own rule: test/soak. */
const SCENARIOS = [
  ["no-seed", "S1", /^\d+ of 195 pieces are on no connected peer\./],
  ["one-source", "S5", /exists only on one peer/],
  ["poisoned", "E5", /^A peer sends damaged data \(blocked 127\.0\./],
  ["disk-full", "E1", /^The disk is full: needs /],
  ["no-bootstrap", "D2", /^None of your 2 bootstrap nodes answers/],
  ["nobody", "L2 or L3", /announces? this hash\.$/],
  ["flash-crowd", "S5", /exists only on one peer/],
] as const;

describe.concurrent("the demo", { timeout: LONGEST_MS }, () => {
  test.for(SCENARIOS)("%s ends by itself with %s", async ([name, code, sentence], { expect: expects }) => {
    const { exit, result } = await showScenario(name);

    expects(exit).toBe(0);
    expects(code).toContain(result.diagnosis.code);
    expects(result.diagnosis.sentence).toMatch(sentence);
  });
});

test("in a terminal the dashboard shows the line, and then the demo ends by itself", {
  timeout: LONGEST_MS,
}, async () => {
  const home = scratchFolder();
  const terminal = spawn(process.execPath, [MAIN, "demo", "--scenario", "nobody"], {
    cols: 100,
    rows: 30,
    cwd: home,
    env: cleanEnvironment(home) as Record<string, string>,
  });
  let shown = "";
  terminal.onData((data) => {
    shown += data;
  });
  const exit = await new Promise<number>((resolve) => terminal.onExit(({ exitCode }) => resolve(exitCode)));
  const [dashboard = "", afterwards = ""] = shown.split("\x1b[?1049l");

  expect(exit).toBe(0);
  expect(dashboard).toMatch(/announces? this hash/);
  expect(afterwards).toMatch(/announces? this hash\. \[L[23]\]/);
});

test("a scenario that does not exist is refused with the names of those that do", async () => {
  await expect(showScenario("no-such-thing")).resolves.toMatchObject({ exit: 2 });
});
