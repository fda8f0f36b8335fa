/** Of `sorted` milliseconds, rounded: the one that so large a share of them lies below; null when there are none. */
export function quantileMs(sorted: readonly number[], share: number): number | null {
  const value = sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
  return value === undefined ? null : Math.round(value);
}
