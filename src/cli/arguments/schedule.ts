/** A weekly schedule as people write it: `mon-fri 08:00-18:00, sat,sun 10:00-02:00`. */
import { ClientError } from "../../core/errors.ts";
import type { ScheduleSpan } from "../../session/session-view.ts";

const DAYS: readonly string[] = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
const MINUTES_A_DAY = 24 * 60;

/** Spans stand between semicolons; days before the time, `daily` or nothing for every day. Throws USAGE. */
export function parseSchedule(text: string, option: string): readonly ScheduleSpan[] {
  return text
    .split(";")
    .map((part) => part.trim())
    .filter((part) => part !== "")
    .map((part) => parseSpan(part, option));
}

/** The text that `parseSchedule` reads. */
export function scheduleText(spans: readonly ScheduleSpan[]): string {
  return spans
    .map(
      ({ days, fromMinute, toMinute }) => `${daysText(days)} ${clockText(fromMinute)}-${clockText(toMinute)}`,
    )
    .join("; ");
}

function parseSpan(text: string, option: string): ScheduleSpan {
  const [, days = "daily", from = "", to = ""] =
    /^(?:([a-z,\s-]+?)\s+)?(\d{1,2}:\d\d)\s*-\s*(\d{1,2}:\d\d)$/i.exec(text) ?? [];
  const fromMinute = parseClock(from);
  const toMinute = parseClock(to);
  const list = parseDays(days.toLowerCase());
  if (fromMinute === undefined || toMinute === undefined || list === undefined) {
    throw new ClientError("USAGE", `${option}: "${text}" is not a time of the week`, {
      hint: 'Write it like "mon-fri 08:00-18:00; sat,sun 10:00-02:00".',
    });
  }
  return { days: list, fromMinute, toMinute };
}

function parseClock(text: string): number | undefined {
  const [, hours, minutes] = /^(\d{1,2}):(\d\d)$/.exec(text) ?? [];
  const minute = Number(hours) * 60 + Number(minutes);
  return Number(minutes) < 60 && minute < MINUTES_A_DAY ? minute : undefined;
}

/** Day numbers of `daily`, `mon-fri`, `sat,sun`; a range may go over the end of the week. */
function parseDays(text: string): readonly number[] | undefined {
  if (text === "daily") return DAYS.map((_, day) => day);
  const days: number[] = [];
  for (const part of text.split(",")) {
    const [first = -1, last = first] = part.split("-").map((name) => DAYS.indexOf(name.trim().slice(0, 3)));
    if (first < 0 || last < 0) return undefined;
    for (let day = first; ; day = (day + 1) % DAYS.length) {
      days.push(day);
      if (day === last) break;
    }
  }
  return [...new Set(days)];
}

function daysText(days: readonly number[]): string {
  return days.length === DAYS.length ? "daily" : days.map((day) => DAYS[day]).join(",");
}

function clockText(minute: number): string {
  return `${String(Math.floor(minute / 60)).padStart(2, "0")}:${String(minute % 60).padStart(2, "0")}`;
}
