/** One address that may be dialled, and the order in which several are. */
import type { Endpoint } from "../../core/endpoint.ts";
import type { PeerSource } from "../wire-events.ts";

/** Wait after the n-th failure in a row: n times this; as libtorrent's min_reconnect_time. */
const BACK_OFF_MS = 60_000;
/** threats D9: after this many failures in a row … */
export const MAX_FAILURES = 3;
/** … a candidate is out for so long. */
const OUT_MS = 3_600_000;
/** The first reconnect after a drop comes at once, but not before the other end noticed the drop too. */
const FAST_RECONNECT_MS = 2_000;
/** A connection that lived this long clears the record of drops. */
const STABLE_MS = 600_000;
/** Two peers that had nothing for each other do not meet again before this. */
const USELESS_MS = 600_000;

export interface Candidate {
  readonly party: string;
  /** What is dialled next. */
  address: Endpoint;
  /** Other ports that were named for the same party; tried when this one fails. */
  readonly otherPorts: number[];
  source: PeerSource;
  /** Party key of the PEX peer that named it. */
  readonly namedBy: string | undefined;
  state: "idle" | "dialling" | "connected";
  /** Party key of the same peer in the other address family. */
  twin: string | undefined;
  /** When it was dialled last. */
  dialledAtMs: number;
  /** Dials in a row that came to nothing. */
  failures: number;
  /** Connections in a row that did not last. */
  drops: number;
  wasTried: boolean;
  /** It did not understand an encrypted handshake: it is dialled in plaintext, where that is allowed. */
  isPlain: boolean;
  notBeforeMs: number;
  /** The last connection ended because neither side had anything for the other. */
  isUseless: boolean;
  connectedAtMs: number;
  /** End of the last connection that we dialled; undefined = never. */
  workedAtMs: number | undefined;
  /** Of BEP 40, or random while our address is unknown. */
  priority: number;
}

export function newCandidate(
  party: string,
  address: Endpoint,
  source: PeerSource,
  namedBy: string | undefined,
  priority: number,
): Candidate {
  return {
    party,
    address,
    otherPorts: [],
    source,
    namedBy,
    state: "idle",
    twin: undefined,
    dialledAtMs: Number.NEGATIVE_INFINITY,
    failures: 0,
    drops: 0,
    wasTried: false,
    isPlain: false,
    notBeforeMs: 0,
    isUseless: false,
    connectedAtMs: 0,
    workedAtMs: undefined,
    priority,
  };
}

export function isOut(candidate: Candidate): boolean {
  return candidate.failures >= MAX_FAILURES;
}

/** After a failed dial: waits longer each time; when another port is known, that one is next, and soon. */
export function noteFailure(candidate: Candidate, nowMs: number): void {
  candidate.state = "idle";
  candidate.failures++;
  candidate.isPlain = false;
  const waitMs = isOut(candidate) ? OUT_MS : BACK_OFF_MS * candidate.failures;
  candidate.notBeforeMs = nowMs + waitMs;
  const port = candidate.otherPorts.shift();
  if (port === undefined) return;
  candidate.address = { ...candidate.address, port };
  if (!isOut(candidate)) candidate.notBeforeMs = nowMs;
}

/** The same address is dialled again at once, in plaintext; this was no failure of the peer. */
export function noteNotUnderstood(candidate: Candidate, nowMs: number): void {
  candidate.state = "idle";
  candidate.isPlain = true;
  candidate.notBeforeMs = nowMs;
}

export function noteConnected(candidate: Candidate, nowMs: number): void {
  candidate.state = "connected";
  candidate.connectedAtMs = nowMs;
  candidate.failures = 0;
  candidate.wasTried = true;
}

/** After a connection: the first reconnect is fast, later ones wait as long as after failures. */
export function noteDisconnected(candidate: Candidate, nowMs: number, isUseful: boolean): void {
  candidate.state = "idle";
  if (nowMs - candidate.connectedAtMs >= STABLE_MS) candidate.drops = 0;
  candidate.drops++;
  const waitMs = candidate.drops === 1 ? FAST_RECONNECT_MS : BACK_OFF_MS * (candidate.drops - 1);
  candidate.notBeforeMs = nowMs + (isUseful ? waitMs : USELESS_MS);
  candidate.isUseless = !isUseful;
}

/** Something is wanted that was not: a peer that had nothing for us may have it. */
export function noteNeed(candidate: Candidate, nowMs: number): void {
  if (!candidate.isUseless || candidate.state !== "idle") return;
  candidate.isUseless = false;
  candidate.notBeforeMs = nowMs;
}

/** Who said so matters: a user's own word, then what the local network or our own past says, then strangers. */
const SOURCE_RANK: Readonly<Record<PeerSource, number>> = {
  manual: 4,
  magnet: 4,
  lsd: 3,
  resume: 2,
  dht: 1,
  pex: 1,
  incoming: 0,
};

/**
 * Positive when `a` is to be dialled before `b`. Peers that worked come first, then those never tried, by source
 * and canonical priority; those that failed come last. So a crowd of silent addresses never stands before a live
 * one: each of them is tried once, and later only when nobody new is left.
 */
export function compareForDialling(a: Candidate, b: Candidate): number {
  return (
    classOf(a) - classOf(b) ||
    b.failures - a.failures ||
    SOURCE_RANK[a.source] - SOURCE_RANK[b.source] ||
    a.priority - b.priority
  );
}

function classOf(candidate: Candidate): number {
  if (candidate.failures > 0) return 0;
  return candidate.wasTried ? 2 : 1;
}
