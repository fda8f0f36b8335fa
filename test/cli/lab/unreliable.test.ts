/** Unreliable swarms, small: those who stay finish without the publisher, and what the report says of them. */
import { describe, expect, test } from "vitest";
import { unreliableChart, unreliableReport } from "../../../src/cli/lab/unreliable/unreliable-report.ts";
import { rowOf, type UnreliableRow, unreliableRow } from "../../../src/cli/lab/unreliable/unreliable-rows.ts";

const PLAIN: UnreliableRow = {
  kind: "plain",
  copies: 1.5,
  peers: 12,
  seeds: 4,
  allFinished: 1,
  finishedRatio: 0.5,
  medianMs: null,
  p95Ms: null,
  publisherCopies: 1.5,
};

describe("a row of swarms", () => {
  test("counts the swarms in which all who stayed finished, and measures those who did", () => {
    const whole = { remaining: 3, finished: 3, completionMs: [1_000, 2_000, 9_000], publisherCopies: 1.5 };
    const torn = { remaining: 5, finished: 1, completionMs: [5_000], publisherCopies: 1.25 };
    const results = [whole, torn].map((result) => ({ ...result, publisherLeftAtMs: 60_000 }));

    expect(rowOf({ kind: "super-seeding", peers: 6 }, results)).toEqual({
      kind: "super-seeding",
      copies: null,
      peers: 6,
      seeds: 2,
      allFinished: 1,
      finishedRatio: 0.5,
      medianMs: 5_000,
      p95Ms: 9_000,
      publisherCopies: 1.38,
    });
  });
});

describe("a small unreliable swarm", () => {
  test("finishes for everybody who stays once each piece was given away", () => {
    const row = unreliableRow({ kind: "super-seeding", peers: 10, firstSeed: 1, seeds: 1 });
    console.log(JSON.stringify(row));

    expect(row).toMatchObject({ allFinished: 1, finishedRatio: 1 });
  });

  test("is told in words and drawn, without a number that is none", () => {
    const rows: readonly UnreliableRow[] = [
      { ...PLAIN, kind: "calm", copies: null, medianMs: 90_000, p95Ms: 120_000 },
      { ...PLAIN, kind: "super-seeding", copies: null, publisherCopies: 1.1 },
      PLAIN,
    ];
    const texts = [unreliableReport("starling lab unreliable", rows), unreliableChart(rows)];

    expect(texts[0]).toContain("| plain, 1.5 copies | 1 of 4 | 50.00 % |");
    for (const text of texts) expect(text).not.toMatch(/NaN|undefined|null|Infinity/);
  });
});
