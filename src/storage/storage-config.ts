/** Limits and times of persistence, with their reasons (Law 6). */

/** threats R2: resume data is at most this much older than the pieces it speaks of. */
export const CHECKPOINT_INTERVAL_MS = 10_000;
export const CHECKPOINT_BYTES: number = 64 * 2 ** 20;

/** Resume data of the largest torrent we take: metadata of 32 MiB, 250,000 stamps of 16 bytes, paths. */
export const MAX_RESUME_BYTES: number = 128 * 2 ** 20;

/** Peers kept with a torrent: enough to find the swarm again without the DHT. */
export const MAX_RESUME_PEERS = 200;

/** Torrents of one session (PR15: 1,000 daily); more is a script that went wrong, or a broken file. */
export const MAX_TORRENTS = 10_000;

/** Pieces that are looked at again after an unclean end, to tell our own last writes from those of another program. */
export const MAX_SAMPLES = 16;
/** And how much may be read for it: half a second of hashing. */
export const MAX_SAMPLE_BYTES: number = 256 * 2 ** 20;

/**
 * After an unclean end, pieces may be complete that no checkpoint mentions. Up to this many bytes are hashed to find
 * them (about 2 s); beyond it, fetching one checkpoint's worth again is quicker than reading all that is missing.
 */
export const MAX_SPECULATIVE_BYTES: number = 2 ** 30;
