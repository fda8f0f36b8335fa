/** Bars, gauges, strips and charts as strings of cells. Pure; every result is exactly as wide as asked. */
import type { Glyphs } from "../theme/glyphs.ts";

/** The filled and the empty part of a progress bar of `width` cells; the last filled cell may be partly filled. */
export function progressBar(ratio: number, width: number, glyphs: Glyphs): { full: string; empty: string } {
  const inner = Math.max(0, width - glyphs.barEdges[0].length - glyphs.barEdges[1].length);
  const steps = glyphs.barParts.length + 1;
  const filled = Math.floor(Math.min(1, Math.max(0, ratio)) * inner * steps + 1e-9);
  const whole = Math.floor(filled / steps);
  const part = filled % steps === 0 ? "" : (glyphs.barParts[(filled % steps) - 1] as string);
  const full = glyphs.barFull.repeat(whole) + part;
  const empty = glyphs.barEmpty.repeat(inner - whole - (part === "" ? 0 : 1));
  return { full: glyphs.barEdges[0] + full, empty: empty + glyphs.barEdges[1] };
}

/** `▰▰▰▱▱`: nearest step of `width`, at least one when the ratio is not 0. */
export function gauge(ratio: number, width: number, glyphs: Glyphs): { full: string; empty: string } {
  const bounded = Math.min(1, Math.max(0, ratio));
  const steps = bounded === 0 ? 0 : Math.max(1, Math.round(bounded * width));
  return { full: glyphs.gaugeFull.repeat(steps), empty: glyphs.gaugeEmpty.repeat(width - steps) };
}

/** HAVE strip: tenths that are here, averaged over the slices that fall into a cell. */
export function haveStrip(strip: string, width: number, glyphs: Glyphs): string {
  return resample(strip, width, (from, to) => {
    let sum = 0;
    for (let slice = from; slice < to; slice++) sum += digitAt(strip, slice);
    const tenths = Math.floor(sum / (to - from));
    // A cell with anything in it never looks empty.
    return glyphs.have[sum > 0 ? Math.max(1, tenths) : 0] as string;
  });
}

/** AVAIL strip: fewest copies of the slices that fall into a cell, `0` to `9`; never normalised. */
export function availabilityStrip(strip: string, width: number): string {
  return resample(strip, width, (from, to) => {
    let fewest = 9;
    for (let slice = from; slice < to; slice++) fewest = Math.min(fewest, digitAt(strip, slice));
    return String(fewest);
  });
}

/** The newest `width` values as one row of heights, scaled to the largest of them; empty cells on the left. */
export function sparkline(values: readonly number[], width: number, glyphs: Glyphs): string {
  return areaChart(values, width, 1, glyphs)[0] as string;
}

/** All of `values` in at most `width` of them: means of as many neighbours as it takes. */
export function condense(values: readonly number[], width: number): readonly number[] {
  const each = Math.max(1, Math.ceil(values.length / Math.max(1, width)));
  if (each === 1) return values;
  return Array.from({ length: Math.ceil(values.length / each) }, (_, index) => {
    const some = values.slice(index * each, (index + 1) * each);
    return some.reduce((sum, value) => sum + value, 0) / some.length;
  });
}

/** The newest values as `height` rows of `width` cells, top first. A value above zero is never invisible. */
export function areaChart(
  values: readonly number[],
  width: number,
  height: number,
  glyphs: Glyphs,
): string[] {
  if (glyphs.isBraille) return brailleChart(values, width, height);
  const shown = values.slice(-width);
  const largest = shown.reduce((most, value) => Math.max(most, value), 0);
  const steps = glyphs.heights.length - 1;
  const rows: string[] = [];
  for (let row = height - 1; row >= 0; row--) {
    let cells = " ".repeat(width - shown.length);
    for (const value of shown) {
      const level = largest <= 0 ? 0 : Math.round((value / largest) * height * steps);
      const visible = value > 0 ? Math.max(1, level) : 0;
      cells += glyphs.heights[Math.min(steps, Math.max(0, visible - row * steps))] as string;
    }
    rows.push(cells);
  }
  return rows;
}

/** Dots of a braille cell by column and height, from the bottom (Unicode, "Braille Patterns"). */
const BRAILLE = 0x2800;
const DOTS = [
  [0x40, 0x04, 0x02, 0x01],
  [0x80, 0x20, 0x10, 0x08],
] as const;

/** Two values a cell, four heights a row. */
function brailleChart(values: readonly number[], width: number, height: number): string[] {
  const shown = values.slice(-2 * width);
  const padding = 2 * width - shown.length;
  const largest = shown.reduce((most, value) => Math.max(most, value), 0);
  const levelOf = (column: number): number => {
    const value = shown[column - padding] ?? 0;
    if (value <= 0 || largest <= 0) return 0;
    return Math.max(1, Math.round((value / largest) * height * 4));
  };
  return Array.from({ length: height }, (_, row) => {
    const below = (height - 1 - row) * 4;
    let cells = "";
    for (let cell = 0; cell < width; cell++) {
      let dots = 0;
      for (const side of [0, 1] as const) {
        const filled = levelOf(2 * cell + side) - below;
        for (const [step, dot] of DOTS[side].entries()) if (filled > step) dots |= dot;
      }
      cells += dots === 0 ? " " : String.fromCharCode(BRAILLE + dots);
    }
    return cells;
  });
}

function digitAt(strip: string, index: number): number {
  const digit = strip.charCodeAt(index) - 48;
  return digit >= 0 && digit <= 9 ? digit : 0;
}

function resample(strip: string, width: number, cell: (from: number, to: number) => string): string {
  if (strip.length === 0) return " ".repeat(width);
  let cells = "";
  for (let index = 0; index < width; index++) {
    const from = Math.floor((index * strip.length) / width);
    const to = Math.max(from + 1, Math.floor(((index + 1) * strip.length) / width));
    cells += cell(from, to);
  }
  return cells;
}
