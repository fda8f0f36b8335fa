/**
 * The session's settings as a value: what holds when nobody said anything, and changes, checked as a whole before
 * any of them counts.
 */
import type { SessionSettings } from "../session-view.ts";
import { checkedAmount, checkedCount, checkedLimit } from "./checked-value.ts";
import { checkedSchedule } from "./schedule.ts";

/** No limit, no queue, no goal: the session of a program that ends when its work is done. */
export const UNSET_SETTINGS: SessionSettings = Object.freeze({
  maxDownBytesPerSecond: null,
  maxUpBytesPerSecond: null,
  alternativeMaxDownBytesPerSecond: null,
  alternativeMaxUpBytesPerSecond: null,
  alternativeLimits: "off",
  schedule: [],
  maxActiveDownloads: null,
  maxActiveSeeds: null,
  defaultSeedRatio: null,
  defaultSeedForMs: null,
  partNames: false,
});

const DAY_MS = 86_400_000;

/**
 * Of a session that goes on from one start to the next (dashboard, daemon): a torrent gives back one and a half times
 * what it took, or stays for two weeks, whichever comes first. A swarm lives when each member gives more than it takes.
 */
export const LASTING_SETTINGS: SessionSettings = Object.freeze({
  ...UNSET_SETTINGS,
  defaultSeedRatio: 1.5,
  defaultSeedForMs: 14 * DAY_MS,
});

/** `changes` over `former`. Throws `USAGE` for values that make no sense. */
export function changedSettings(former: SessionSettings, changes: Partial<SessionSettings>): SessionSettings {
  const next = { ...former, ...withoutUndefined(changes) };
  return {
    maxDownBytesPerSecond: checkedLimit(next.maxDownBytesPerSecond, "download limit"),
    maxUpBytesPerSecond: checkedLimit(next.maxUpBytesPerSecond, "upload limit"),
    alternativeMaxDownBytesPerSecond: checkedLimit(next.alternativeMaxDownBytesPerSecond, "download limit"),
    alternativeMaxUpBytesPerSecond: checkedLimit(next.alternativeMaxUpBytesPerSecond, "upload limit"),
    alternativeLimits: next.alternativeLimits,
    schedule: checkedSchedule(next.schedule),
    maxActiveDownloads: checkedCount(next.maxActiveDownloads, "number of downloads"),
    maxActiveSeeds: checkedCount(next.maxActiveSeeds, "number of seeding torrents"),
    defaultSeedRatio: checkedAmount(next.defaultSeedRatio, "ratio"),
    defaultSeedForMs: checkedAmount(next.defaultSeedForMs, "time"),
    partNames: next.partNames,
  };
}

/** An option that is present and undefined says nothing. */
export function withoutUndefined<Shape extends object>(shape: Shape): Shape {
  return Object.fromEntries(Object.entries(shape).filter(([, value]) => value !== undefined)) as Shape;
}
