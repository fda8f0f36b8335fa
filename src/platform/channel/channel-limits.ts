/** Limits of the engine's socket (threats C1, PA21), with their reasons. */

/**
 * One message, either way: the largest `.torrent` (32 MiB) with the paths of its files, and the first snapshot of
 * 10,000 torrents, both fit twice.
 */
export const MAX_MESSAGE_BYTES: number = 64 * 2 ** 20;

/** The first message of a viewer is its greeting: a few dozen bytes, so whoever sends more is something else. */
export const MAX_GREETING_BYTES = 4_096;

/** How long a connection may stand without a greeting; ours greet at once, also on a machine that swaps. */
export const GREETING_TIMEOUT_MS = 10_000;

/** Connections that have not greeted; one more closes the oldest. A burst of scripts fits, a leak does not. */
export const MAX_SILENT_CONNECTIONS = 64;

/** What all connections together may hold of messages that are not complete yet. */
export const MAX_UNFINISHED_BYTES: number = 2 * MAX_MESSAGE_BYTES;

/** First buffer of a message; it doubles as bytes arrive, so that a length alone costs nothing. */
export const FIRST_BUFFER_BYTES = 4_096;

/** While more than this waits to be read by the other end, nothing more is read from it. */
export const PAUSE_READING_BYTES: number = 2 ** 20;

/** An end that lets more than this pile up is given up; one message of the largest size always fits. */
export const MAX_QUEUED_BYTES: number = MAX_MESSAGE_BYTES + 4 * PAUSE_READING_BYTES;

/** How long a closing end may take to read the last message. */
export const LAST_WORDS_MS = 2_000;
