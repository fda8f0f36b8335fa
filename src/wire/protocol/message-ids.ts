/** Message ids of the peer wire (BEP 3, 5, 6, 10) and the body length of those that have a fixed one. */

export const CHOKE = 0;
export const UNCHOKE = 1;
export const INTERESTED = 2;
export const NOT_INTERESTED = 3;
export const HAVE = 4;
export const BITFIELD = 5;
export const REQUEST = 6;
export const PIECE = 7;
export const CANCEL = 8;
export const PORT = 9;
export const SUGGEST = 0x0d;
export const HAVE_ALL = 0x0e;
export const HAVE_NONE = 0x0f;
export const REJECT = 0x10;
export const ALLOWED_FAST = 0x11;
export const EXTENDED = 0x14;

/** Extended message id of the extension handshake (BEP 10). */
export const EXTENSION_HANDSHAKE = 0;

/** Index and begin, before the payload of a PIECE message. */
export const BLOCK_HEADER_BYTES = 8;

/** Bytes after the id by message id; -1 where the length varies or the id is unknown. */
const FIXED_BODY_BYTES: Int8Array = new Int8Array(256).fill(-1);
for (const id of [CHOKE, UNCHOKE, INTERESTED, NOT_INTERESTED, HAVE_ALL, HAVE_NONE]) FIXED_BODY_BYTES[id] = 0;
for (const id of [HAVE, SUGGEST, ALLOWED_FAST]) FIXED_BODY_BYTES[id] = 4;
for (const id of [REQUEST, CANCEL, REJECT]) FIXED_BODY_BYTES[id] = 12;
FIXED_BODY_BYTES[PORT] = 2;

/** The only body length that a message with this id may have; -1 where it varies. */
export function fixedBodyBytes(id: number): number {
  return FIXED_BODY_BYTES[id] as number;
}

/** Whether the message belongs to the Fast extension and is an offence without it (BEP 6). */
export function isFastMessage(id: number): boolean {
  return id >= SUGGEST && id <= ALLOWED_FAST;
}
