/** Heads and scroll position of the tables. */

import type { Column } from "../layout/table-columns.ts";
import type { Glyphs } from "../theme/glyphs.ts";
import type { Segment, Tone } from "../theme/themes.ts";
import { LineWriter } from "./line-writer.ts";

/** The line of titles; `down` and `up` columns are titled by their signs, `position` stands behind the widest title. */
export function headLine<Id extends string>(
  columns: readonly Column<Id>[],
  width: number,
  glyphs: Glyphs,
  position = "",
): Segment[] {
  const line = new LineWriter(width, glyphs);
  const widest = Math.max(...columns.map((column) => column.width));
  for (const { id, title, gap, width: cells, align } of columns) {
    const name = id === "down" ? `${glyphs.downWord}/s` : id === "up" ? `${glyphs.upWord}/s` : title;
    const text = cells === widest && position !== "" ? `${name} ${position}` : name;
    line.gap(gap).cell(text, cells, "dim", align);
  }
  return line.segments;
}

/** `1-20 of 1000`; "" when everything is visible. */
export function scrollPosition(top: number, shown: number, total: number): string {
  return shown >= total ? "" : `${top + 1}-${top + shown} of ${total}`;
}

/** One row: `write` fills each cell. */
export function rowLine<Id extends string>(
  columns: readonly Column<Id>[],
  width: number,
  glyphs: Glyphs,
  write: (line: LineWriter, column: Column<Id>) => void,
): Segment[] {
  const line = new LineWriter(width, glyphs);
  for (const column of columns) {
    const start = line.gap(column.gap).used;
    write(line, column);
    line.to(start + column.width);
  }
  return line.segments;
}

/** A cell of text in its column. */
export function writeCell<Id extends string>(
  line: LineWriter,
  column: Column<Id>,
  text: string,
  tone: Tone = "plain",
): void {
  line.cell(text, column.width, tone, column.align);
}
