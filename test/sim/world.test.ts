import fc from "fast-check";
import { expect, test } from "vitest";
import { SeededRandom, World } from "../../src/sim/index.ts";

test("events run in order of time, and in order of scheduling where times are equal", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(20), { maxLength: 60 }), (delays) => {
      const world = new World(1);
      const ran: [number, number][] = [];
      delays.forEach((delayMs, i) => {
        world.after(delayMs, () => ran.push([delayMs, i]));
      });
      world.runFor(100);
      expect(ran).toEqual(
        delays
          .map((delayMs, i) => [delayMs, i] as [number, number])
          .sort((a, b) => a[0] - b[0] || a[1] - b[1]),
      );
    }),
  );
});

test("a disposed timer does not run, and time goes on without it", () => {
  const world = new World(1);
  let ran = 0;
  const timer = world.clock.setTimer(10, () => ran++);
  world.clock.setTimer(20, () => ran++);
  timer[Symbol.dispose]();
  const before = world.nowMs;
  world.runFor(50);
  expect(ran).toBe(1);
  expect(world.nowMs).toBe(before + 50);
});

test("the same seed gives the same stream and a fork does not depend on what was drawn before it", () => {
  const first = new SeededRandom(7);
  const second = new SeededRandom(7);
  second.bytes(100);
  expect(first.fork("node").bytes(16)).toEqual(second.fork("node").bytes(16));
  expect(first.fork("a").bytes(16)).not.toEqual(first.fork("b").bytes(16));
});

test("floats are spread evenly enough over their range", () => {
  const random = new SeededRandom(3);
  const bins = new Array<number>(10).fill(0);
  for (let i = 0; i < 10_000; i++) {
    const bin = Math.floor(random.float() * 10);
    bins[bin] = (bins[bin] as number) + 1;
  }
  for (const count of bins) expect(count).toBeGreaterThan(850);
});
