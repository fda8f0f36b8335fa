/**
 * The last step: from the whole frame that Ink renders to the few bytes that change the screen. Lines are compared
 * with what stands there; each changed one is written at its absolute place. Ink's own writer is not used, because
 * at full height it erases the user's scrollback with every frame and its incremental mode loses rows on a resize.
 *
 * After a full-width line no "erase to end of line" is sent: with the cursor still on the last cell it would erase
 * that cell (tmux). A resize or a request repaints everything after `2J`; `3J` does not exist here.
 */
import { screenLine } from "./screen-line.ts";
import { BEGIN_SYNCHRONIZED, CLEAR_SCREEN, END_SYNCHRONIZED } from "./terminal-modes.ts";

const RESET_ATTRIBUTES = "\x1b[0m";
const ERASE_TO_END = "\x1b[K";

export class Presenter {
  /** Wrap each update so that the terminal shows it at once; only for terminals that said they know mode 2026. */
  isSynchronized = false;
  #shown: readonly string[] = [];
  #columns = 0;
  #rows = 0;
  #mustClear = true;

  /** The next frame repaints every line: after ctrl-l, after the program was stopped, when another program wrote. */
  invalidate(): void {
    this.#mustClear = true;
  }

  /** The bytes that turn the screen into `frame`, cut to `columns` x `rows`; "" when it shows that already. */
  present(frame: string, columns: number, rows: number): string {
    const clear = this.#mustClear || columns !== this.#columns || rows !== this.#rows;
    if (clear) {
      this.#shown = [];
      this.#columns = columns;
      this.#rows = rows;
      this.#mustClear = false;
    }
    const lines = frame.split("\n").slice(0, rows);
    let changes = "";
    for (let row = 0; row < Math.max(lines.length, this.#shown.length); row++) {
      const line = lines[row] ?? "";
      if (line !== (this.#shown[row] ?? "")) changes += paintLine(line, row, columns);
    }
    this.#shown = lines;
    const output = clear ? CLEAR_SCREEN + changes : changes;
    if (output === "") return "";
    return this.isSynchronized ? BEGIN_SYNCHRONIZED + output + END_SYNCHRONIZED : output;
  }
}

function paintLine(line: string, row: number, columns: number): string {
  const { text, width } = screenLine(line, columns);
  return `\x1b[${row + 1};1H${text}${RESET_ATTRIBUTES}${width < columns ? ERASE_TO_END : ""}`;
}
