/**
 * Writes messages into a buffer of the caller, who has checked that there is room: each function returns the
 * position behind what it wrote. Fixed messages only; bodies of varying length get their prefix here.
 */

import { writeUint16, writeUint32 } from "../../core/bytes.ts";
import { PIECE_HEADER_BYTES } from "../../core/slab.ts";
import { BLOCK_HEADER_BYTES, EXTENDED, PIECE, PORT } from "./message-ids.ts";
import { DONT_HAVE_BYTES } from "./message-limits.ts";

/** Length of the longest message written here: REQUEST, CANCEL and REJECT. */
export const MAX_CONTROL_BYTES = 17;

/** Length prefix and id, before a body of any length. */
const MESSAGE_PREFIX_BYTES = 5;

/** CHOKE, UNCHOKE, INTERESTED, NOT_INTERESTED, HAVE_ALL, HAVE_NONE. */
export function writeEmpty(bytes: Uint8Array, at: number, id: number): number {
  return writePrefix(bytes, at, id, 0);
}

/** HAVE, SUGGEST, ALLOWED_FAST. */
export function writeIndex(bytes: Uint8Array, at: number, id: number, index: number): number {
  writeUint32(bytes, writePrefix(bytes, at, id, 4), index);
  return at + 9;
}

/** REQUEST, CANCEL, REJECT. */
export function writeBlockMessage(
  bytes: Uint8Array,
  at: number,
  id: number,
  index: number,
  begin: number,
  length: number,
): number {
  const body = writePrefix(bytes, at, id, 12);
  writeUint32(bytes, body, index);
  writeUint32(bytes, body + 4, begin);
  writeUint32(bytes, body + 8, length);
  return at + 17;
}

export function writePort(bytes: Uint8Array, at: number, port: number): number {
  writeUint16(bytes, writePrefix(bytes, at, PORT, 2), port);
  return at + 7;
}

export function writeKeepAlive(bytes: Uint8Array, at: number): number {
  writeUint32(bytes, at, 0);
  return at + 4;
}

/** Length prefix and id of a message with a body of `bodyBytes`. */
function writePrefix(bytes: Uint8Array, at: number, id: number, bodyBytes: number): number {
  writeUint32(bytes, at, 1 + bodyBytes);
  bytes[at + 4] = id;
  return at + MESSAGE_PREFIX_BYTES;
}

/** Header of a PIECE message into the room before the payload of a slot. */
export function writeBlockHeader(slot: Uint8Array, index: number, begin: number, length: number): void {
  writePrefix(slot, 0, PIECE, BLOCK_HEADER_BYTES + length);
  writeUint32(slot, MESSAGE_PREFIX_BYTES, index);
  writeUint32(slot, PIECE_HEADER_BYTES - 4, begin);
}

/** A complete message with `body`, fresh memory. */
export function messageWithBody(id: number, body: Uint8Array): Uint8Array {
  const message = new Uint8Array(MESSAGE_PREFIX_BYTES + body.length);
  message.set(body, writePrefix(message, 0, id, body.length));
  return message;
}

/** lt_donthave (BEP 54) under the id that the peer gave it, fresh memory. */
export function dontHaveMessage(extendedId: number, piece: number): Uint8Array {
  const index = new Uint8Array(DONT_HAVE_BYTES);
  writeUint32(index, 0, piece);
  return extendedMessage(extendedId, index);
}

/** A complete extended message (BEP 10), fresh memory. */
export function extendedMessage(extendedId: number, body: Uint8Array): Uint8Array {
  const message = new Uint8Array(MESSAGE_PREFIX_BYTES + 1 + body.length);
  const at = writePrefix(message, 0, EXTENDED, 1 + body.length);
  message[at] = extendedId;
  message.set(body, at + 1);
  return message;
}
