/** Exit codes: a contract with scripts, documented in the README and the manual. */
import { constants } from "node:os";
import type { ErrorCode } from "../core/errors.ts";

export const EXIT_OK = 0;
export const EXIT_INCOMPLETE = 7;

/** Signals that end us in order. */
export const ENDING_SIGNALS: readonly NodeJS.Signals[] = ["SIGHUP", "SIGINT", "SIGTERM"];

/** 128 and the signal's number, as shells have it: 129, 130, 143. */
export function exitCodeOfSignal(signal: NodeJS.Signals): number {
  return 128 + constants.signals[signal];
}

const EXIT_BY_CODE: Readonly<Record<ErrorCode, number>> = {
  USAGE: 2,
  MAGNET_INVALID: 3,
  TORRENT_INVALID: 3,
  TORRENT_PRIVATE: 3,
  TORRENT_V2_ONLY: 3,
  ADDRESS_UNAVAILABLE: 4,
  EGRESS_REFUSED: 4,
  DHT_UNREACHABLE: 4,
  NO_PEERS: 5,
  NOT_FOUND: 5,
  TIMEOUT: 5,
  STALLED: 6,
  INCOMPLETE: EXIT_INCOMPLETE,
  PATH_NOT_FOUND: 8,
  PATH_NOT_WRITABLE: 8,
  PATH_IN_THE_WAY: 8,
  DISK_FULL: 8,
  DISK_ERROR: 8,
  PORT_IN_USE: 9,
  STATE_LOCKED: 9,
  NOT_RUNNING: 9,
  SESSION_CLOSED: 1,
  INTERNAL: 70,
};

/** For people: the manual and the README have this list. */
export const EXIT_MEANINGS: readonly { readonly exit: string; readonly meaning: string }[] = [
  { exit: "0", meaning: "done" },
  { exit: "1", meaning: "another failure" },
  { exit: "2", meaning: "usage" },
  { exit: "3", meaning: "bad, private or v2-only torrent" },
  { exit: "4", meaning: "no DHT node reachable" },
  { exit: "5", meaning: "nothing found in time" },
  { exit: "6", meaning: "stalled" },
  { exit: "7", meaning: "incomplete" },
  { exit: "8", meaning: "disk: full, denied, or a path that is not there" },
  { exit: "9", meaning: "port or state in use, or no Starling runs that could be asked" },
  { exit: "70", meaning: "a bug of ours" },
  { exit: "129, 130, 143", meaning: "ended by SIGHUP, SIGINT or SIGTERM" },
];

export function exitCodeOf(code: ErrorCode): number {
  return EXIT_BY_CODE[code];
}
