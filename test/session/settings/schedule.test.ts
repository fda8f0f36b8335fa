import { describe, expect, test } from "vitest";
import { checkedSchedule, isScheduled } from "../../../src/session/settings/schedule.ts";
import { UNSET_SETTINGS } from "../../../src/session/settings/session-settings.ts";
import { limitsInForce } from "../../../src/session/settings/speed-limits.ts";

const WORKDAYS = [1, 2, 3, 4, 5];
const OFFICE = { days: WORKDAYS, fromMinute: 8 * 60, toMinute: 17 * 60 + 30 };
const NIGHT = { days: [5], fromMinute: 23 * 60, toMinute: 6 * 60 };
/** Local time in November 2026; the 23rd is a Monday. */
const at = (day: number, hour: number, minute = 0): number => new Date(2026, 10, day, hour, minute).getTime();

describe("a schedule", () => {
  test("holds from its first minute to the one before its last, on its days", () => {
    const holds = (unixMs: number): boolean => isScheduled([OFFICE], unixMs);
    expect([at(23, 7, 59), at(23, 8), at(23, 17, 29), at(23, 17, 30)].map(holds)).toEqual([
      false,
      true,
      true,
      false,
    ]);
    expect([at(22, 12), at(28, 12)].map(holds)).toEqual([false, false]);
  });

  test("that ends before it began ends on the next day", () => {
    const holds = (unixMs: number): boolean => isScheduled([NIGHT], unixMs);
    expect([at(27, 22, 59), at(27, 23), at(28, 5, 59), at(28, 6)].map(holds)).toEqual([
      false,
      true,
      true,
      false,
    ]);
    expect(holds(at(27, 5))).toBe(false);
  });

  test("of a whole day has equal ends", () => {
    expect(isScheduled([{ days: [6], fromMinute: 0, toMinute: 0 }], at(28, 13))).toBe(true);
  });

  test.each([
    ["no days", { ...OFFICE, days: [] }],
    ["an eighth day", { ...OFFICE, days: [7] }],
    ["a minute past midnight", { ...OFFICE, toMinute: 1_440 }],
    ["half a minute", { ...OFFICE, fromMinute: 0.5 }],
  ])("with %s is refused", (_, span) => {
    expect(() => checkedSchedule([span])).toThrow(expect.objectContaining({ code: "USAGE" }));
  });
});

test("the alternative limits count when they are on, or when the schedule says so", () => {
  const settings = {
    ...UNSET_SETTINGS,
    maxDownBytesPerSecond: 1_000,
    alternativeMaxUpBytesPerSecond: 5,
    schedule: [OFFICE],
  };
  const usual = { usesAlternative: false, maxDownBytesPerSecond: 1_000, maxUpBytesPerSecond: null };
  const alternative = { usesAlternative: true, maxDownBytesPerSecond: null, maxUpBytesPerSecond: 5 };
  expect(limitsInForce(settings, at(23, 9))).toEqual(usual);
  expect(limitsInForce({ ...settings, alternativeLimits: "on" }, at(22, 9))).toEqual(alternative);
  expect(limitsInForce({ ...settings, alternativeLimits: "scheduled" }, at(23, 9))).toEqual(alternative);
  expect(limitsInForce({ ...settings, alternativeLimits: "scheduled" }, at(22, 9))).toEqual(usual);
});
