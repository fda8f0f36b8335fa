/**
 * Packets of uTP, version 1 (BEP 29; docs/protocol/utp.md): a header of 20 bytes, a chain of extensions, payload.
 *
 *   0       4       8               16                              32
 *   | type  | vers. | extension     | connection id                 |
 *   | time of sending, microseconds                                 |
 *   | how long the last packet from there was on its way, µs        |
 *   | bytes that the sender of this takes                           |
 *   | sequence number               | last number received in order |
 */
import { readUint16, readUint32, writeUint16, writeUint32 } from "../core/bytes.ts";

export const ST_DATA = 0;
/** Nothing follows. */
export const ST_FIN = 1;
/** Acknowledges; takes no sequence number. */
export const ST_STATE = 2;
export const ST_RESET = 3;
export const ST_SYN = 4;

export const HEADER_BYTES = 20;
const VERSION = 1;

/** Extensions: selective acknowledgement. Unknown ones are passed over by everybody. */
const SELECTIVE_ACK = 1;
/** Ours alone, so that nobody takes it for anything: room that makes a packet as large as the one to be tried. */
const PADDING = 0xf0;
const EXTENSION_HEADER_BYTES = 2;
const MAX_EXTENSION_BYTES = 255;
/** A bit for each packet from the second after the acknowledged one; a multiple of four bytes that fits a length. */
export const MAX_SELECTIVE_ACK_BYTES = 252;

export interface UtpHeader {
  readonly type: number;
  readonly connectionId: number;
  /** Microseconds of the sender's clock, 32 bits that wrap. */
  readonly timestampUs: number;
  /** Difference of both clocks when the last packet arrived, microseconds, 32 bits that wrap; 0 = none arrived. */
  readonly delayUs: number;
  readonly windowBytes: number;
  readonly sequence: number;
  readonly acknowledged: number;
}

export interface UtpPacket extends UtpHeader {
  /** A view of the datagram: bit 0 of byte 0 stands for `acknowledged` + 2. */
  readonly selectiveAck: Uint8Array | undefined;
  /** Payload runs from here to the end of the datagram. */
  readonly payloadStart: number;
}

/** Undefined: no packet of this protocol. Called for every datagram, so it answers with a plain object. */
export function decodeUtpPacket(bytes: Uint8Array): UtpPacket | undefined {
  const first = bytes[0];
  if (first === undefined || bytes.length < HEADER_BYTES) return undefined;
  const type = first >> 4;
  if ((first & 0xf) !== VERSION || type > ST_SYN) return undefined;
  let extension = bytes[1] as number;
  let offset = HEADER_BYTES;
  let selectiveAck: Uint8Array | undefined;
  while (extension !== 0) {
    const next = bytes[offset];
    const length = bytes[offset + 1];
    if (next === undefined || length === undefined) return undefined;
    const end = offset + EXTENSION_HEADER_BYTES + length;
    if (end > bytes.length) return undefined;
    if (extension === SELECTIVE_ACK) selectiveAck = bytes.subarray(offset + EXTENSION_HEADER_BYTES, end);
    extension = next;
    offset = end;
  }
  return {
    type,
    connectionId: readUint16(bytes, 2),
    timestampUs: readUint32(bytes, 4),
    delayUs: readUint32(bytes, 8),
    windowBytes: readUint32(bytes, 12),
    sequence: readUint16(bytes, 16),
    acknowledged: readUint16(bytes, 18),
    selectiveAck,
    payloadStart: offset,
  };
}

/** Writes the header at the start of `target` and answers where the rest goes. No extension follows unless one is written. */
export function writeUtpHeader(target: Uint8Array, header: UtpHeader): number {
  target[0] = (header.type << 4) | VERSION;
  target[1] = 0;
  writeUint16(target, 2, header.connectionId);
  writeUint32(target, 4, header.timestampUs);
  writeUint32(target, 8, header.delayUs);
  writeUint32(target, 12, header.windowBytes);
  writeUint16(target, 16, header.sequence);
  writeUint16(target, 18, header.acknowledged);
  return HEADER_BYTES;
}

/** Writes a selective acknowledgement behind the header; the only extension, or followed by nothing. */
export function writeSelectiveAck(target: Uint8Array, offset: number, bits: Uint8Array): number {
  target[1] = SELECTIVE_ACK;
  target[offset] = 0;
  target[offset + 1] = bits.length;
  target.set(bits, offset + EXTENSION_HEADER_BYTES);
  return offset + EXTENSION_HEADER_BYTES + bits.length;
}

/** Writes extensions of `paddingBytes` in all (0 or at least 2) behind the header; the only ones. */
export function writePadding(target: Uint8Array, offset: number, paddingBytes: number): number {
  let position = offset;
  let kindPosition = 1;
  for (let left = paddingBytes; left > 0; ) {
    const most = EXTENSION_HEADER_BYTES + MAX_EXTENSION_BYTES;
    // Never leaves a single byte, in which no extension fits.
    const take = left === most + 1 ? most - 1 : Math.min(left, most);
    target[kindPosition] = PADDING;
    kindPosition = position;
    target[position] = 0;
    target[position + 1] = take - EXTENSION_HEADER_BYTES;
    target.fill(0, position + EXTENSION_HEADER_BYTES, position + take);
    position += take;
    left -= take;
  }
  return position;
}
