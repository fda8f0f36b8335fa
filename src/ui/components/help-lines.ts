/** The help screen, made from the key map: in two columns where there is room, scrolled so that the choice is seen. */
import type { HelpEntry, HelpModel } from "../model/dialog-model.ts";
import { keysLabel } from "../state/key-map.ts";
import type { Glyphs } from "../theme/glyphs.ts";
import type { Segment } from "../theme/themes.ts";
import { writeField } from "./field.ts";
import { LineWriter } from "./line-writer.ts";

const TWO_COLUMNS_FROM = 76;
const KEY_CELLS = 11;
const SEARCH_CELLS = 20;

type Item = { readonly heading: string } | { readonly entry: HelpEntry; readonly index: number };

export function helpLines(
  help: HelpModel,
  columns: number,
  height: number,
  glyphs: Glyphs,
): readonly (readonly Segment[])[] {
  const items = itemsOf(help.entries);
  const columnCount = columns >= TWO_COLUMNS_FROM ? 2 : 1;
  const perColumn = columnCount === 2 ? balancedSplit(items) : items.length;
  const cells = Math.floor(columns / columnCount);
  const chosen = items.findIndex((item) => "entry" in item && item.index === help.cursor);
  const cursorRow = chosen % Math.max(1, perColumn);
  const top = Math.max(0, Math.min(cursorRow - height + 2, perColumn - height));
  return Array.from({ length: Math.min(height, perColumn - top) }, (_, row) => {
    const line = new LineWriter(columns, glyphs);
    for (let column = 0; column < columnCount; column++) {
      const item = items[column * perColumn + top + row];
      line.append(itemLine(item, help.cursor, cells, glyphs)).to((column + 1) * cells);
    }
    return line.segments;
  });
}

function itemsOf(entries: readonly HelpEntry[]): readonly Item[] {
  const items: Item[] = [];
  for (const [index, entry] of entries.entries()) {
    if (entries[index - 1]?.group !== entry.group) items.push({ heading: entry.group });
    items.push({ entry, index });
  }
  return items;
}

/** Items of the first column: about half, never a heading as its last. */
function balancedSplit(items: readonly Item[]): number {
  let half = Math.ceil(items.length / 2);
  const last = items[half - 1];
  if (last !== undefined && "heading" in last) half++;
  return half;
}

function itemLine(item: Item | undefined, cursor: number, cells: number, glyphs: Glyphs): LineWriter {
  const line = new LineWriter(cells, glyphs);
  if (item === undefined) return line;
  if ("heading" in item) return line.gap(1).text(item.heading, "strong");
  const isChosen = item.index === cursor;
  const keys = keysLabel(item.entry.keys, glyphs.charset === "ascii");
  line
    .text(isChosen ? glyphs.cursor : " ", "key")
    .gap(1)
    .cell(keys, KEY_CELLS - 1, "key")
    .gap(1);
  return line.cell(item.entry.help, cells - KEY_CELLS - 3, isChosen ? "selected" : "plain");
}

/** The search, for the title line. */
export function writeHelpSearch(line: LineWriter, help: HelpModel, glyphs: Glyphs): void {
  line.text("type to search: ", "dim");
  writeField(line, help.query, Math.max(4, Math.min(SEARCH_CELLS, line.left - 12)), true, glyphs);
  line.text(`${help.entries.length} of ${help.total} `, "dim");
}
