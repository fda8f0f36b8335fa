/**
 * The process's own terminal behind the dashboard's port: raw mode, size, back-pressure, job control, and every way
 * a terminal can go away (EPIPE, EIO, EBADF, hang-up).
 */
import { writeSync } from "node:fs";
import type { TerminalListener, TerminalPort } from "../../ui/index.ts";

export class NodeTerminal implements TerminalPort {
  #listener: TerminalListener | undefined;
  #isClosed = false;

  get columns(): number {
    return process.stdout.columns || FALLBACK_COLUMNS;
  }

  get rows(): number {
    return process.stdout.rows || FALLBACK_ROWS;
  }

  write(text: string): boolean {
    return this.#isClosed ? true : process.stdout.write(text);
  }

  listen(listener: TerminalListener): () => void {
    this.#listener = listener;
    const { stdin, stdout } = process;
    const onData = (bytes: Buffer): void => listener.input(bytes);
    const onResize = (): void => listener.resized();
    const onDrain = (): void => listener.drained();
    const onGone = (): void => this.#gone();
    const onContinue = (): void => {
      setRaw(true);
      listener.continued();
    };
    setRaw(true);
    stdin.on("data", onData).on("end", onGone).on("error", onGone).on("close", onGone);
    stdout.on("resize", onResize).on("drain", onDrain).on("error", onGone).on("close", onGone);
    process.on("SIGCONT", onContinue);
    stdin.resume();
    return () => {
      this.#listener = undefined;
      stdin.off("data", onData).off("end", onGone).off("close", onGone);
      stdout.off("resize", onResize).off("drain", onDrain).off("close", onGone);
      process.off("SIGCONT", onContinue);
      setRaw(false);
      stdin.pause();
    };
  }

  /** Stops the whole job, as ctrl-z in cooked mode does, so that the shell gets the terminal back. */
  suspend(): Promise<void> {
    setRaw(false);
    return new Promise((resolve) => {
      process.once("SIGCONT", () => {
        setRaw(true);
        resolve();
      });
      process.kill(0, "SIGTSTP");
    });
  }

  #gone(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#listener?.closed();
  }
}

/** Writes `sequence` at once, past every buffer: for the last moments of a process. Never throws. */
export function writeTerminalNow(sequence: string): void {
  try {
    writeSync(1, sequence);
  } catch {
    // The terminal is gone; there is nobody left to give it back to.
  }
}

const FALLBACK_COLUMNS = 80;
const FALLBACK_ROWS = 24;

function setRaw(isRaw: boolean): void {
  try {
    if (process.stdin.isTTY) process.stdin.setRawMode(isRaw);
  } catch {
    // EBADF or EIO: the terminal went away between the check and the call; `close` follows.
  }
}
