/**
 * The terminal as the dashboard sees it. The command line implements this on stdin and stdout, tests on a string and
 * on a headless emulator; nothing in `ui/` knows which. All listener calls come from the event loop, never from
 * within a call to the port.
 */

/** What the terminal tells the dashboard. */
export interface TerminalListener {
  /** Bytes typed or pasted, in the chunks in which they were read. */
  input(bytes: Uint8Array): void;
  /** `columns` or `rows` changed. */
  resized(): void;
  /** The output that made `write` answer false has been taken. */
  drained(): void;
  /** The process runs again after it was stopped from outside; modes and screen content are lost. */
  continued(): void;
  /** The terminal is gone (EPIPE, EIO, hang-up). Nothing can be written any more. */
  closed(): void;
}

export interface TerminalPort {
  /** Live size in cells; read again before each frame. */
  readonly columns: number;
  readonly rows: number;
  /** Takes all of `text`, in order. False: the terminal is behind; `drained` follows. Never throws. */
  write(text: string): boolean;
  /** Sets raw mode and starts delivering; the answer stops and sets cooked mode again. Called once. */
  listen(listener: TerminalListener): () => void;
  /**
   * Cooked mode, then stops the process as ctrl-z would (SIGSTOP); resolves in raw mode once it runs again. Modes and
   * screen are the dashboard's business before and after. Absent where there is no job control.
   */
  suspend?(): Promise<void>;
}

/** Time for the dashboard; the session's clock fits. */
export interface UiClock {
  /** Monotonic milliseconds. */
  nowMs(): number;
  /** Runs `callback` once, `delayMs` from now; dispose to cancel. */
  setTimer(delayMs: number, callback: () => void): Disposable;
}
