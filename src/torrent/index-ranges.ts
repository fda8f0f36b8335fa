/**
 * Sets of file numbers in the notation that BEP 53 (`so=0,2,4-6`) and `--select` share: numbers and inclusive ranges
 * between commas. Ranges stay ranges, so that `0-4294967295` costs nothing.
 */
import { MAX_FILES } from "./torrent-config.ts";

/** Both ends belong to the range. */
export interface IndexRange {
  readonly first: number;
  readonly last: number;
}

/** `7` or `3-5`; `undefined` for anything else, for a range that runs backwards and for what no torrent can have. */
export function parseIndexRange(text: string): IndexRange | undefined {
  const match = /^(\d{1,9})(?:-(\d{1,9}))?$/.exec(text);
  if (match === null) return undefined;
  const first = Number(match[1]);
  const last = Number(match[2] ?? match[1]);
  return first <= last && last <= MAX_FILES ? { first, last } : undefined;
}

/** Sorted, overlapping and touching ranges joined. */
export function mergeRanges(ranges: readonly IndexRange[]): IndexRange[] {
  const merged: IndexRange[] = [];
  for (const range of [...ranges].sort((a, b) => a.first - b.first)) {
    const before = merged.at(-1);
    if (before === undefined || range.first > before.last + 1) merged.push(range);
    else merged[merged.length - 1] = { first: before.first, last: Math.max(before.last, range.last) };
  }
  return merged;
}

export function formatRanges(ranges: readonly IndexRange[]): string {
  return ranges.map(({ first, last }) => (first === last ? `${first}` : `${first}-${last}`)).join(",");
}
