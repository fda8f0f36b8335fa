import fc from "fast-check";
import { expect, test } from "vitest";
import * as format from "../../../src/ui/format/quantities.ts";

test.each([
  [0, "0 B"],
  [17, "17 B"],
  [999, "999 B"],
  [1000, "1.0 KiB"],
  [102_347, "99.9 KiB"],
  [102_349, "100 KiB"],
  [1_023_487, "999 KiB"],
  [1_023_488, "1.0 MiB"],
  [12_884_901_888, "12.0 GiB"],
  [671_088_640, "640 MiB"],
  [3e18, "2665 PiB"],
])("%d bytes are %s", (bytes, text) => {
  expect(format.formatBytes(bytes)).toBe(text);
});

test("rates come long for sentences and short for columns", () => {
  expect(format.formatRate(2_600_000)).toBe("2.5 MiB/s");
  expect(format.formatRateShort(2_600_000)).toBe("2.5M");
  expect(format.formatRateShort(312_000)).toBe("305K");
  expect(format.formatRateShort(0.4)).toBe("0");
});

test("progress is never rounded up: 100 % means done", () => {
  expect(format.formatPercent(0.99999, 1)).toBe("99.9 %");
  expect(format.formatPercent(1, 1)).toBe("100 %");
  expect(format.formatPercentShort(0.999)).toBe("99%");
  expect(format.formatPercentShort(0.29)).toBe("29%");
});

test.each([
  [0, "0s"],
  [59.4, "59s"],
  [60, "1m"],
  [3599, "59m"],
  [3600, "1h00"],
  [4800, "1h20"],
  [86_399, "23h59"],
  [90_000, "1d1h"],
  [864_000, "10d"],
  [1e9, "99d+"],
])("%d seconds are %s", (seconds, text) => {
  expect(format.formatDuration(seconds)).toBe(text);
});

test("columns are wide enough for every value", () => {
  fc.assert(
    fc.property(fc.double({ min: 0, max: 1e15, noNaN: true }), (value) => {
      expect(format.formatBytes(value).length).toBeLessThanOrEqual(8);
      expect(format.formatRateShort(value).length).toBeLessThanOrEqual(6);
      expect(format.formatDuration(value).length).toBeLessThanOrEqual(6);
    }),
  );
});

test("large numbers are grouped and plurals are right", () => {
  expect(format.formatCount(1_234_567)).toBe("1 234 567");
  expect(format.plural(1, "peer")).toBe("1 peer");
  expect(format.plural(2404, "peer")).toBe("2 404 peers");
});

test("what was given is shown as a share, without a number where there is none", () => {
  expect(format.formatShareRatio(0.3149)).toBe("0.31");
  expect(format.formatShareRatio(24.13)).toBe("24.1");
  expect(format.formatShareRatio(Number.POSITIVE_INFINITY)).toBe("-");
});

test("copies are rounded down: below one is never one", () => {
  expect(format.formatCopies(0.999)).toBe("0.99");
  expect(format.formatCopies(41.37)).toBe("41.3");
});

test("hashes are shown by both ends", () => {
  expect(format.shortHash("4be190c2a1f3d5e7b9081726354453627180f9a8")).toBe("4be1…f9a8");
});
