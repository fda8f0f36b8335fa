/**
 * What stands in the leaves of the frame that Ink is making. Ink keeps an object for every cell and takes every line
 * apart into signs and attributes, for each frame anew: more than half of what a frame cost. So a leaf gives Ink one
 * private sign, and its line is put in its place when the frame is whole. Ink still decides where everything stands.
 *
 * No text can be mistaken for a leaf: text that is shown has no private signs (`cellSafe`).
 */
import { cellWidth } from "./cell-text.ts";

/** The private use area; a screen of 300x80 has some hundred leaves. */
const FIRST_SIGN = 0xe000;
const LEAF = /[\ue000-\uf8ff]/g;

export class LeafSheet {
  #lines: string[] = [];

  /** The sign that stands for `line` until the frame is whole; `line` has attributes and is not measured. */
  place(line: string): string {
    return String.fromCharCode(FIRST_SIGN + this.#lines.push(line) - 1);
  }

  /** `frame` with the lines in the places of their signs; the sheet is blank afterwards. */
  fill(frame: string): string {
    const lines = this.#lines;
    this.#lines = [];
    return frame
      .split("\n")
      .map((row) => fillRow(row, lines))
      .join("\n");
  }
}

function fillRow(row: string, lines: readonly string[]): string {
  let filled = "";
  let width = 0;
  /** The last leaf; measured only when another one stands to the right of it. */
  let last = "";
  for (const { 0: sign, index } of row.matchAll(LEAF)) {
    width += cellWidth(last);
    filled += " ".repeat(Math.max(0, index - width));
    width = Math.max(width, index);
    last = lines[sign.charCodeAt(0) - FIRST_SIGN] ?? "";
    filled += last;
  }
  return filled.trimEnd();
}
