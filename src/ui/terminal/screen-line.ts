/**
 * The last look at a line before it goes to the terminal: whatever came through the layers above, only printable
 * cells and plain attribute sequences (SGR, `ESC [ digits ; … m`) leave, and never more cells than the terminal has.
 *
 * Terminals do not agree on the width of emoji and of letters with combining marks. Around each of them the cursor is
 * placed by column, so that a terminal of another opinion draws that one sign differently and nothing else.
 */
import { cellWidth, splitGraphemes, takeCells } from "./cell-text.ts";

const ATTRIBUTES = /\x1b\[[0-9;]*m/g;
/** An attribute sequence, or text up to the next. */
const PIECES = /\x1b\[[0-9;]*m|[^\x1b]+/g;
const STEERING = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

/** Signs whose width depends on the terminal: pictures, everything beside them, and marks. */
const UNCERTAIN = /[\p{Extended_Pictographic}\p{M}\u{1f000}-\u{1faff}]/u;

export interface ScreenLine {
  readonly text: string;
  /** Cells that `text` takes. */
  readonly width: number;
}

/** `line` with everything but attributes and printable text replaced by `?`, cut to `columns` cells. */
export function screenLine(line: string, columns: number): ScreenLine {
  const bare = line.replace(ATTRIBUTES, "");
  const width = cellWidth(bare);
  const isFit = width <= columns && bare.search(STEERING) === -1;
  const fitted = isFit ? { text: line, width } : rebuild(line, columns);
  return UNCERTAIN.test(bare) ? { text: anchor(fitted.text), width: fitted.width } : fitted;
}

/** `line` with each uncertain sign drawn on cleared cells of its own, and what follows placed by column. */
function anchor(line: string): string {
  let column = 1;
  return line.replace(PIECES, (piece) => {
    if (piece.startsWith("\x1b")) return piece;
    let anchored = "";
    for (const grapheme of splitGraphemes(piece)) {
      const width = cellWidth(grapheme);
      const start = `\x1b[${column}G`;
      column += width;
      anchored += UNCERTAIN.test(grapheme)
        ? `${" ".repeat(width)}${start}${grapheme}\x1b[${column}G`
        : grapheme;
    }
    return anchored;
  });
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
