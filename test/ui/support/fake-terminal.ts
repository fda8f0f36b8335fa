/**
 * A terminal that understands exactly the grammar that the presenter may use, and throws on anything else: absolute
 * addressing of lines and columns, attributes, erasing to the end of a line, the modes, one query. So every test that draws
 * also proves that no other byte leaves, `3J` least of all.
 */
import { takeCells } from "../../../src/ui/terminal/cell-text.ts";
import type { TerminalListener, TerminalPort } from "../../../src/ui/terminal/terminal-port.ts";

const TOKEN =
  /\x1b\[(?<row>\d+);1H|\x1b\[(?<column>\d+)G|\x1b\[(?<sgr>[0-9;]*)m|(?<erase>\x1b\[K)|(?<clear>\x1b\[2J)|\x1b\[\?(?<mode>\d+)(?<set>[hl])|(?<query>\x1b\[\?2026\$p)|\x1b\]9;(?<notified>[^\x00-\x1f\x7f-\x9f]*)\x07|\x1b\]52;c;(?<copied>[A-Za-z0-9+/=]*)\x07|(?<text>[^\x00-\x1f\x7f-\x9f]+)/gy;

/** Lines as they are on the screen: bare, and with the attributes that were sent. */
interface ScreenLine {
  readonly bare: string;
  readonly styled: string;
}

const EMPTY_LINE: ScreenLine = { bare: "", styled: "" };

export class FakeTerminal implements TerminalPort {
  columns: number;
  rows: number;
  /** Everything written since the start. */
  output = "";
  /** Modes that are set now. */
  readonly modes = new Set<number>();
  /** The newest text sent to the clipboard. */
  copied: string | undefined;
  /** What `write` answers. */
  isReady = true;
  suspend?: () => Promise<void>;
  #listener: TerminalListener | undefined;
  #lines: ScreenLine[] = [];
  #row = 0;

  constructor(columns = 80, rows = 24) {
    this.columns = columns;
    this.rows = rows;
  }

  get isListenedTo(): boolean {
    return this.#listener !== undefined;
  }

  /** The screen without attributes, `rows` lines. */
  get screen(): string[] {
    return Array.from({ length: this.rows }, (_, row) => (this.#lines[row] ?? EMPTY_LINE).bare.trimEnd());
  }

  /** As `screen`, with attributes. */
  get styledScreen(): string[] {
    return Array.from({ length: this.rows }, (_, row) => (this.#lines[row] ?? EMPTY_LINE).styled);
  }

  listen(listener: TerminalListener): () => void {
    this.#listener = listener;
    return () => {
      this.#listener = undefined;
    };
  }

  write(text: string): boolean {
    this.output += text;
    TOKEN.lastIndex = 0;
    while (TOKEN.lastIndex < text.length) {
      const from = TOKEN.lastIndex;
      const match = TOKEN.exec(text);
      if (match === null)
        throw new Error(`not in the grammar: ${JSON.stringify(text.slice(from, from + 20))}`);
      this.#apply(match[0], match.groups ?? {});
    }
    return this.isReady;
  }

  /** Bytes arrive as if typed. */
  type(text: string): void {
    this.#listener?.input(new TextEncoder().encode(text));
  }

  paste(text: string): void {
    this.type(`\x1b[200~${text}\x1b[201~`);
  }

  resize(columns: number, rows: number): void {
    this.columns = columns;
    this.rows = rows;
    this.#listener?.resized();
  }

  drain(): void {
    this.isReady = true;
    this.#listener?.drained();
  }

  continue(): void {
    this.#listener?.continued();
  }

  hangUp(): void {
    this.#listener?.closed();
  }

  #apply(
    token: string,
    { row, column, erase, clear, mode, set, copied, text }: Record<string, string | undefined>,
  ): void {
    if (row !== undefined) {
      this.#row = Number(row) - 1;
      this.#lines[this.#row] = EMPTY_LINE;
    } else if (column !== undefined) {
      const line = this.#lines[this.#row] ?? EMPTY_LINE;
      this.#lines[this.#row] = { ...line, bare: takeCells(line.bare, Number(column) - 1) };
    } else if (clear !== undefined) {
      this.#lines = [];
    } else if (mode !== undefined) {
      if (set === "h") this.modes.add(Number(mode));
      else this.modes.delete(Number(mode));
    } else if (copied !== undefined) {
      this.copied = atob(copied);
    } else if (erase === undefined) {
      const line = this.#lines[this.#row] ?? EMPTY_LINE;
      this.#lines[this.#row] = { bare: line.bare + (text ?? ""), styled: line.styled + token };
    }
  }
}
