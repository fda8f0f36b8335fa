/** A text field in a line: as much of it as fits, around the cursor. */
import type { TextField } from "../state/text-field.ts";
import { cellSafe, cellWidth, dropCells, takeCells } from "../terminal/cell-text.ts";
import type { Glyphs } from "../theme/glyphs.ts";
import type { LineWriter } from "./line-writer.ts";

const graphemes = new Intl.Segmenter(undefined, { granularity: "grapheme" });

/** Writes `field` in exactly `width` cells; the cursor is an inverse cell where the field is being edited. */
export function writeField(
  line: LineWriter,
  field: TextField,
  width: number,
  isFocused: boolean,
  glyphs: Glyphs,
): void {
  const before = cellSafe(field.value.slice(0, field.cursor), glyphs.charset);
  const after = cellSafe(field.value.slice(field.cursor), glyphs.charset);
  if (!isFocused) {
    line.cell(before + after, width, "field");
    return;
  }
  // The cursor needs one cell, two if it stands on a wide sign.
  const room = Math.max(0, width - 2);
  const head = dropCells(before, Math.max(0, cellWidth(before) - room));
  const under = firstGrapheme(after) || " ";
  const rest = takeCells(
    after.slice(under === " " && after === "" ? 0 : under.length),
    room - cellWidth(head),
  );
  const used = cellWidth(head) + cellWidth(under) + cellWidth(rest);
  line
    .text(head, "field")
    .text(under, "selected")
    .text(rest, "field")
    .gap(width - used);
}

function firstGrapheme(text: string): string {
  for (const { segment } of graphemes.segment(text)) return segment;
  return "";
}
