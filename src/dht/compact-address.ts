/**
 * Addresses between their text, their bits and their compact form (BEP 5 "Contact Encoding", BEP 32), for the hot
 * path: every query is answered with the asker's address and a token made from it, every reply names eight nodes.
 * `core/compact.ts` does the same for whole lists, with allocation.
 */
import { readUint16, writeUint16 } from "../core/bytes.ts";
import { type AddressFamily, addressBytes, type Endpoint, formatAddress } from "../core/endpoint.ts";

/** Address and port: 6 bytes (BEP 5) or 18 (BEP 32). */
export function compactPeerBytes(family: AddressFamily): number {
  return family === 4 ? 6 : 18;
}

/** Id, address and port: 26 bytes (BEP 5) or 38 (BEP 32). */
export function compactNodeBytes(family: AddressFamily): number {
  return family === 4 ? 26 : 38;
}

/** The 32 bits of canonical dotted text as a signed integer. */
export function ipv4Bits(host: string): number {
  let bits = 0;
  let octet = 0;
  for (let i = 0; i < host.length; i++) {
    const code = host.charCodeAt(i);
    if (code === CHAR_DOT) {
      bits = (bits << 8) | octet;
      octet = 0;
    } else octet = octet * 10 + code - CHAR_0;
  }
  return (bits << 8) | octet;
}

/** 32 signed bits that tell addresses apart: those of IPv4; of IPv6 a hash, which two may share. */
export function addressBits({ host, family }: Endpoint): number {
  if (family === 4) return ipv4Bits(host);
  const bytes = addressBytes(host) ?? UNSPECIFIED_V6;
  let bits = 0;
  for (let i = 0; i < 16; i += 4) bits = Math.imul(bits ^ readInt32(bytes, i), SPREADING);
  return bits;
}

function ipv4Text(bits: number): string {
  return `${bits >>> 24}.${(bits >>> 16) & 255}.${(bits >>> 8) & 255}.${bits & 255}`;
}

/** Writes the 4 or 16 address bytes of `address` at `offset`; answers the offset behind them. */
export function writeAddress(out: Uint8Array, offset: number, address: Endpoint): number {
  if (address.family === 6) {
    out.set(addressBytes(address.host) ?? UNSPECIFIED_V6, offset);
    return offset + 16;
  }
  return writeIpv4(out, offset, ipv4Bits(address.host));
}

export function writeIpv4(out: Uint8Array, offset: number, bits: number): number {
  writeInt32(out, offset, bits);
  return offset + 4;
}

/** Writes `address` in compact form; answers the offset behind it. */
export function writeEndpoint(out: Uint8Array, offset: number, address: Endpoint): number {
  const portAt = writeAddress(out, offset, address);
  writeUint16(out, portAt, address.port);
  return portAt + 2;
}

/** Reads the compact endpoint at `offset`; the caller has checked the bounds. Port 0 is kept: policy is the caller's. */
export function readEndpoint(bytes: Uint8Array, offset: number, family: AddressFamily): Endpoint {
  if (family === 4) return ipv4Endpoint(readInt32(bytes, offset), readUint16(bytes, offset + 4));
  return {
    host: formatAddress(bytes.subarray(offset, offset + 16)),
    port: readUint16(bytes, offset + 16),
    family,
  };
}

/**
 * Replies name the same few thousand nodes again and again: an endpoint that was read lately is given out again, so
 * that neither its text is made anew nor kept twice. Endpoints are immutable; which of two equal ones it is does
 * not matter to anybody.
 */
export function ipv4Endpoint(bits: number, port: number): Endpoint {
  const place = (Math.imul(bits ^ (port << 16), SPREADING) >>> (32 - RECENT_BITS)) & (RECENT - 1);
  const known = recentEndpoints[place];
  if (known !== undefined && recentBits[place] === bits && known.port === port) return known;
  const fresh: Endpoint = { host: ipv4Text(bits), port, family: 4 };
  recentBits[place] = bits;
  recentEndpoints[place] = fresh;
  return fresh;
}

/** Places for recent endpoints: several times a large table, and what a simulation of ten thousand nodes needs. */
const RECENT_BITS = 15;
const RECENT: number = 1 << RECENT_BITS;
const recentBits = new Int32Array(RECENT);
const recentEndpoints: (Endpoint | undefined)[] = new Array<Endpoint | undefined>(RECENT);

/** Big-endian signed 32-bit read: such values stay small integers in the engine, unsigned ones do not. */
export function readInt32(bytes: Uint8Array, offset: number): number {
  return (
    ((bytes[offset] as number) << 24) |
    ((bytes[offset + 1] as number) << 16) |
    ((bytes[offset + 2] as number) << 8) |
    (bytes[offset + 3] as number)
  );
}

/** The reverse of `readInt32`. */
export function writeInt32(out: Uint8Array, offset: number, value: number): void {
  out[offset] = value >>> 24;
  out[offset + 1] = value >>> 16;
  out[offset + 2] = value >>> 8;
  out[offset + 3] = value;
}

export function sameEndpoint(a: Endpoint, b: Endpoint): boolean {
  return a === b || (a.port === b.port && a.host === b.host);
}

/** An odd constant with well spread bits. */
const SPREADING = 0x9e3779b1;
const CHAR_DOT = 0x2e;
const CHAR_0 = 0x30;
const UNSPECIFIED_V6 = new Uint8Array(16);
