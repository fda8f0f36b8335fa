/**
 * The modes a full-screen program sets in a terminal, and how it gives the terminal back. Pure strings and one bit of
 * state: who writes them (the presenter in life, a synchronous write at exit) is not decided here.
 *
 * Leaving twice is not harmless by itself: `?1049l` also restores the saved cursor, so a second one would move the
 * shell's prompt over what was printed in between. `TerminalModes` therefore answers "" when nothing is set.
 *
 * Sources: xterm control sequences (ctlseqs), DEC private modes; synchronized output: mode 2026.
 */
import { cellSafe } from "./cell-text.ts";

const ESC = "\x1b";

/** Begin and end of a synchronized update, written only to terminals that said they know mode 2026. */
export const BEGIN_SYNCHRONIZED = `${ESC}[?2026h`;
export const END_SYNCHRONIZED = `${ESC}[?2026l`;
/** DECRQM: "do you know mode 2026?"; the answer is an input event. */
export const QUERY_SYNCHRONIZED = `${ESC}[?2026$p`;

/** Erases the visible screen and nothing else: `3J` would erase the user's scrollback and is never sent. */
export const CLEAR_SCREEN = `${ESC}[0m${ESC}[2J`;

/** Longest text of a notification, in characters. */
const MAX_NOTIFICATION = 200;

/** Asks the terminal to notify its user (OSC 9: iTerm2, kitty, WezTerm, foot, Windows Terminal); others ignore it. */
export function notification(text: string): string {
  const printable = cellSafe(text, "unicode").slice(0, MAX_NOTIFICATION);
  // `9;` and a digit are other commands of ConEmu and Windows Terminal.
  return `${ESC}]9;${/^\d/.test(printable) ? " " : ""}${printable}\x07`;
}

export interface ModeOptions {
  /** Clicks and wheel are reported (1000, SGR coding 1006). Selecting text then needs Shift. */
  readonly mouse: boolean;
}

const MOUSE_ON = `${ESC}[?1000h${ESC}[?1006h`;
const MOUSE_OFF = `${ESC}[?1006l${ESC}[?1000l`;

/**
 * Alternate screen, cursor hidden, no automatic wrap (the last cell of the last row must not scroll), bracketed paste,
 * focus reports, and the mouse if wanted.
 */
function enterSequence(options: ModeOptions): string {
  const mouse = options.mouse ? MOUSE_ON : "";
  return `${ESC}[?1049h${ESC}[?25l${ESC}[?7l${ESC}[?2004h${ESC}[?1004h${mouse}${CLEAR_SCREEN}`;
}

/**
 * Gives everything back in reverse order. Begins by ending a synchronized update and all attributes, since the program
 * may die in the middle of a frame; resets the mouse even if it was never set.
 */
export function leaveSequence(): string {
  return (
    `${END_SYNCHRONIZED}${ESC}[0m${MOUSE_OFF}${ESC}[?1004l${ESC}[?2004l` +
    `${ESC}[?7h${ESC}[?25h${ESC}[?1049l`
  );
}

/** Knows whether the modes are set, so that entering and leaving can be asked for any number of times. */
export class TerminalModes {
  #options: ModeOptions;
  #isEntered = false;

  constructor(options: ModeOptions) {
    this.#options = options;
  }

  get isEntered(): boolean {
    return this.#isEntered;
  }

  /** What to write so that the mouse is reported or not, now and after coming back. */
  setMouse(isOn: boolean): string {
    this.#options = { mouse: isOn };
    if (!this.#isEntered) return "";
    return isOn ? MOUSE_ON : MOUSE_OFF;
  }

  /** What to write to set the modes; "" when they are set. */
  enter(): string {
    if (this.#isEntered) return "";
    this.#isEntered = true;
    return enterSequence(this.#options);
  }

  /** What to write to give the terminal back; "" when it already was. */
  leave(): string {
    if (!this.#isEntered) return "";
    this.#isEntered = false;
    return leaveSequence();
  }
}
