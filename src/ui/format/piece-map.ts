/** The map of pieces as rows of signs: here, partly here, on its way, or the number of peers that have it. Pure. */
import type { Glyphs } from "../theme/glyphs.ts";

export interface PieceSlices {
  /** Tenths here, 0 to 9, a digit a slice; 9 is all of it. */
  readonly have: string;
  /** Fewest copies, 0 to 9, a digit a slice. */
  readonly copies: string;
  /** `1` where something is on its way. */
  readonly active: string;
}

const WHOLE = 9;

/**
 * At most `height` rows of at most `width` cells. A cell is one slice, or as many as it takes to fit; it shows the worst
 * of them: a digit where nothing is here, never an average that hides a piece on nobody.
 */
export function pieceMapRows(slices: PieceSlices, width: number, height: number, glyphs: Glyphs): string[] {
  const count = slices.have.length;
  const cells = Math.min(count, width * height);
  const rows: string[] = [];
  for (let row = 0; row * width < cells; row++) {
    let signs = "";
    for (let cell = row * width; cell < Math.min(cells, (row + 1) * width); cell++) {
      const from = Math.floor((cell * count) / cells);
      signs += sign(slices, from, Math.max(from + 1, Math.floor(((cell + 1) * count) / cells)), glyphs);
    }
    rows.push(signs);
  }
  return rows;
}

function sign({ have, copies, active }: PieceSlices, from: number, to: number, glyphs: Glyphs): string {
  let tenths = 0;
  let fewest = 9;
  let isWhole = true;
  let isActive = false;
  for (let slice = from; slice < to; slice++) {
    const here = digitAt(have, slice);
    tenths += here;
    if (here === WHOLE) continue;
    isWhole = false;
    isActive ||= active[slice] === "1";
    fewest = Math.min(fewest, digitAt(copies, slice));
  }
  if (isWhole) return glyphs.have[WHOLE] ?? "";
  if (fewest === 0) return "0";
  if (isActive) return glyphs.active;
  const average = Math.floor(tenths / (to - from));
  return average === 0 ? String(fewest) : (glyphs.have[Math.min(average, WHOLE - 1)] ?? "");
}

function digitAt(digits: string, index: number): number {
  const digit = digits.charCodeAt(index) - 48;
  return digit >= 0 && digit <= 9 ? digit : 0;
}
