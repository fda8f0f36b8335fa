/** The flash crowd, small: everybody finishes, the publisher pays for little more than one copy, the same seed is the same run. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { memoryShortage } from "../../../src/cli/commands/lab-flash-crowd.ts";
import { crowdChart, crowdReport } from "../../../src/cli/lab/flash-crowd/crowd-report.ts";
import { type CrowdRow, crowdRow } from "../../../src/cli/lab/flash-crowd/crowd-rows.ts";
import { addedTo, type CrowdFigures, readCrowdFigures } from "../../../src/cli/lab/flash-crowd/kept-rows.ts";
import { clientServerMs, fluidBoundMs } from "../../../src/cli/lab/flash-crowd/yardsticks.ts";
import { CROWD_LINKS } from "../../../src/sim/index.ts";

const MIB = 2 ** 20;

describe("the yardsticks", () => {
  test("nobody has the file before the publisher has sent it once", () => {
    expect(fluidBoundMs(256 * MIB, 1_000, CROWD_LINKS)).toBe(256_000);
  });

  test("where the publisher is fast, the uplinks of the peers are what is scarce", () => {
    const publisher = { upBytesPerSecond: 100 * MIB, downBytesPerSecond: 100 * MIB };

    expect(fluidBoundMs(256 * MIB, 1_000, { ...CROWD_LINKS, publisher })).toBeCloseTo(
      (1_000 * 256 * 1_000) / 1_100,
      6,
    );
  });

  test("a server's line is shared by all who are there", () => {
    expect(clientServerMs(8 * MIB, [0], CROWD_LINKS)).toBeCloseTo(8_000, 6);
    expect(clientServerMs(8 * MIB, [0, 0, 0], CROWD_LINKS)).toBeCloseTo(24_000, 6);
    // The first is alone for half of its time: 4 s, then 4 MiB at half of the line.
    expect(clientServerMs(8 * MIB, [0, 4_000], CROWD_LINKS)).toBeCloseTo(12_000, 6);
  });
});

test("a crowd that will not fit into memory is told so, with what helps", () => {
  expect(memoryShortage(100, 2_000, 8_000)).toBeUndefined();
  expect(memoryShortage(1_000, 2_000, 8_000)).toContain("NODE_OPTIONS=--max-old-space-size=4000");
  expect(memoryShortage(3_000, 2_000, 8_000)).toContain("this machine has 8000");
});

describe("a small flash crowd", () => {
  const row = crowdRow({ seed: 1, peers: 12, kinds: "both", totalBytes: 32 * MIB });

  test("gets the file, and the publisher sends little more than one copy when it super-seeds", () => {
    console.log(JSON.stringify(row));

    expect(row).toMatchObject({ peers: 12, finished: 12, finishedPlain: 12 });
    expect(row.medianMs).toBeLessThan(1.5 * row.fluidBoundMs);
    expect(row.publisherCopies).toBeGreaterThanOrEqual(1);
    expect(row.publisherCopies).toBeLessThan(row.publisherCopiesPlain as number);
    expect(row.clientServerMs).toBeGreaterThan(5 * (row.medianMs as number));
  });

  test("is the same for the same seed, and another for another", () => {
    const small = (seed: number): CrowdRow =>
      crowdRow({ seed, peers: 6, kinds: "only", totalBytes: 4 * MIB });

    expect(small(1)).toEqual(small(1));
    expect(small(2)).not.toEqual(small(1));
  });

  test("is told in words and drawn, without a number that is none", () => {
    const half = crowdRow({ seed: 1, peers: 2, kinds: "only", totalBytes: 4 * MIB });
    const texts = [crowdReport(["starling lab flash-crowd"], [half, row]), crowdChart([half, row])];

    expect(texts[0]).toContain("| 12, super-seeding | 12 |");
    expect(texts[1]).toMatch(/^<svg .*<\/svg>\n$/s);
    for (const text of texts) expect(text).not.toMatch(/NaN|undefined|null|Infinity/);
  });
});

describe("a report that is added to", () => {
  const figures = (command: string, rows: readonly CrowdRow[], seed = 1): CrowdFigures => ({
    ok: true,
    scenario: "links",
    seed,
    commands: [command],
    rows,
  });
  const run = (peers: number, kinds: "both" | "only" | "without"): CrowdRow =>
    crowdRow({ seed: 1, peers, kinds, totalBytes: 4 * MIB });

  test("has the rows of all runs by size, and the commands that they were made with", () => {
    const [two, three, four] = [run(2, "only"), run(3, "only"), run(4, "only")];
    const all = addedTo(figures("a", [four]), figures("b", [three, two]));

    expect(all.rows).toEqual([two, three, four]);
    expect(all.commands).toEqual(["a", "b"]);
  });

  test("has both kinds of publisher in one row, whichever was run first", () => {
    const [only, without, both] = [run(3, "only"), run(3, "without"), run(3, "both")];

    expect(addedTo(figures("a", [only]), figures("b", [without])).rows).toEqual([both]);
    expect(addedTo(figures("a", [without]), figures("b", [only])).rows).toEqual([both]);
    expect(addedTo(figures("a", [both]), figures("b", [only])).rows).toEqual([both]);
  });

  test("is not mixed with one of another seed", () => {
    expect(() => addedTo(figures("a", []), figures("b", [], 2))).toThrow("another seed");
  });

  test("is none where the folder has none, and a file of something else is refused in one line", async () => {
    const folder = mkdtempSync(join(tmpdir(), "starling-crowd-"));
    try {
      expect(await readCrowdFigures(folder)).toBeUndefined();
      writeFileSync(join(folder, "flash-crowd.json"), "[1]");
      await expect(readCrowdFigures(folder)).rejects.toThrow(/^--add: .* is no report of this scenario$/);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
