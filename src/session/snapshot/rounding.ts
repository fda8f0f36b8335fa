/**
 * Figures rounded to what people read, before they are compared: noise below that is no change, so an idle session
 * publishes nothing.
 */

/** Two digits below one hundred, three above: 1.26 M stays, 1.2634 M does not. Not negative. */
export function roundedRate(bytesPerSecond: number): number {
  if (!(bytesPerSecond >= 1)) return 0;
  const digits = Math.floor(Math.log10(bytesPerSecond)) + 1;
  const unit = 10 ** Math.max(0, digits - 3);
  return Math.round(bytesPerSecond / unit) * unit;
}

/** Thousandths; 1 only when it is complete, 0 only when there is nothing. */
export function roundedRatio(ratio: number): number {
  if (!(ratio > 0)) return 0;
  if (ratio >= 1) return 1;
  return Math.min(0.999, Math.max(0.001, Math.round(ratio * 1_000) / 1_000));
}

/** Hundredths, as copies are shown. */
export function roundedHundredths(value: number): number {
  return Math.round(value * 100) / 100;
}

/** Seconds up to two minutes, then five-second steps up to ten, minutes up to a day, hours beyond. */
export function roundedSeconds(seconds: number): number {
  const step = seconds < 120 ? 1 : seconds < 600 ? 5 : seconds < 86_400 ? 60 : 3_600;
  return Math.round(seconds / step) * step;
}

/** Milliseconds cut to whole minutes: a time that runs is no change every second. */
export function roundedMinutes(milliseconds: number): number {
  return Math.floor(milliseconds / 60_000) * 60_000;
}

/** Free space in steps of 16 MiB: what our own writes take is seen in the progress. */
export function roundedSpace(bytes: number): number {
  const step = 16 * 1_048_576;
  return Math.floor(bytes / step) * step;
}

/** Events per second with one decimal below ten. */
export function roundedFrequency(perSecond: number): number {
  return perSecond < 10 ? Math.round(perSecond * 10) / 10 : Math.round(perSecond);
}
