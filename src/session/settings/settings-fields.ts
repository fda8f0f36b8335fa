/** The types of the session's settings, for what comes from outside: the channel, and the record of a former session. */

import {
  type Guards,
  isAmountOrNull,
  isBoolean,
  isCount,
  isCountOrNull,
  isListOf,
  isShape,
} from "../channel/guards.ts";
import type { ScheduleSpan, SessionSettings } from "../session-view.ts";

export const SETTINGS_FIELDS: Guards<SessionSettings> = {
  maxDownBytesPerSecond: isCountOrNull,
  maxUpBytesPerSecond: isCountOrNull,
  alternativeMaxDownBytesPerSecond: isCountOrNull,
  alternativeMaxUpBytesPerSecond: isCountOrNull,
  alternativeLimits: isAlternative,
  schedule: (value): value is readonly ScheduleSpan[] => isListOf(value, isScheduleSpan),
  maxActiveDownloads: isCountOrNull,
  maxActiveSeeds: isCountOrNull,
  defaultSeedRatio: isAmountOrNull,
  defaultSeedForMs: isAmountOrNull,
  partNames: isBoolean,
};

function isAlternative(value: unknown): value is SessionSettings["alternativeLimits"] {
  return value === "off" || value === "on" || value === "scheduled";
}

function isScheduleSpan(value: unknown): value is ScheduleSpan {
  return isShape<ScheduleSpan>(value, {
    days: (days): days is readonly number[] => isListOf(days, isCount),
    fromMinute: isCount,
    toMinute: isCount,
  });
}
