/** Limits of the message channel (threats C1): what one viewer may cost the engine. */

/** Commands of one viewer that may wait for their answers; people do not type faster, scripts can wait. */
export const MAX_PENDING_COMMANDS = 256;

/** Longest text in a command: a magnet may have 8 KiB (threats C3), a path 4 KiB; the rest is room. */
export const MAX_TEXT_CHARACTERS = 65_536;

/** Largest `.torrent` that a command may carry (threats F3). */
export const MAX_TORRENT_FILE_BYTES: number = 32 * 1024 * 1024;

/** Longest list in a command: one entry a file (threats F3). */
export const MAX_LIST_ENTRIES = 250_000;

/** Largest set of pieces that a command may carry: one bit for each of the 2^21 pieces of a torrent. */
export const MAX_BITFIELD_BYTES: number = 256 * 1024;

/** Viewers served at a time: dashboards, scripts that watch; more is a script that forgets to leave. */
export const MAX_VIEWERS = 64;

/**
 * What snapshots may take of a channel that carries bytes, over the long run: a viewer of 1,000 busy torrents stays
 * under 50 kB/s with its commands and answers. The first snapshot, which has everything, is not counted.
 */
export const SNAPSHOT_BYTES_PER_SECOND = 40_000;
/** Saved up in quiet times, for the moment when much changes at once. */
export const SNAPSHOT_BURST_MS = 1_000;
