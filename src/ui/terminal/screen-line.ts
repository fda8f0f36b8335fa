/**
 * The last look at a line before it goes to the terminal: whatever came through the layers above, only printable
 * cells and plain attribute sequences (SGR, `ESC [ digits ; … m`) leave, and never more cells than the terminal has.
 */
import { cellWidth, takeCells } from "./cell-text.ts";

const ATTRIBUTES = /\x1b\[[0-9;]*m/g;
const STEERING = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

export interface ScreenLine {
  readonly text: string;
  /** Cells that `text` takes. */
  readonly width: number;
}

/** `line` with everything but attributes and printable text replaced by `?`, cut to `columns` cells. */
export function screenLine(line: string, columns: number): ScreenLine {
  const bare = line.replace(ATTRIBUTES, "");
  const width = cellWidth(bare);
  if (width <= columns && bare.search(STEERING) === -1) return { text: line, width };
  return rebuild(line, columns);
}

function rebuild(line: string, columns: number): ScreenLine {
  let text = "";
  let width = 0;
  let from = 0;
  const append = (piece: string): void => {
    const taken = takeCells(piece.replace(STEERING, "?"), columns - width);
    text += taken;
    width += cellWidth(taken);
  };
  for (const match of line.matchAll(ATTRIBUTES)) {
    append(line.slice(from, match.index));
    text += match[0];
    from = match.index + match[0].length;
  }
  append(line.slice(from));
  return { text, width };
}
