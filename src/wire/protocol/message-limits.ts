/**
 * How long a message may be, decided from its length prefix and id before anything is buffered (threats W1).
 * A bitfield has exactly one legal length once the number of pieces is known.
 */
import { BLOCK_BYTES, MAX_PIECES } from "../../torrent/piece-map.ts";
import { BLOCK_HEADER_BYTES, EXTENSION_HANDSHAKE } from "./message-ids.ts";

/** W1: room for an extension handshake full of unknown extensions. */
export const MAX_EXTENSION_HANDSHAKE_BYTES: number = 64 * 1024;

/** W1: a small dictionary and one block of metadata; as libtorrent. */
const MAX_METADATA_MESSAGE_BYTES = 17 * 1024;

/** W1: 50 added and 50 dropped peers of both families take 2.4 KiB. */
const MAX_PEX_MESSAGE_BYTES = 8 * 1024;

/** BEP 54: a piece index. */
export const DONT_HAVE_BYTES: number = 4;

/** BEP 55: two bytes, an IPv6 address with its port, a code. */
const MAX_HOLEPUNCH_BYTES = 24;

/** W1: messages that we do not know are skipped up to this length, not buffered. */
export const MAX_UNKNOWN_MESSAGE_BYTES: number = 32 * 1024;

/** Bitfield of the largest torrent that anybody accepts; the limit while the number of pieces is unknown. */
export const MAX_BITFIELD_BYTES: number = MAX_PIECES / 8;

/** Body of a PIECE message: header and at most one block. */
export const MAX_PIECE_BODY_BYTES: number = BLOCK_HEADER_BYTES + BLOCK_BYTES;

/** Longest message by any rule; a longer prefix is refused before the id is even read. */
export const MAX_MESSAGE_BYTES: number = 1 + MAX_BITFIELD_BYTES;

/** Ids that we assign to extension messages in our handshake (BEP 10); the peer uses them towards us. */
export const OUR_UT_METADATA = 1;
export const OUR_UT_PEX = 2;
export const OUR_LT_DONTHAVE = 3;
export const OUR_UT_HOLEPUNCH = 4;

/** Longest body of an extended message after its extended id. */
export function maxExtendedBytes(extendedId: number): number {
  switch (extendedId) {
    case EXTENSION_HANDSHAKE:
      return MAX_EXTENSION_HANDSHAKE_BYTES;
    case OUR_UT_METADATA:
      return MAX_METADATA_MESSAGE_BYTES;
    case OUR_UT_PEX:
      return MAX_PEX_MESSAGE_BYTES;
    case OUR_LT_DONTHAVE:
      return DONT_HAVE_BYTES;
    case OUR_UT_HOLEPUNCH:
      return MAX_HOLEPUNCH_BYTES;
    default:
      return MAX_UNKNOWN_MESSAGE_BYTES;
  }
}
