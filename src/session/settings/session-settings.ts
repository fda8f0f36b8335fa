/**
 * The session's settings as a value: what holds when nobody said anything, and changes, checked as a whole before
 * any of them counts.
 */
import { ClientError } from "../../core/errors.ts";
import type { SessionSettings, WatchFolder } from "../session-view.ts";
import { checkedAmount, checkedCount, checkedLimit } from "./checked-value.ts";
import { checkedSchedule } from "./schedule.ts";
import { checkedLabels } from "./torrent-choices.ts";

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
  watchFolders: [],
  completionHook: null,
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
    watchFolders: checkedWatchFolders(next.watchFolders),
    completionHook: checkedHook(next.completionHook),
  };
}

/** Each is listed every few seconds. */
const MAX_WATCH_FOLDERS = 16;

function checkedWatchFolders(folders: readonly WatchFolder[]): readonly WatchFolder[] {
  const isNamed = ({ folder, saveTo }: WatchFolder): boolean =>
    isPath(folder) && (saveTo === null || isPath(saveTo));
  if (folders.length > MAX_WATCH_FOLDERS || !folders.every(isNamed))
    throw new ClientError("USAGE", "These are not watch folders.", {
      hint: `Give at most ${MAX_WATCH_FOLDERS} folders.`,
    });
  return folders.map((one) => ({ ...one, labels: checkedLabels(one.labels) }));
}

function checkedHook(program: readonly string[] | null): readonly string[] | null {
  if (
    program === null ||
    (program.length > 0 && isPath(program[0] ?? "") && program.every((arg) => !arg.includes("\0")))
  )
    return program;
  throw new ClientError("USAGE", "This is not a program with its arguments.", {
    hint: "Give the program first and each argument on its own; no shell reads them.",
  });
}

function isPath(text: string): boolean {
  return text !== "" && !text.includes("\0");
}

/** An option that is present and undefined says nothing. */
export function withoutUndefined<Shape extends object>(shape: Shape): Shape {
  return Object.fromEntries(Object.entries(shape).filter(([, value]) => value !== undefined)) as Shape;
}
