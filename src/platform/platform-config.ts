/** Limits of the Node platform, each with its reason (Law 6). */
import { BLOCK_BYTES, SEGMENT_BYTES } from "../torrent/piece-map.ts";

/** Payload in flight between sockets and disk: at 500 MiB/s an eighth of a second, enough for a disk that stutters. */
export const DEFAULT_ARENA_BYTES: number = 64 * 1024 * 1024;
/**
 * Payload that waits for one disk before its torrents get no more memory: 0.15 s of a gigabit line, on top of what pieces in
 * progress hold. Peak memory grows by it when the disk is slower than the network; 32 MiB were measured to be no faster and
 * 8 MiB slower (docs/benchmarks.md). What is queued stays under three quarters of the arena (threats ST19: 64 MiB).
 */
export const MAX_QUEUED_DISK_BYTES: number = 16 * 1024 * 1024;
/** A disk's torrents hold at most this many times the memory that is free: three quarters of the arena when they are alone. */
export const SHARE_OF_FREE_MEMORY = 3;
/** Smallest slab: one block, so that metadata-sized torrents do not waste a segment each. */
export const MIN_SLAB_BYTES: number = BLOCK_BYTES;
/** Largest slab: storage takes a piece in segments of at most this size. */
export const MAX_SLAB_BYTES: number = SEGMENT_BYTES;

/** Blocks read and not yet sent: 32 peers with their 512 KiB send buffers full (threats W4). Memory is touched only when used. */
export const DEFAULT_READ_SLOTS = 1_024;
/** Reads that wait for a slot; beyond it the disk answers EBUSY. Ten times what one peer may have queued (threats W4: 500). */
export const MAX_WAITING_READS = 5_000;

/**
 * Disks (file systems) with a hash-and-write thread of their own; torrents on further ones share the last. One thread a
 * disk: the receiving thread takes the other core of a two-core machine, where a second worker on the same disk was
 * measured to be slower, and a single writer keeps a disk's queue in order.
 */
export const MAX_DISK_WORKERS = 8;
/** A disk thread that ended without one answer is not started again sooner than this after its start: it would only end again. */
export const MIN_WORKER_LIFE_MS = 1_000;
/** Threads that hash existing files (check, create) beyond this find the disk or the memory bus saturated. */
export const MAX_CHECK_THREADS = 4;

/** Open content files of one disk worker; libtorrent's default pool (wire-anchors 5.5). */
export const MAX_OPEN_FILES = 40;

/** One receive buffer per thread: as much as a socket's receive window commonly holds, and still inside the L2 cache. */
export const RECEIVE_BUFFER_BYTES: number = 256 * 1024;
/** Bytes queued on one stream above which `write` answers false (threats W4: 512 KiB per peer). */
export const HIGH_WATER_BYTES: number = 512 * 1024;
/** Bytes queued below which `onWritable` is called: a quarter, so that refilling overlaps with sending. */
export const LOW_WATER_BYTES: number = 128 * 1024;

/** Receive and send buffers asked of the kernel for UDP: bursts of answers to one lookup, 2 MiB as others ask (dht-anchors 6). */
export const UDP_BUFFER_BYTES: number = 2 * 1024 * 1024;
/** Datagrams the kernel did not take yet; beyond it they are dropped, as a full network would. */
export const MAX_UDP_QUEUED_BYTES: number = 1024 * 1024;

/** A name that is not resolved by then counts as absent: glibc's own default for one server and one retry. */
export const RESOLVE_TIMEOUT_MS = 10_000;
/** Tries to find a port that is free for UDP and TCP, v4 and v6; each fails only when another program has just one of them. */
export const MAX_PORT_TRIES = 20;

/** Existing content is read in runs of this size to be hashed: they stay in a core's L2 cache, which is worth 15 %. */
export const CHECK_READ_BYTES: number = 128 * 1024;
/** Blocks read with one system call: what a peer commonly has in flight, and 256 KiB of one disk's time. */
export const MAX_READ_RUN = 16;
/** Pieces longer than a segment that are being stored at a time, a few hundred bytes each; swarms keep far fewer open. */
export const MAX_LONG_PIECES = 4_096;

/** Content hashed between two looks at the other jobs of a worker: 3 ms of SHA-1, 30 ms of a disk with a head. */
export const CHECK_SLICE_BYTES: number = 4 * 1024 * 1024;
/** Files looked at, created or deleted between two looks at the other jobs of a worker: about 3 ms of system calls. */
export const FILES_PER_SLICE = 512;
/** Files made durable at a time: they share Node's four pool threads with name resolution. */
export const PARALLEL_SYNCS = 3;

/** A file that moves to another file system is copied in runs of this size: large for a disk, small for a progress bar. */
export const MOVE_CHUNK_BYTES: number = 1024 * 1024;

/** Files of a watch folder that are looked at; one that holds more is no watch folder, and others wait for it. */
export const MAX_LISTED_FILES = 1_000;

/** Records of a finished transfer are kept this long: who comes back later has the data hashed again. */
export const UNUSED_RECORDS_MS: number = 30 * 86_400_000;
/** And of at most this many torrents: looking through them costs a few tens of milliseconds at the end of a command. */
export const MAX_SHARED_TORRENTS = 1_000;
