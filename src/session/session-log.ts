/** The last lines of what happened, for people: at most `MAX_LOG_LINES`, each numbered, newest last. */
import { safeText } from "../core/safe-text.ts";
import { MAX_LOG_LINES } from "./session-config.ts";
import type { LogLine } from "./session-view.ts";

export class SessionLog {
  readonly #unixMs: () => number;
  #lines: readonly LogLine[] = [];
  #nextSequence = 0;

  constructor(unixMs: () => number) {
    this.#unixMs = unixMs;
  }

  /** Immutable; the same array until a line is added. */
  get lines(): readonly LogLine[] {
    return this.#lines;
  }

  /** `text` may quote remote parties: it is made safe here. */
  add(text: string, torrentId: string | null = null): void {
    const line: LogLine = {
      sequence: this.#nextSequence++,
      atUnixMs: this.#unixMs(),
      torrentId,
      text: safeText(text),
    };
    this.#lines = [...this.#lines.slice(1 - MAX_LOG_LINES), line];
  }
}
