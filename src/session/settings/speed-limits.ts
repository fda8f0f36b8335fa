/** Which of the two pairs of limits counts. */
import type { SessionSettings } from "../session-view.ts";
import { isScheduled } from "./schedule.ts";

export interface SpeedLimits {
  readonly usesAlternative: boolean;
  /** Null = no limit. */
  readonly maxDownBytesPerSecond: number | null;
  readonly maxUpBytesPerSecond: number | null;
}

export function limitsInForce(settings: SessionSettings, unixMs: number): SpeedLimits {
  const { alternativeLimits, schedule } = settings;
  const usesAlternative =
    alternativeLimits === "on" || (alternativeLimits === "scheduled" && isScheduled(schedule, unixMs));
  return usesAlternative
    ? {
        usesAlternative,
        maxDownBytesPerSecond: settings.alternativeMaxDownBytesPerSecond,
        maxUpBytesPerSecond: settings.alternativeMaxUpBytesPerSecond,
      }
    : {
        usesAlternative,
        maxDownBytesPerSecond: settings.maxDownBytesPerSecond,
        maxUpBytesPerSecond: settings.maxUpBytesPerSecond,
      };
}
