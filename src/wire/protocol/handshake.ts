/**
 * The 68 bytes that open a connection (BEP 3, "peer protocol"): protocol name, eight reserved bytes whose bits
 * announce extensions (BEP 4), info-hash, peer id.
 */
import { utf8Bytes } from "../../core/bytes.ts";
import { ID_BYTES, type InfoHash, type PeerId } from "../../core/ids.ts";

export const PROTOCOL_NAME: Uint8Array = utf8Bytes("\x13BitTorrent protocol");
const RESERVED_BYTES = 8;
export const RESERVED_OFFSET: number = PROTOCOL_NAME.length;
export const INFO_HASH_OFFSET: number = RESERVED_OFFSET + RESERVED_BYTES;
/** From here on the torrent is known, and an incoming handshake can be answered. */
export const PEER_ID_OFFSET: number = INFO_HASH_OFFSET + ID_BYTES;
export const HANDSHAKE_BYTES: number = PEER_ID_OFFSET + ID_BYTES;

/** Extensions that both sides can announce in the reserved bytes. */
export interface HandshakeFeatures {
  /** BEP 10: reserved[5] & 0x10. */
  readonly hasExtensions: boolean;
  /** BEP 6: reserved[7] & 0x04. */
  readonly hasFast: boolean;
  /** BEP 5: reserved[7] & 0x01. */
  readonly hasDht: boolean;
}

export function encodeHandshake(infoHash: InfoHash, peerId: PeerId, features: HandshakeFeatures): Uint8Array {
  const bytes = new Uint8Array(HANDSHAKE_BYTES);
  bytes.set(PROTOCOL_NAME);
  if (features.hasExtensions) bytes[RESERVED_OFFSET + 5] = 0x10;
  bytes[RESERVED_OFFSET + 7] = (features.hasFast ? 0x04 : 0) | (features.hasDht ? 0x01 : 0);
  bytes.set(infoHash, INFO_HASH_OFFSET);
  bytes.set(peerId, PEER_ID_OFFSET);
  return bytes;
}

/** Features in the eight reserved bytes at `offset`; unknown bits are ignored. */
export function decodeFeatures(bytes: Uint8Array, offset: number): HandshakeFeatures {
  const last = bytes[offset + 7] as number;
  return {
    hasExtensions: ((bytes[offset + 5] as number) & 0x10) !== 0,
    hasFast: (last & 0x04) !== 0,
    hasDht: (last & 0x01) !== 0,
  };
}
