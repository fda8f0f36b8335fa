/** Every time and limit of port mapping, with its reason (Law 6). */

/**
 * How long a mapping is asked for. RFC 6886 recommends two hours; with one, what a router forgot at its own restart is
 * back within 30 minutes, and what a crash of ours left open is closed within the hour.
 */
export const LIFETIME_SECONDS = 3_600;
/** Renewed at this share of what was granted (RFC 6886 3.3, RFC 6887 11.2.1). */
export const RENEW_AT = 0.5;
/** A router that grants a few seconds is not asked all the time. */
export const SHORTEST_RENEWAL_MS = 60_000;
/** What was granted for a day, or for ever, is asked for again nonetheless: routers restart. */
export const LONGEST_RENEWAL_MS: number = 60 * 60_000;
/** As how long a mapping counts that a router gives only for ever (UPnP). */
export const PERMANENT_SECONDS = 86_400;

/** NAT-PMP and PCP repeat at 250 ms, doubling (RFC 6886 3.1); nine tries as there take a minute, during which UPnP is not tried. */
export const FIRST_REPEAT_MS = 250;
export const MAX_TRIES = 4;

/** Devices wait for up to MX seconds, one here, before they answer a search; it is sent twice. */
export const SEARCH_REPEAT_MS = 1_000;
export const MAX_SEARCHES = 2;
export const SEARCH_TIMEOUT_MS = 3_000;
/** Descriptions of the gateway that are read, and services in them that are tried: routers have one or two of each. */
export const MAX_LOCATIONS = 4;
export const MAX_SERVICES = 4;
/** Other outside ports that are tried over UPnP where ours is taken by another machine. */
export const MAX_OTHER_PORTS = 3;
/** Where these are drawn from: above what is reserved, below what systems draw ports of outgoing connections from. */
export const FIRST_OTHER_PORT = 16_384;
export const OTHER_PORTS = 16_384;

/** After a round in which no protocol gave anything: first pause, doubled each time up to the second. */
export const FIRST_RETRY_MS = 60_000;
export const LONGEST_RETRY_MS: number = 30 * 60_000;
/** What the end of a session waits for the router to take mappings back. */
export const REMOVAL_TIMEOUT_MS = 1_000;
