/** Crowds of real processes: a peer is followed by its lines, and the report says what its figures say. */
import { describe, expect, test } from "vitest";
import { PeerProcess } from "../../../src/cli/lab/real/peer-process.ts";
import { realChart, realReport } from "../../../src/cli/lab/real/real-report.ts";
import { type RealRow, type RealScenario, simulatedRow } from "../../../src/cli/lab/real/real-rows.ts";
import { run } from "../support.ts";

const MIB = 2 ** 20;
const LINE = { upBytesPerSecond: MIB, downBytesPerSecond: 8 * MIB };
const SCENARIO: RealScenario = {
  seed: 1,
  peers: 4,
  totalBytes: 4 * MIB,
  pieceBytes: 2 ** 18,
  links: { publisher: LINE, peer: LINE, minRttMs: 1, maxRttMs: 1 },
  arriveWithinMs: 2_000,
};

function row(who: RealRow["who"], completionMs: readonly number[], processorRatio: number | null): RealRow {
  return {
    who,
    peers: 4,
    finished: completionMs.length,
    medianMs: completionMs[2] ?? null,
    p95Ms: completionMs[3] ?? null,
    lastFinishedMs: completionMs[3] ?? 0,
    publisherCopies: 1.234,
    processorSeconds: processorRatio === null ? null : 12,
    processorRatio,
    completionMs,
  };
}

describe("the report of real crowds", () => {
  const starling = row("starling", [8_000, 9_000, 10_000, 11_000], 0.4);

  test("says how near the simulation is, and how Starling does beside libtorrent", () => {
    const libtorrent = row("libtorrent", [9_000, 11_000, 12_500, 13_000], 0.2);
    const near = realReport("command", SCENARIO, [
      starling,
      libtorrent,
      row("simulation", [8_000, 9_000, 9_500, 10_500], null),
    ]);
    const far = realReport("command", SCENARIO, [
      starling,
      row("simulation", [2_000, 3_000, 4_000, 5_000], null),
    ]);

    expect(near).toContain("| Starling | 4 of 4 | 10.0 s | 11.0 s | 11.0 s | 1.23 | 12 s, 40 % |");
    expect(near).toContain("median is 0.95 times that of the real one, its last 0.95 times: within 20 %");
    expect(near).toContain("Starling's median is 0.80 times that of libtorrent");
    expect(near).not.toContain("busier");
    expect(far).toContain("not within 20 %");
  });

  test("says where the machine was what was measured", () => {
    expect(realReport("command", SCENARIO, [row("starling", [1_000], 0.9)])).toContain("busier than 70 %");
  });

  test("is drawn, also where nobody finished, without a number that is none", () => {
    const rows = [starling, row("libtorrent", [], null)];

    for (const text of [realReport("command", SCENARIO, rows), realChart(SCENARIO, rows)])
      expect(text).not.toMatch(/NaN|undefined|null|Infinity/);
  });
});

test("the simulated row is of the same crowd: as many come, at the times that it names, and all finish", () => {
  const { row: simulated, arrivalsMs } = simulatedRow(SCENARIO);

  expect(simulated).toMatchObject({ who: "simulation", peers: 4, finished: 4, processorSeconds: null });
  expect(arrivalsMs).toHaveLength(4);
  for (const atMs of arrivalsMs) expect(atMs).toBeLessThan(SCENARIO.arriveWithinMs);
});

describe("a peer of a real crowd", () => {
  const peer = (script: string): PeerProcess =>
    new PeerProcess([process.execPath, "-e", script], process.env);
  const SAYS = ["listening", "progress", "complete"]
    .map((type) => `console.log(JSON.stringify({ type: "${type}", uploadedBytes: 7 }));`)
    .join("");

  test("is followed by its lines", async () => {
    const running = peer(`console.log("not JSON"); ${SAYS}`);
    await running.listening;
    await running.ended;

    expect(running.uploadedBytes).toBe(7);
    expect(running.completeAtMs).toBeGreaterThanOrEqual(running.startedAtMs);
  });

  test("that ends before it listens says its last words", async () => {
    await expect(peer('console.error("no such port"); process.exit(3)').listening).rejects.toThrow(
      /exit 3\): no such port/,
    );
  });
});

test("a client that nobody knows is refused in one line", async () => {
  const refused = await run(["lab", "real", "--clients", "mule"]);

  expect(refused).toMatchObject({ exit: 2, stdout: "" });
  expect(refused.stderr).toMatch(/^error: --clients: "mule" is none of starling, libtorrent\n$/);
});
