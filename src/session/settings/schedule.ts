/** The times of the week in which the alternative limits count. */
import { ClientError } from "../../core/errors.ts";
import type { ScheduleSpan } from "../session-view.ts";

const MINUTES_PER_DAY = 24 * 60;
const DAYS_PER_WEEK = 7;
/** More than two spans a day for each day of the week is no schedule that a person keeps. */
const MAX_SPANS = 28;

/** Whether a span holds at this moment, in the local time of this process; across summer time it follows the clock on the wall. */
export function isScheduled(schedule: readonly ScheduleSpan[], unixMs: number): boolean {
  if (schedule.length === 0) return false;
  const local = new Date(unixMs);
  const day = local.getDay();
  const minute = local.getHours() * 60 + local.getMinutes();
  return schedule.some((span) => holds(span, day, minute));
}

function holds({ days, fromMinute, toMinute }: ScheduleSpan, day: number, minute: number): boolean {
  const yesterday = (day + DAYS_PER_WEEK - 1) % DAYS_PER_WEEK;
  if (fromMinute < toMinute) return days.includes(day) && minute >= fromMinute && minute < toMinute;
  return (days.includes(day) && minute >= fromMinute) || (days.includes(yesterday) && minute < toMinute);
}

/** Throws `USAGE` for what is no schedule. */
export function checkedSchedule(schedule: readonly ScheduleSpan[]): readonly ScheduleSpan[] {
  if (schedule.length <= MAX_SPANS && schedule.every(isSpan)) return schedule;
  throw new ClientError("USAGE", "These are not the times of a schedule.", {
    hint: `Give at most ${MAX_SPANS} spans of days (0 = Sunday to 6) and minutes after midnight (0 to 1439).`,
  });
}

function isSpan({ days, fromMinute, toMinute }: ScheduleSpan): boolean {
  const isDay = (day: number): boolean => Number.isInteger(day) && day >= 0 && day < DAYS_PER_WEEK;
  const isMinute = (minute: number): boolean =>
    Number.isInteger(minute) && minute >= 0 && minute < MINUTES_PER_DAY;
  return (
    days.length > 0 &&
    days.length <= DAYS_PER_WEEK &&
    days.every(isDay) &&
    isMinute(fromMinute) &&
    isMinute(toMinute)
  );
}
