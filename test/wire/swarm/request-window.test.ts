/** How many requests one peer may owe us: slow start, fitted to its rate, one while it snubs us. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { RequestWindow } from "../../../src/wire/swarm/request-window.ts";
import { fewerFuzzRuns } from "../../support/fuzz-runs.ts";

const BLOCK = 16_384;

/** Slow start ends when a second brings no more than the one before. */
function steadyWindow(): RequestWindow {
  const window = new RequestWindow();
  window.secondPassed(100_000);
  window.secondPassed(100_000);
  return window;
}

describe("the request window", () => {
  test("begins with eight and doubles with every window that arrives", () => {
    const window = new RequestWindow();
    expect(window.depth).toBe(8);
    for (let i = 0; i < 8; i++) window.blockArrived();
    expect(window.depth).toBe(16);
    for (let i = 0; i < 16; i++) window.blockArrived();
    expect(window.depth).toBe(32);
  });

  test("goes on starting while each second brings more, and before the first bytes", () => {
    const window = new RequestWindow();
    for (const bytes of [0, 0, 20_000, 40_000, 80_000]) window.secondPassed(bytes);
    expect(window.isSlowStarting).toBe(true);
    window.fitToRate(1);
    expect(window.depth).toBe(8);
    window.secondPassed(85_000);
    expect(window.isSlowStarting).toBe(false);
  });

  test("then holds what the peer sends in three seconds, at least two and at most 250 for a peer without reqq", () => {
    const window = steadyWindow();
    window.fitToRate(10 * BLOCK);
    expect(window.depth).toBe(30);
    window.fitToRate(0);
    expect(window.depth).toBe(2);
    window.fitToRate(1e9);
    expect(window.depth).toBe(250);
  });

  test("respects what the peer says it holds, up to 500, and ignores nonsense", () => {
    const window = steadyWindow();
    window.fitToRate(1e9);
    for (const [reqq, depth] of [
      [2_000, 500],
      [7, 7],
      [0, 7],
      [-1, 7],
      [1.5, 7],
      [Number.NaN, 7],
      [1, 1],
    ] as const) {
      window.setPeerLimit(reqq);
      expect(window.depth).toBe(depth);
    }
  });

  test("leaves a snubbing peer one request, and starts anew from two when it answers", () => {
    const window = steadyWindow();
    window.fitToRate(1e6);
    window.snubbed();
    expect(window.depth).toBe(1);
    expect(window.isSnubbed).toBe(true);
    expect(window.roomFor(0)).toBe(1);
    expect(window.roomFor(1)).toBe(0);
    window.blockArrived();
    expect(window.isSnubbed).toBe(false);
    expect(window.isSlowStarting).toBe(true);
    expect(window.depth).toBe(2);
  });

  test("is refilled in batches: not before a quarter of it is free", () => {
    const window = steadyWindow();
    window.setPeerLimit(20);
    window.fitToRate(1e9);
    expect([20, 25, 16, 15, 0].map((outstanding) => window.roomFor(outstanding))).toEqual([0, 0, 0, 5, 20]);
    // The same where memory or a rate limit allows less than the window.
    expect([12, 10, 9, 0].map((outstanding) => window.roomFor(outstanding, 12))).toEqual([0, 0, 3, 12]);
    expect([1, 0].map((outstanding) => window.roomFor(outstanding, 1))).toEqual([0, 1]);
    expect(window.roomFor(0, 0)).toBe(0);
  });

  test("is between one and 500 after anything, and never asks for more than it holds", () => {
    const step = fc.oneof(
      fc.constant({ kind: "block", value: 0 }),
      fc.constant({ kind: "snub", value: 0 }),
      fc.record({
        kind: fc.constantFrom("second", "rate", "limit"),
        value: fc.integer({ min: -10, max: 2 ** 31 }),
      }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 100 }), fc.nat({ max: 600 }), (steps, outstanding) => {
        const window = new RequestWindow();
        for (const { kind, value } of steps) {
          if (kind === "block") window.blockArrived();
          else if (kind === "snub") window.snubbed();
          else if (kind === "second") window.secondPassed(value);
          else if (kind === "rate") window.fitToRate(value);
          else window.setPeerLimit(value);
          expect(window.depth).toBeGreaterThanOrEqual(1);
          expect(window.depth).toBeLessThanOrEqual(500);
        }
        const room = window.roomFor(outstanding);
        expect(room).toBeGreaterThanOrEqual(0);
        if (room > 0) expect(outstanding + room).toBe(window.depth);
      }),
      { numRuns: fewerFuzzRuns(10) },
    );
  });
});
