import { expect, test } from "vitest";
import { FrameGovernor } from "../../../src/ui/terminal/frame-governor.ts";
import { ManualClock } from "../support/manual-clock.ts";

function aGovernor(frameCostMs = 0): { clock: ManualClock; governor: FrameGovernor; paintedAt: number[] } {
  const clock = new ManualClock();
  const startMs = clock.nowMs();
  const paintedAt: number[] = [];
  const governor = new FrameGovernor(clock, () => {
    paintedAt.push(clock.nowMs() - startMs);
    clock.advance(frameCostMs);
  });
  return { clock, governor, paintedAt };
}

test("paints nothing that nobody asked for", () => {
  const { clock, paintedAt } = aGovernor();

  clock.advance(60_000);
  expect(paintedAt).toEqual([]);
  expect(clock.pendingTimers).toBe(0);
});

test("shows data at once after a rest, then at most twice a second", () => {
  const { clock, governor, paintedAt } = aGovernor();

  for (let tick = 0; tick < 10; tick++) {
    governor.request("data");
    clock.advance(100);
  }
  expect(paintedAt).toEqual([0, 500, 1000]);
});

test("answers a key at once, but not faster than an eye", () => {
  const { clock, governor, paintedAt } = aGovernor();

  governor.request("data");
  clock.advance(100);
  governor.request("key");
  governor.request("key");
  clock.advance(33);
  expect(paintedAt).toEqual([0, 100, 133]);
});

test("a key brings what data waits for forward, and it is painted once", () => {
  const { clock, governor, paintedAt } = aGovernor();

  governor.request("data");
  clock.advance(50);
  governor.request("data");
  governor.request("key");
  clock.advance(2000);
  expect(paintedAt).toEqual([0, 50]);
});

test("dear frames are made rarely: at most a twelfth of the time, at least every two seconds", () => {
  const { clock, governor, paintedAt } = aGovernor(80);

  for (let tick = 0; tick < 400; tick++) {
    governor.request("data");
    clock.advance(50);
  }
  const gaps = paintedAt
    .slice(-4)
    .map((atMs, index, all) => atMs - (all[index - 1] ?? atMs))
    .slice(1);
  for (const gap of gaps) {
    expect(gap).toBeGreaterThanOrEqual(950);
    expect(gap).toBeLessThanOrEqual(2100);
  }
});

test("nobody looks: data waits two seconds; coming back shows it at once", () => {
  const { clock, governor, paintedAt } = aGovernor();
  governor.request("data");
  governor.setFocused(false);
  clock.advance(600);
  governor.request("data");
  clock.advance(600);
  expect(paintedAt).toEqual([0]);

  governor.setFocused(true);
  expect(paintedAt).toEqual([0, 1200]);
});

test("TU10: a terminal that is behind gets no frame, and one when it has caught up", () => {
  const { clock, governor, paintedAt } = aGovernor();
  governor.block();
  for (let tick = 0; tick < 600; tick++) {
    governor.request(tick % 2 === 0 ? "data" : "key");
    clock.advance(100);
  }
  expect(paintedAt).toEqual([]);
  expect(clock.pendingTimers).toBe(0);

  governor.unblock();
  expect(paintedAt).toEqual([60_000]);
});

test("paints nothing after it was closed", () => {
  const { clock, governor, paintedAt } = aGovernor();
  governor.request("data");
  governor.request("data");
  governor.close();
  governor.request("now");

  clock.advance(5000);
  expect(paintedAt).toEqual([0]);
});
