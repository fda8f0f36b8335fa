/** Rate limits as people write them: `500K`, `2M`, `1.5G` bytes a second (powers of 1,024), nothing for no limit. */

const FACTORS: Readonly<Record<string, number>> = { K: 1024, M: 1024 ** 2, G: 1024 ** 3 };
const LIMIT = /^(\d+(?:\.\d+)?)\s*([KMG])(?:i?B)?(?:\/s)?$/i;
const NO_LIMIT = /^(?:|0|-|none|no|off|unlimited)$/i;

export type ParsedLimit = { readonly bytesPerSecond: number | null } | { readonly isInvalid: true };

export function parseRateLimit(text: string): ParsedLimit {
  const trimmed = text.trim();
  if (NO_LIMIT.test(trimmed)) return { bytesPerSecond: null };
  const match = LIMIT.exec(trimmed);
  const factor = FACTORS[match?.[2]?.toUpperCase() ?? ""];
  const bytesPerSecond = factor === undefined ? 0 : Math.round(Number(match?.[1]) * factor);
  return bytesPerSecond > 0 ? { bytesPerSecond } : { isInvalid: true };
}

/** What `parseRateLimit` reads as `bytesPerSecond`, to within a tenth of a unit. */
export function formatRateLimit(bytesPerSecond: number | null): string {
  if (bytesPerSecond === null) return "";
  const unit = bytesPerSecond >= 1024 ** 3 ? "G" : bytesPerSecond >= 1024 ** 2 ? "M" : "K";
  const value = bytesPerSecond / (FACTORS[unit] as number);
  return `${Number(value.toFixed(1))}${unit}`;
}
