/**
 * What to use of a terminal, decided from its environment alone: colour (no-color.org, FORCE_COLOR, CLICOLOR_FORCE),
 * Unicode, synchronized updates, and how long an Escape may take to become a sequence. Pure; the command line passes
 * its environment and flags.
 */
import type { Charset } from "./cell-text.ts";

/** The terminal's own 16 colours, or none; bold, dim and inverse are used either way. */
export type ColourUse = "basic" | "none";
/** `query`: ask the terminal and believe only its answer. */
export type SynchronizedUse = "query" | "on" | "off";

export interface TerminalEnvironment {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Whether the output is a terminal. */
  readonly isTTY: boolean;
  /** As `process.platform`. */
  readonly platform: string;
  /** `--color`. */
  readonly colourFlag?: "always" | "never" | "auto";
  /** `--ascii`. */
  readonly isAsciiForced?: boolean;
}

export interface TerminalAbilities {
  readonly colour: ColourUse;
  readonly charset: Charset;
  readonly synchronized: SynchronizedUse;
  readonly escapeTimeoutMs: number;
}

/** An Escape key is alone for this long; the bytes of a sequence come in one read. */
const LOCAL_ESCAPE_TIMEOUT_MS = 25;
/** Over ssh a sequence may be split between two packets. */
const REMOTE_ESCAPE_TIMEOUT_MS = 100;

export function decideAbilities(environment: TerminalEnvironment): TerminalAbilities {
  const { env } = environment;
  const isRemote = isSet(env["SSH_CONNECTION"]) || isSet(env["SSH_TTY"]);
  return {
    colour: decideColour(environment),
    charset: decideCharset(environment),
    synchronized: decideSynchronized(env["STARLING_SYNC"]),
    escapeTimeoutMs: isRemote ? REMOTE_ESCAPE_TIMEOUT_MS : LOCAL_ESCAPE_TIMEOUT_MS,
  };
}

/** The flag, then FORCE_COLOR, NO_COLOR, CLICOLOR_FORCE, TERM=dumb, and whether anybody looks. */
function decideColour({ env, isTTY, colourFlag }: TerminalEnvironment): ColourUse {
  if (colourFlag === "always") return "basic";
  if (colourFlag === "never") return "none";
  const forced = env["FORCE_COLOR"];
  if (isSet(forced)) return forced === "0" || forced === "false" ? "none" : "basic";
  if (isSet(env["NO_COLOR"])) return "none";
  const cliForced = env["CLICOLOR_FORCE"];
  if (isSet(cliForced) && cliForced !== "0") return "basic";
  if (env["TERM"] === "dumb") return "none";
  return isTTY ? "basic" : "none";
}

/** Unicode if the locale is UTF-8 and the terminal is not the Linux console, whose font lacks the glyphs. */
function decideCharset({ env, platform, isAsciiForced }: TerminalEnvironment): Charset {
  if (isAsciiForced === true) return "ascii";
  if (env["TERM"] === "linux" || env["TERM"] === "dumb") return "ascii";
  if (platform === "win32")
    return isSet(env["WT_SESSION"]) || isSet(env["TERM_PROGRAM"]) ? "unicode" : "ascii";
  const locale = [env["LC_ALL"], env["LC_CTYPE"], env["LANG"]].find(isSet);
  if (locale === undefined) return platform === "darwin" ? "unicode" : "ascii";
  return /utf-?8/i.test(locale) ? "unicode" : "ascii";
}

function decideSynchronized(override: string | undefined): SynchronizedUse {
  if (override === "1") return "on";
  if (override === "0") return "off";
  return "query";
}

function isSet(value: string | undefined): value is string {
  return value !== undefined && value !== "";
}
