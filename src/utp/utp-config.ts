/** Limits and times of uTP, each with its reason (Law 6). Numbers of BEP 29 that are part of the wire are in `utp-packet.ts`. */

/** LEDBAT's target for the delay that we add to a queue (RFC 6817 allows 100 ms at most; BEP 29 names it). */
export const TARGET_DELAY_US = 100_000;
/** Share of the target at which doubling ends: the queue fills for another round trip after it was noticed (LEDBAT++ draft). */
export const SLOW_START_END_RATIO = 0.75;
/** RFC 6817: INIT_CWND and MIN_CWND, in packets. */
export const INITIAL_WINDOW_PACKETS = 2;
export const MIN_WINDOW_PACKETS = 2;
/** Unacknowledged payload at most: what the receive window of most others is; 100 Mbit/s over 80 ms. */
export const MAX_SEND_WINDOW_BYTES: number = 1024 * 1024;
/** RFC 6817: BASE_HISTORY, in minutes: routes change, clocks drift (50 ppm are 30 ms in this time). */
export const BASE_DELAY_MINUTES = 10;
/** RFC 6817: CURRENT_FILTER, the least of so many last samples is taken. */
export const CURRENT_DELAY_SAMPLES = 4;

/**
 * Unacknowledged packets at most, however small: twice a full window of large ones, and what a selective acknowledgement can
 * name. An acknowledgement may be twice as far behind; forgers have to hit that, and the connection's id.
 */
export const MAX_FLIGHT_PACKETS = 2_000;

/** RFC 9002, 6.1.1: a packet is lost when one that was sent so many later has arrived. */
export const REORDERING_PACKETS = 3;
/** As libtorrent's utp_min_timeout; less would resend over mobile links that pause. */
export const MIN_TIMEOUT_MS = 500;
/** Before the first round trip is known (RFC 6298). */
export const INITIAL_TIMEOUT_MS = 1_000;
/** Back-off ends here: a path that comes back is used again soon. */
export const MAX_TIMEOUT_MS = 15_000;
/** Timeouts in a row after which the connection is given up: 45 s of silence. */
export const MAX_TIMEOUTS = 6;
/** The peer's window is closed: it is tried with one packet after this time, doubled up to the maximum. */
export const FIRST_WINDOW_PROBE_MS = 1_000;
export const MAX_WINDOW_PROBE_MS = 15_000;
/** Nothing was sent for this long: an acknowledgement keeps translators open, whose shortest memory is 30 s (RFC 4787). */
export const KEEP_ALIVE_MS = 25_000;

/** Payload that a connection holds for a reader who pauses, and what came ahead of its turn (threats W9: 1 MiB). */
export const RECEIVE_WINDOW_BYTES: number = 1024 * 1024;
/** What a payload costs to be held beside its bytes: a peer may send them one by one. */
export const HELD_OVERHEAD_BYTES = 128;
/** What came ahead of its turn over all connections: a crowd of liars costs this much and no more. */
export const MAX_REORDER_BYTES: number = 32 * 1024 * 1024;
/** `write` answers false above the high-water mark, `onWritable` comes below the low one (threats W4; as over TCP). */
export const HIGH_WATER_BYTES: number = 512 * 1024;
export const LOW_WATER_BYTES: number = 128 * 1024;

/** Size of a datagram that every path carries (QUIC demands the same, RFC 9000, 14.1); larger ones are probed for. */
export const SAFE_DATAGRAM_BYTES = 1_200;
/** Payload of a datagram that fills an Ethernet frame, by address family: nobody takes larger ones over the Internet. */
export const MAX_DATAGRAM_BYTES: Readonly<Record<4 | 6, number>> = { 4: 1_472, 6: 1_452 };
export const MAX_PAYLOAD_BYTES: number = MAX_DATAGRAM_BYTES[4] - 20;
/** Packets kept to be used again: 1.5 MiB, a full window of one connection. */
export const MAX_SPARE_PACKETS = 1_024;
/** The search ends when no more than this could be gained. */
export const PROBE_GRAIN_BYTES = 16;
/** Probes of one size that get lost before it counts as too large: one may just be bad luck. */
export const PROBE_TRIES = 2;

/** Accepted handshakes without a word after them; the oldest gives way, each is 100 bytes. */
export const MAX_HALF_OPEN = 1_024;
/** A peer that connects speaks first, within a few round trips. */
export const HALF_OPEN_MS = 10_000;
/** More than the wire ever has connections; also counts those that wait for their last acknowledgement. */
export const MAX_CONNECTIONS = 4_096;
/** After `close`: for so long is repeated what was sent before, and the FIN after it. */
export const CLOSING_MS = 30_000;
/** An ended connection stays so long to acknowledge what the peer repeats. */
export const LINGER_MS = 3_000;
/** Resets a second that tell strangers of connections that are no more. */
export const MAX_RESETS_PER_SECOND = 20;
/** Grain of timeouts. */
export const TICK_MS = 100;
