/** The types of the session's settings, for what comes from outside: the channel, and the record of a former session. */

import {
  type Guards,
  isAmountOrNull,
  isBoolean,
  isCount,
  isCountOrNull,
  isListOf,
  isShape,
  isText,
  isTextList,
} from "../channel/guards.ts";
import type { ScheduleSpan, SessionSettings, WatchFolder } from "../session-view.ts";

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
  watchFolders: (value): value is readonly WatchFolder[] => isListOf(value, isWatchFolder),
  completionHook: (value): value is readonly string[] | null => value === null || isTextList(value),
};

function isAlternative(value: unknown): value is SessionSettings["alternativeLimits"] {
  return value === "off" || value === "on" || value === "scheduled";
}

function isWatchFolder(value: unknown): value is WatchFolder {
  return isShape<WatchFolder>(value, {
    folder: isText,
    saveTo: (saveTo): saveTo is string | null => saveTo === null || isText(saveTo),
    labels: isTextList,
  });
}

function isScheduleSpan(value: unknown): value is ScheduleSpan {
  return isShape<ScheduleSpan>(value, {
    days: (days): days is readonly number[] => isListOf(days, isCount),
    fromMinute: isCount,
    toMinute: isCount,
  });
}
