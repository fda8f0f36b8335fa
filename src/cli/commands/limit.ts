/**
 * `starling limit [key=value…]`: what holds for all torrents: limits, their schedule, the queue, the usual seeding goal,
 * and what happens when files come and torrents are finished.
 */
import { ClientError } from "../../core/errors.ts";
import type { SessionSettings } from "../../session/session-view.ts";
import { hookText, parseHook } from "../arguments/completion-hook.ts";
import { type KeyReaders, parseNumberOrNone, parseSwitch, readKeyValues } from "../arguments/key-values.ts";
import type { ProfileFlags } from "../arguments/profile.ts";
import { durationArgument, parseDuration, parseRate } from "../arguments/quantities.ts";
import { parseSchedule, scheduleText } from "../arguments/schedule.ts";
import { parseWatchFolders, watchFoldersText } from "../arguments/watch-folders.ts";
import { withEngine } from "../engine/with-engine.ts";
import { EXIT_OK } from "../exit-codes.ts";
import type { Output } from "../output/output.ts";
import { rateText } from "../output/quantity-text.ts";

type Changes = Partial<SessionSettings>;

const READERS: KeyReaders<Changes> = {
  down: (text, key) => ({ maxDownBytesPerSecond: parseRate(text, key) }),
  up: (text, key) => ({ maxUpBytesPerSecond: parseRate(text, key) }),
  "alt-down": (text, key) => ({ alternativeMaxDownBytesPerSecond: parseRate(text, key) }),
  "alt-up": (text, key) => ({ alternativeMaxUpBytesPerSecond: parseRate(text, key) }),
  alt: (text) => ({ alternativeLimits: parseAlternative(text) }),
  schedule: (text, key) => ({ schedule: parseSchedule(text, key), alternativeLimits: "scheduled" }),
  downloads: (text, key) => ({ maxActiveDownloads: parseNumberOrNone(text, key) }),
  seeds: (text, key) => ({ maxActiveSeeds: parseNumberOrNone(text, key) }),
  ratio: (text, key) => ({ defaultSeedRatio: parseNumberOrNone(text, key) }),
  time: (text, key) => ({ defaultSeedForMs: parseTimeOrNone(text, key) }),
  "part-names": (text, key) => ({ partNames: parseSwitch(text, key) }),
  watch: (text, key) => ({ watchFolders: parseWatchFolders(text, key) }),
  "on-done": (text, key) => ({ completionHook: parseHook(text, key) }),
};

export async function runLimit(
  operands: readonly string[],
  flags: ProfileFlags,
  output: Output,
): Promise<number> {
  const changes: Changes = Object.assign({}, ...readKeyValues(operands, READERS));
  return await withEngine(flags, async (engine) => {
    if (operands.length > 0) await engine.commands.configure(changes);
    const settings = { ...engine.getSnapshot().settings, ...changes };
    for (const line of settingLines(settings)) output.result(line);
    output.json({ ok: true, settings });
    return EXIT_OK;
  });
}

/** `none` is no goal; anything else a duration. */
export function parseTimeOrNone(text: string, key: string): number | null {
  return /^(none|off)$/i.test(text) ? null : parseDuration(text, key);
}

function parseAlternative(text: string): SessionSettings["alternativeLimits"] {
  if (text === "on" || text === "off" || text === "scheduled") return text;
  throw new ClientError("USAGE", `alt: "${text}" is not on, off or scheduled`);
}

/** As they are typed. */
function settingLines(settings: SessionSettings): readonly string[] {
  const rate = (limit: number | null): string => (limit === null ? "none" : rateText(limit));
  const count = (limit: number | null): string => (limit === null ? "none" : String(limit));
  const time = settings.defaultSeedForMs;
  return [
    `down=${rate(settings.maxDownBytesPerSecond)}`,
    `up=${rate(settings.maxUpBytesPerSecond)}`,
    `alt-down=${rate(settings.alternativeMaxDownBytesPerSecond)}`,
    `alt-up=${rate(settings.alternativeMaxUpBytesPerSecond)}`,
    `alt=${settings.alternativeLimits}`,
    `schedule=${scheduleText(settings.schedule)}`,
    `downloads=${count(settings.maxActiveDownloads)}`,
    `seeds=${count(settings.maxActiveSeeds)}`,
    `ratio=${count(settings.defaultSeedRatio)}`,
    `time=${time === null ? "none" : durationArgument(time)}`,
    `part-names=${settings.partNames ? "on" : "off"}`,
    `watch=${watchFoldersText(settings.watchFolders)}`,
    `on-done=${hookText(settings.completionHook)}`,
  ];
}
