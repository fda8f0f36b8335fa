/** Outcomes that a calibration keeps: what was simulated once is not simulated again. */
import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { OutcomeLog } from "../../../src/cli/lab/calibrate/outcome-log.ts";
import type { SwarmOutcome } from "../../../src/cli/lab/calibrate/run-swarm.ts";
import { scratchFolder } from "../support.ts";

const STUCK: SwarmOutcome = { kind: "seedless", finishedAtSeconds: null, isStuck: true, beliefs: [] };

test("goes on after what an earlier run had finished", () => {
  const path = join(scratchFolder(), "outcomes");
  new OutcomeLog(path, 7).add(3, STUCK);

  expect(new OutcomeLog(path, 7).get(3)).toEqual(STUCK);
  expect(new OutcomeLog(path, 7).get(4)).toBeUndefined();
});

test("forgets a line that the end of the process cut off", () => {
  const path = join(scratchFolder(), "outcomes");
  new OutcomeLog(path, 7).add(3, STUCK);
  appendFileSync(path, '{"index":4,"outc');

  const log = new OutcomeLog(path, 7);
  log.add(5, STUCK);

  expect(log.get(4)).toBeUndefined();
  expect(new OutcomeLog(path, 7).get(5)).toEqual(STUCK);
  expect(readFileSync(path, "utf8").split("\n")).toHaveLength(4);
});

test.each([
  ["of another seed", '{"kind":"starling-calibration","seed":7}\n'],
  ["of something else", "notes\n"],
])("refuses a file %s", (_, text) => {
  const path = join(scratchFolder(), "outcomes");
  writeFileSync(path, text);

  expect(() => new OutcomeLog(path, 9)).toThrow("does not hold outcomes of seed 9");
  expect(readFileSync(path, "utf8")).toBe(text);
});
