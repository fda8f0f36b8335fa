/**
 * What a recording of the wire consists of: records of one byte of kind and its fields.
 *
 * Events are inputs: they begin at a time and have their answers behind them, in the order in which the engine asked
 * for them while it dealt with the event. What streams carried is told apart from when it came, because a message is
 * masked when it is complete: the content of a stream is the sum of its content records, and its events say how
 * many bytes of that arrived.
 */

import type { StreamEncryption, StreamEnd, StreamTransport } from "../../core/ports.ts";
import type { PieceVerdict } from "../../torrent/piece-verdict.ts";

/** First line of the file; another version is another format. */
export const RECORDING_HEAD = "starling-recording 1\n";

type FieldKind = "number" | "byte" | "float" | "bytes" | "text" | "address" | "list";

// Events. All begin with the microseconds since the former one.
export const TICK = 1;
export const ACCEPT = 2;
export const OPEN = 3;
export const BYTES = 4;
export const WRITABLE = 5;
export const END = 6;
/** The oldest block that the stream was given has left. */
export const SENT = 7;
export const ADD_SWARM = 8;
export const COMMAND = 9;
export const CHECKED = 10;
export const BLOCK_READ = 11;
export const ENGINE = 12;
/** What the engine shows at this moment. */
export const STATE = 13;
/** What the session knew of a torrent's surroundings. */
export const FACTS = 14;
export const CLOSE = 15;
/** The limit was reached: nothing more is recorded. */
export const FULL = 16;

// Answers to what the engine asked.
export const FLOAT = 30;
export const INTEGER = 31;
/** Negative: there is none. */
export const RANK = 32;
export const SLAB = 33;
/** Whether a stream has room after a block. */
export const WROTE = 34;
export const QUEUED = 35;
export const FLAG = 36;
export const DIALLED = 37;
/** What follows was said to the engine while it told its owner this event, the so-manieth of all. */
export const TOLD = 38;

// Content of streams.
/** As it is, masked. */
export const CONTENT = 50;
/** So many bytes that are left out. */
export const BLANK = 51;
/** The head of a handshake: reserved bytes, number of our torrent + 1 or 0, number of an unknown one. */
export const HEAD = 52;
/** A block of metadata: torrent, block, version, length. */
export const METADATA = 53;
/** The metadata is complete: torrent, length, the right version of each block. */
export const METADATA_FOUND = 54;

/** Fields by kind, in order. */
export const LAYOUT: Readonly<Record<number, readonly FieldKind[]>> = {
  [TICK]: ["number"],
  [ACCEPT]: ["number", "address", "byte"],
  [OPEN]: ["number", "number", "byte", "byte"],
  [BYTES]: ["number", "number", "byte", "number"],
  [WRITABLE]: ["number", "number"],
  [END]: ["number", "number", "byte", "byte"],
  [SENT]: ["number", "number"],
  [ADD_SWARM]: ["number", "text"],
  [COMMAND]: ["number", "number", "text"],
  [CHECKED]: ["number", "number", "number", "byte", "text", "byte", "list"],
  [BLOCK_READ]: ["number", "number", "number", "text"],
  [ENGINE]: ["number", "text"],
  [STATE]: ["number", "text"],
  [FACTS]: ["number", "number", "text"],
  [CLOSE]: ["number"],
  [FULL]: ["number"],
  [FLOAT]: ["float"],
  [INTEGER]: ["number"],
  [RANK]: ["float"],
  [SLAB]: ["byte"],
  [WROTE]: ["byte"],
  [QUEUED]: ["number"],
  [FLAG]: ["byte"],
  [DIALLED]: ["address"],
  [TOLD]: ["number"],
  [CONTENT]: ["number", "bytes"],
  [BLANK]: ["number", "number"],
  [HEAD]: ["number", "bytes", "number", "number"],
  [METADATA]: ["number", "number", "number", "number", "number"],
  [METADATA_FOUND]: ["number", "number", "list"],
};

export function isEvent(kind: number): boolean {
  return kind < FLOAT;
}

export function isContent(kind: number): boolean {
  return kind >= CONTENT;
}

export const STREAM_ENDS: readonly StreamEnd[] = [
  "closed-by-us",
  "closed-by-peer",
  "reset",
  "refused",
  "timeout",
  "unreachable",
  "not-understood",
  "error",
];
export const ENCRYPTIONS: readonly (StreamEncryption | undefined)[] = [
  undefined,
  "handshake",
  "rc4",
  "sealed",
];
export const TRANSPORTS: readonly StreamTransport[] = ["tcp", "utp"];
export const VERDICTS: readonly PieceVerdict["kind"][] = ["good", "bad", "failed"];
