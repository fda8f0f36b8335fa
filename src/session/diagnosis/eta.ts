/** When it will be done, as far as one can tell: never a guess from a standing start, never finite when pieces are on no peer. */

/** Slower than this is standing still. */
const LEAST_RATE_BYTES_PER_SECOND = 64;
/** Beyond a hundred days "unknown" is more honest. */
const LONGEST_SECONDS = 100 * 86_400;

/** Seconds to go at `bytesPerSecond`; null when unknown or never. */
export function etaSeconds(
  missingBytes: number,
  bytesPerSecond: number,
  reachableRatio: number,
): number | null {
  if (missingBytes === 0) return 0;
  if (bytesPerSecond < LEAST_RATE_BYTES_PER_SECOND || reachableRatio < 1) return null;
  const seconds = missingBytes / bytesPerSecond;
  return seconds > LONGEST_SECONDS ? null : seconds;
}
