/**
 * What Ink is given as its output stream. With `debug: true` Ink hands over every frame whole, in one `write`; size
 * is read live, because Ink asks for it in the middle of a layout. Everything else of a stream is inert.
 */
import { LeafSheet } from "./leaf-sheet.ts";
import type { Presenter } from "./presenter.ts";
import type { TerminalPort } from "./terminal-port.ts";

export class InkSink {
  /** Ink then neither queries nor sets any mode of the terminal by itself. */
  readonly isTTY = false;
  /** Frames written since the start, counting only those that changed the screen. */
  framesWritten = 0;
  /** Where the leaves of the frame put their lines. */
  readonly sheet = new LeafSheet();
  readonly #terminal: TerminalPort;
  readonly #presenter: Presenter;
  readonly #onBlocked: () => void;
  #isMuted = false;

  /** `onBlocked` runs when the terminal is behind. */
  constructor(terminal: TerminalPort, presenter: Presenter, onBlocked: () => void) {
    this.#terminal = terminal;
    this.#presenter = presenter;
    this.#onBlocked = onBlocked;
  }

  get columns(): number {
    return terminalColumns(this.#terminal);
  }

  get rows(): number {
    return terminalRows(this.#terminal);
  }

  /** From now on frames are swallowed: the terminal belongs to someone else. */
  mute(isMuted: boolean): void {
    this.#isMuted = isMuted;
  }

  write(frame: string): boolean {
    const whole = this.sheet.fill(frame);
    if (this.#isMuted) return true;
    const output = this.#presenter.present(whole, this.columns, this.rows);
    if (output === "") return true;
    this.framesWritten++;
    if (!this.#terminal.write(output)) this.#onBlocked();
    return true;
  }

  on(): this {
    return this;
  }

  off(): this {
    return this;
  }
}

/** A terminal that does not know its size is taken for 80x24. */
export function terminalColumns(terminal: TerminalPort): number {
  return terminal.columns > 0 ? terminal.columns : 80;
}

export function terminalRows(terminal: TerminalPort): number {
  return terminal.rows > 0 ? terminal.rows : 24;
}
