/** Sizes, rates and durations as people type them (`2M`, `1.5G`, `90s`, `2h`); refusals name the text they got. */
import { ClientError } from "../../core/errors.ts";

const SIZE_UNITS: Readonly<Record<string, number>> = {
  "": 1,
  K: 2 ** 10,
  M: 2 ** 20,
  G: 2 ** 30,
  T: 2 ** 40,
};
const DURATION_UNITS_MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** Bytes of `512`, `64K`, `1.5G`; K, M, G, T are powers of 1,024. An optional `B`, `iB` or `/s` may follow. */
export function parseSize(text: string, option: string): number {
  const match = /^(\d+(?:\.\d+)?)\s*([KMGT]?)(?:i?B)?(?:\/s)?$/i.exec(text.trim());
  const unit = SIZE_UNITS[(match?.[2] ?? "").toUpperCase()];
  if (match === null || unit === undefined) {
    throw new ClientError("USAGE", `${option}: "${text}" is not a size`, {
      hint: "Write it like 512K, 16M or 1.5G.",
    });
  }
  return Math.round(Number(match[1]) * unit);
}

/** Bytes per second; `0`, `none` and `off` mean no limit, answered as null. */
export function parseRate(text: string, option: string): number | null {
  if (/^(0|none|off|unlimited)$/i.test(text.trim())) return null;
  return parseSize(text, option);
}

/** Milliseconds of `90s`, `10m`, `2h`, `1d`, `500ms`; a bare number is seconds. */
export function parseDuration(text: string, option: string): number {
  const match = /^(\d+(?:\.\d+)?)\s*(ms|s|m|h|d)?$/.exec(text.trim());
  const unitMs = DURATION_UNITS_MS[match?.[2] ?? "s"];
  if (match === null || unitMs === undefined) {
    throw new ClientError("USAGE", `${option}: "${text}" is not a duration`, {
      hint: "Write it like 90s, 10m or 2h.",
    });
  }
  return Math.round(Number(match[1]) * unitMs);
}

/** The text that `parseDuration` reads, in the largest unit that fits: `14d`, `90s`, `1500ms`. */
export function durationArgument(durationMs: number): string {
  const fits = ([, unitMs]: [string, number]): boolean => durationMs > 0 && durationMs % unitMs === 0;
  const [unit, unitMs] = Object.entries(DURATION_UNITS_MS).findLast(fits) ?? ["s", 1_000];
  return `${durationMs / unitMs}${unit}`;
}

/** What `--seed` asks for: a ratio (`1.5`), a time (`2h`), or, alone, to go on until told otherwise. */
export interface SeedGoal {
  readonly ratio?: number;
  readonly forMs?: number;
}

/** `undefined` = option not given: stop when done. An empty text is `--seed` alone. */
export function parseSeedGoal(text: string | undefined): SeedGoal | undefined {
  if (text === undefined) return undefined;
  if (text === "") return {};
  if (/^\d+(\.\d+)?$/.test(text)) return { ratio: Number(text) };
  return { forMs: parseDuration(text, "--seed") };
}

export function parsePort(text: string, option: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (!(port <= 65_535)) {
    throw new ClientError("USAGE", `${option}: "${text}" is not a port`, {
      hint: "A port is 0 to 65535; 0 picks a free one.",
    });
  }
  return port;
}

/** A whole number within bounds. */
export function parseCount(text: string, option: string, least: number, most: number): number {
  const count = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
  if (count >= least && count <= most) return count;
  throw new ClientError("USAGE", `${option}: "${text}" is not a number from ${least} to ${most}`);
}
