/**
 * Numbers as people read them, rounded so that what is shown changes only when it means something. Units are powers of
 * 1,024, as in the WHY line, on the command line and in the limits that users type. Progress is rounded down: 100 %
 * means done.
 */

const UNITS = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"] as const;
const UNIT_STEP = 1024;
const SHORT_UNITS = ["", "K", "M", "G", "T", "P"] as const;
const MINUTE_SECONDS = 60;
const HOUR_SECONDS = 3600;
const DAY_SECONDS = 86_400;
/** A longer wait is no forecast. */
const LONGEST_DURATION_SECONDS = 99 * DAY_SECONDS;

interface Scaled {
  readonly digits: string;
  readonly unit: number;
}

/** One decimal below 100, none above; bytes are whole. */
function scale(value: number): Scaled {
  let unit = 0;
  let scaled = Math.max(0, value);
  while (unit < UNITS.length - 1 && scaled >= (unit === 0 ? 1000 : 999.5)) {
    scaled /= UNIT_STEP;
    unit++;
  }
  const decimals = unit === 0 || scaled >= 99.95 ? 0 : 1;
  return { digits: scaled.toFixed(decimals), unit };
}

/** `12.0 GiB`, `640 MiB`, `17 B`. */
export function formatBytes(bytes: number): string {
  const { digits, unit } = scale(Math.round(bytes));
  return `${digits} ${UNITS[unit]}`;
}

/** As `formatBytes` without decimals from 10 on: `84 GiB`, for what is only an order of magnitude. */
export function formatBytesRoughly(bytes: number): string {
  const { digits, unit } = scale(Math.round(bytes));
  const rough = Number(digits) >= 10 ? Number(digits).toFixed(0) : digits;
  return `${rough} ${UNITS[unit]}`;
}

/** `2.6 MiB/s`; `0 B/s` below half a byte. */
export function formatRate(bytesPerSecond: number): string {
  return `${formatBytes(bytesPerSecond)}/s`;
}

/** For columns: `2.6M`, `312K`, `0`. */
export function formatRateShort(bytesPerSecond: number): string {
  const { digits, unit } = scale(Math.round(bytesPerSecond));
  return `${digits}${SHORT_UNITS[unit]}`;
}

/** `71 %`, or with decimals `71.2 %`; never rounded up. */
export function formatPercent(ratio: number, decimals = 0): string {
  return `${floorPercent(ratio, decimals)} %`;
}

/** `71%`, for columns. */
export function formatPercentShort(ratio: number): string {
  return `${floorPercent(ratio, 0)}%`;
}

function floorPercent(ratio: number, decimals: number): string {
  const factor = 10 ** decimals;
  const percent = Math.floor(Math.min(1, Math.max(0, ratio)) * 100 * factor + 1e-9) / factor;
  return percent.toFixed(percent === 100 ? 0 : decimals);
}

/** `40s`, `22m`, `1h20`, `3d4h`, `99d+`: at most five cells. */
export function formatDuration(seconds: number): string {
  if (seconds > LONGEST_DURATION_SECONDS) return "99d+";
  const whole = Math.max(0, Math.round(seconds));
  if (whole < MINUTE_SECONDS) return `${whole}s`;
  if (whole < HOUR_SECONDS) return `${Math.floor(whole / MINUTE_SECONDS)}m`;
  if (whole < DAY_SECONDS) {
    const minutes = Math.floor((whole % HOUR_SECONDS) / MINUTE_SECONDS);
    return `${Math.floor(whole / HOUR_SECONDS)}h${String(minutes).padStart(2, "0")}`;
  }
  const hours = Math.floor((whole % DAY_SECONDS) / HOUR_SECONDS);
  const days = Math.floor(whole / DAY_SECONDS);
  return days < 10 ? `${days}d${hours}h` : `${days}d`;
}

/** `0.8 s`, `42 s`, `3 min`: how long something took. */
export function formatElapsed(elapsedMs: number): string {
  if (elapsedMs < 10_000) return `${(Math.max(0, elapsedMs) / 1000).toFixed(1)} s`;
  if (elapsedMs < 120_000) return `${Math.round(elapsedMs / 1000)} s`;
  return formatDuration(elapsedMs / 1000);
}

/** `2 404`: groups of three, apart. */
export function formatCount(count: number): string {
  return String(Math.round(count)).replace(/\B(?=(\d{3})+$)/g, " ");
}

/** `14 peers`, `1 peer`. */
export function plural(count: number, singular: string, pluralForm = `${singular}s`): string {
  return `${formatCount(count)} ${count === 1 ? singular : pluralForm}`;
}

/** `0.31`, `2.4`, `15`: bytes given for each byte taken. */
export function formatShareRatio(ratio: number): string {
  if (!Number.isFinite(ratio)) return "-";
  if (ratio >= 100) return ratio.toFixed(0);
  return ratio >= 10 ? ratio.toFixed(1) : ratio.toFixed(2);
}

/** Distributed copies: `1.82`, `41.3`. */
export function formatCopies(copies: number): string {
  const decimals = copies >= 10 ? 1 : 2;
  const factor = 10 ** decimals;
  return (Math.floor(copies * factor + 1e-9) / factor).toFixed(decimals);
}

/** `4be1…07aa`: enough of an info-hash to tell it from the others on a screen. */
export function shortHash(hash: string, mark = "…"): string {
  return hash.length <= 9 ? hash : `${hash.slice(0, 4)}${mark}${hash.slice(-4)}`;
}
