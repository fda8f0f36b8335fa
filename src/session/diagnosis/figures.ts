/** Numbers as they stand in sentences: short, rounded, with their unit. Sizes are powers of 1,024. */

const SIZE_UNITS: readonly string[] = ["bytes", "KiB", "MiB", "GiB", "TiB"];

/** `812 KiB`, `3.1 GiB`. */
export function sizeText(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1_000 && unit < SIZE_UNITS.length - 1) {
    value /= 1_024;
    unit++;
  }
  return `${unit > 0 && value < 10 ? value.toFixed(1) : Math.round(value)} ${SIZE_UNITS[unit]}`;
}

export function rateText(bytesPerSecond: number): string {
  return `${sizeText(bytesPerSecond)}/s`;
}

/** `40 s`, `3 min`, `2 h`, `5 days`: one unit, rounded down. */
export function durationText(durationMs: number): string {
  const seconds = Math.max(0, Math.floor(durationMs / 1_000));
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 7_200) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 172_800) return `${Math.floor(seconds / 3_600)} h`;
  return `${Math.floor(seconds / 86_400)} days`;
}

/** `98.6 %`; 100 only for everything. */
export function percentText(ratio: number): string {
  return `${(Math.floor(ratio * 1_000) / 10).toString()} %`;
}

/** `1 peer`, `2,404 pieces`. */
export function countText(count: number, one: string, many: string): string {
  return `${groupedDigits(count)} ${count === 1 ? one : many}`;
}

export function groupedDigits(count: number): string {
  return count.toString().replace(/\B(?=(\d{3})+$)/g, ",");
}
