/** When it will be done, as far as one can tell: never a guess from a standing start, never finite when pieces are on no peer. */

/** Slower than this is standing still. */
const LEAST_RATE_BYTES_PER_SECOND = 64;
/** Beyond a hundred days "unknown" is more honest. */
const LONGEST_SECONDS = 100 * 86_400;

/**
 * Transfers gather speed, as more peers are found and have more to give; few lose it. Of simulated finishes one in ten
 * came in half of what the best rates promised, one in ten after 1.1 times what the worst did (docs/health.md).
 */
const SOONER = 0.5;
const LATER = 1.1;

export interface EtaRange {
  readonly lowSeconds: number;
  readonly highSeconds: number;
}

export interface EtaInputs {
  readonly missingBytes: number;
  /** A good and a poor rate of the last minutes; undefined before there are enough samples. */
  readonly highRateBytesPerSecond: number | undefined;
  readonly lowRateBytesPerSecond: number | undefined;
  /** 0 to 1: wanted bytes that we have or a connected peer has. */
  readonly reachableRatio: number;
  /** Missing bytes that one peer alone has, and what it gives. */
  readonly soleSource: { readonly bytes: number; readonly bytesPerSecond: number } | undefined;
}

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

/**
 * From somewhat sooner than the best to somewhat later than the worst that the rates of the last minutes promise; null
 * when unknown or never.
 */
export function etaRange(inputs: EtaInputs): EtaRange | null {
  const { missingBytes, highRateBytesPerSecond, lowRateBytesPerSecond, reachableRatio, soleSource } = inputs;
  if (highRateBytesPerSecond === undefined || lowRateBytesPerSecond === undefined) return null;
  const low = etaSeconds(missingBytes, highRateBytesPerSecond, reachableRatio);
  const high = etaSeconds(missingBytes, lowRateBytesPerSecond, reachableRatio);
  if (low === null || high === null) return null;
  // What one peer alone has comes from it, or from those that it gives it to: the former is the worst case.
  const alone = soleSource === undefined ? 0 : etaSeconds(soleSource.bytes, soleSource.bytesPerSecond, 1);
  if (alone === null) return null;
  return { lowSeconds: SOONER * low, highSeconds: LATER * Math.max(high, alone) };
}
