/**
 * What stands at the head of everything sealed that opens a conversation: when it was sent, and to which address. Who recorded it
 * can neither use it later nor elsewhere. Four bytes of seconds since 1970, the address (4 or 16) and the port (2).
 */

import { readUint16, readUint32, writeUint16, writeUint32 } from "../core/bytes.ts";
import { addressBytes, type Endpoint, formatAddress } from "../core/endpoint.ts";

/** Clocks of members may differ by so much; a datagram may be as long under way. */
export const MAX_CLOCK_SKEW_MS = 120_000;

export interface Stamp {
  readonly sentUnixMs: number;
  readonly to: Endpoint;
}

export function stampBytes(family: 4 | 6): number {
  return family === 4 ? 10 : 22;
}

export function writeStamp(into: Uint8Array, at: number, to: Endpoint, unixMs: number): void {
  writeUint32(into, at, Math.floor(unixMs / 1_000));
  const address = addressBytes(to.host) as Uint8Array;
  into.set(address, at + 4);
  writeUint16(into, at + 4 + address.length, to.port);
}

/** The caller has checked that `bytes` are long enough. */
export function readStamp(bytes: Uint8Array, family: 4 | 6): Stamp {
  const length = stampBytes(family);
  const host = formatAddress(bytes.subarray(4, length - 2));
  const port = readUint16(bytes, length - 2);
  return { sentUnixMs: readUint32(bytes, 0) * 1_000, to: { host, port, family } };
}

export function isFresh(aheadMs: number): boolean {
  return Math.abs(aheadMs) <= MAX_CLOCK_SKEW_MS;
}
