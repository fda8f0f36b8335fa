/** What the user chose for one torrent, apart from its files: a value that is replaced as a whole. */
import { ClientError } from "../../core/errors.ts";
import { DECEPTIVE_CODE_POINTS } from "../../core/safe-text.ts";
import type { TorrentSettings } from "../session-view.ts";
import type { SeedingGoal } from "../torrent/seeding-goal.ts";
import { checkedAmount, checkedLimit } from "./checked-value.ts";

export interface TorrentChoices {
  readonly labels: readonly string[];
  readonly isSequential: boolean;
  /** Undefined = no limit of its own. */
  readonly maxDownBytesPerSecond: number | undefined;
  readonly maxUpBytesPerSecond: number | undefined;
  /** Undefined = the session's. */
  readonly goal: SeedingGoal | undefined;
}

/** More are not read by anybody. */
export const MAX_LABELS = 32;
export const MAX_LABEL_CHARACTERS = 100;

const DECEPTIVE = new RegExp(`[${DECEPTIVE_CODE_POINTS}]`, "u");

/** `settings` over `former`. Throws `USAGE` for values that make no sense. */
export function changedChoices(former: TorrentChoices, settings: TorrentSettings): TorrentChoices {
  const { labels, isSequential, maxDownBytesPerSecond, maxUpBytesPerSecond } = settings;
  return {
    labels: labels === undefined ? former.labels : checkedLabels(labels),
    isSequential: isSequential ?? former.isSequential,
    maxDownBytesPerSecond: changedLimit(
      former.maxDownBytesPerSecond,
      maxDownBytesPerSecond,
      "download limit",
    ),
    maxUpBytesPerSecond: changedLimit(former.maxUpBytesPerSecond, maxUpBytesPerSecond, "upload limit"),
    goal: changedGoal(former.goal, settings),
  };
}

/** Trimmed, each once, in the order given. Throws `USAGE` for too many, too long ones, and ones that hide or steer. */
export function checkedLabels(labels: readonly string[]): readonly string[] {
  const distinct = [...new Set(labels.map((label) => label.trim()))];
  const isLabel = (label: string): boolean =>
    label !== "" && label.length <= MAX_LABEL_CHARACTERS && !DECEPTIVE.test(label);
  if (distinct.length <= MAX_LABELS && distinct.every(isLabel)) return distinct;
  throw new ClientError("USAGE", "These are not labels.", {
    hint: `Give at most ${MAX_LABELS} words or phrases of 1 to ${MAX_LABEL_CHARACTERS} visible characters.`,
  });
}

function changedLimit(
  former: number | undefined,
  limit: number | null | undefined,
  what: string,
): number | undefined {
  return limit === undefined ? former : (checkedLimit(limit, what) ?? undefined);
}

function changedGoal(former: SeedingGoal | undefined, settings: TorrentSettings): SeedingGoal | undefined {
  const base = settings.usesDefaultGoal === true ? undefined : former;
  const { seedRatio, seedForMs } = settings;
  if (seedRatio === undefined && seedForMs === undefined) return base;
  return {
    ratio: seedRatio === undefined ? base?.ratio : (checkedAmount(seedRatio, "ratio") ?? undefined),
    forMs: seedForMs === undefined ? base?.forMs : (checkedAmount(seedForMs, "time") ?? undefined),
  };
}
