/** A numeric address and port. `host` is always canonical text: dotted IPv4, or lower-case compressed IPv6. */
import { readUint16 } from "./bytes.ts";

export type AddressFamily = 4 | 6;

export interface Endpoint {
  readonly host: string;
  readonly port: number;
  readonly family: AddressFamily;
}

export const MAX_PORT = 65_535;

/** Builds an endpoint from canonical numeric text; anything else is our own bug and throws. */
export function endpoint(host: string, port: number): Endpoint {
  if (!(port >= 0 && port <= MAX_PORT)) throw new RangeError(`Port out of range: ${port}`);
  return { host, port, family: host.includes(":") ? 6 : 4 };
}

/** `host:port`, IPv6 in brackets. Reversed by `parseEndpoint`. */
export function formatEndpoint(address: Endpoint): string {
  return address.family === 6 ? `[${address.host}]:${address.port}` : `${address.host}:${address.port}`;
}

/** Reads `1.2.3.4:6881` or `[2001:db8::1]:6881` with a port of 1 to 65535; `undefined` for anything else. */
export function parseEndpoint(text: string): Endpoint | undefined {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([0-9.]+)):(\d{1,5})$/.exec(text);
  if (match === null) return undefined;
  const port = Number(match[3]);
  const bytes = match[1] === undefined ? parseIpv4(match[2] ?? "") : parseIpv6(match[1]);
  if (bytes === undefined || port < 1 || port > MAX_PORT) return undefined;
  return endpoint(formatAddress(bytes), port);
}

/** Numeric host text to 4 or 16 bytes; `undefined` when it is not an address. */
export function addressBytes(host: string): Uint8Array | undefined {
  return host.includes(":") ? parseIpv6(host) : parseIpv4(host);
}

/** Canonical text of a 4- or 16-byte address. */
export function formatAddress(bytes: Uint8Array): string {
  return bytes.length === 4 ? `${bytes[0]}.${bytes[1]}.${bytes[2]}.${bytes[3]}` : formatIpv6(bytes);
}

function parseIpv4(text: string): Uint8Array | undefined {
  const bits = ipv4BitsOf(text);
  return bits === undefined ? undefined : Uint8Array.of(bits >>> 24, bits >>> 16, bits >>> 8, bits);
}

/**
 * The 32 bits of a dotted IPv4 address as an unsigned number; `undefined` for any other text. Every node that a DHT
 * reply names passes here, so it is one walk without allocation.
 */
export function ipv4BitsOf(text: string): number | undefined {
  let bits = 0;
  let octet = 0;
  let digits = 0;
  let dots = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === CHAR_DOT) {
      if (digits === 0 || ++dots > 3) return undefined;
      bits = bits * 256 + octet;
      octet = digits = 0;
      continue;
    }
    if (code < CHAR_0 || code > CHAR_9 || (digits > 0 && octet === 0)) return undefined;
    octet = octet * 10 + code - CHAR_0;
    digits++;
    if (octet > 255) return undefined;
  }
  return digits === 0 || dots !== 3 ? undefined : bits * 256 + octet;
}

function parseIpv6(text: string): Uint8Array | undefined {
  const halves = text.split("::");
  if (halves.length > 2) return undefined;
  const head = groups(halves[0] ?? "");
  const tail = halves.length === 2 ? groups(halves[1] ?? "") : [];
  if (head === undefined || tail === undefined) return undefined;
  const missing = 8 - head.length - tail.length;
  if (halves.length === 2 ? missing < 1 : missing !== 0) return undefined;
  const all = [...head, ...new Array<number>(missing).fill(0), ...tail];
  const bytes = new Uint8Array(16);
  all.forEach((group, i) => {
    bytes[2 * i] = group >> 8;
    bytes[2 * i + 1] = group & 0xff;
  });
  return bytes;
}

/** 16-bit groups of one side of `::`; a trailing dotted IPv4 counts as two groups. */
function groups(text: string): number[] | undefined {
  if (text === "") return [];
  const result: number[] = [];
  const parts = text.split(":");
  for (let i = 0; i < parts.length; i++) {
    const part = parts[i] as string;
    if (i === parts.length - 1 && part.includes(".")) {
      const v4 = parseIpv4(part);
      if (v4 === undefined) return undefined;
      result.push(readUint16(v4, 0), readUint16(v4, 2));
    } else {
      if (!/^[0-9a-fA-F]{1,4}$/.test(part)) return undefined;
      result.push(Number.parseInt(part, 16));
    }
  }
  return result;
}

/** RFC 5952: lower case, the longest run of two or more zero groups (the first of equals) becomes `::`. */
function formatIpv6(bytes: Uint8Array): string {
  const words = Array.from({ length: 8 }, (_, i) => readUint16(bytes, 2 * i));
  let bestStart = -1;
  let bestLength = 1;
  for (let start = 0; start < 8; start++) {
    let length = 0;
    while (start + length < 8 && words[start + length] === 0) length++;
    if (length > bestLength) {
      bestStart = start;
      bestLength = length;
    }
  }
  const text = (from: number, to: number) =>
    words
      .slice(from, to)
      .map((word) => word.toString(16))
      .join(":");
  return bestStart < 0 ? text(0, 8) : `${text(0, bestStart)}::${text(bestStart + bestLength, 8)}`;
}

const CHAR_DOT = 0x2e;
const CHAR_0 = 0x30;
const CHAR_9 = 0x39;
