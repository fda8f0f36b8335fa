import { expect, test } from "vitest";
import { NodeClock } from "../../src/platform/clock.ts";
import { until } from "../support/until.ts";

test("time never goes back", () => {
  const clock = new NodeClock();
  let previousMs = clock.nowMs();
  for (let i = 0; i < 1_000; i++) {
    const nowMs = clock.nowMs();
    expect(nowMs).toBeGreaterThanOrEqual(previousMs);
    previousMs = nowMs;
  }
});

test("a timer runs once, later than the call and not before its time", async () => {
  const clock = new NodeClock();
  const startMs = clock.nowMs();
  const runs: number[] = [];
  clock.setTimer(5, () => runs.push(clock.nowMs() - startMs));
  expect(runs).toEqual([]);

  await until(() => runs.length > 0);
  expect(runs).toHaveLength(1);
  expect(runs[0]).toBeGreaterThanOrEqual(4);
});

test("a timer without delay still waits for the event loop", async () => {
  let runs = 0;
  new NodeClock().setTimer(-1, () => runs++);
  expect(runs).toBe(0);
  await until(() => runs === 1);
});

test("a disposed timer never runs", async () => {
  const clock = new NodeClock();
  const runs: string[] = [];
  clock.setTimer(1, () => runs.push("disposed"))[Symbol.dispose]();
  clock.setTimer(3, () => runs.push("kept"));

  await until(() => runs.length > 0);
  expect(runs).toEqual(["kept"]);
});

test("a delay longer than Node's timers waits instead of running at once", async () => {
  const clock = new NodeClock();
  const runs: string[] = [];
  const distant = clock.setTimer(2 ** 40, () => runs.push("distant"));
  clock.setTimer(3, () => runs.push("near"));

  await until(() => runs.length > 0);
  distant[Symbol.dispose]();
  expect(runs).toEqual(["near"]);
});
