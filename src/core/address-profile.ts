/**
 * Which addresses may be talked to, and what counts as "one party". `public` refuses everything that is not
 * globally routable and keys limits by IP; `lan` and `loopback` allow private or loopback addresses and key every
 * limit, ban and duplicate rule by ip:port, because there many nodes share one address.
 */
import { type AddressFamily, addressBytes, type Endpoint, formatEndpoint, ipv4BitsOf } from "./endpoint.ts";

export type AddressProfile = "public" | "lan" | "loopback";
export type AddressScope = "public" | "private" | "loopback" | "unroutable";

/** Where a numeric host lives. Sources: RFC 6890, RFC 4193, RFC 3927, RFC 4291; multicast and reserved space are `unroutable`. */
export function addressScope(host: string): AddressScope {
  const bits = ipv4BitsOf(host);
  if (bits !== undefined) return scopeOfV4(bits);
  const bytes = addressBytes(host);
  return bytes === undefined ? "unroutable" : scopeOfV6(bytes);
}

/** True when `profile` lets us talk to `address`: right scope and a port that is not 0. */
export function mayContact(profile: AddressProfile, address: Endpoint): boolean {
  if (address.port === 0) return false;
  const scope = addressScope(address.host);
  if (profile === "public") return scope === "public";
  if (profile === "lan") return scope === "private" || scope === "loopback" || scope === "public";
  return scope === "loopback" || scope === "private";
}

/** The same for an address that announced itself on our own network (BEP 14): there private ones are what is meant. */
export function mayContactNeighbour(profile: AddressProfile, address: Endpoint): boolean {
  if (mayContact(profile, address)) return true;
  return profile === "public" && address.port !== 0 && addressScope(address.host) === "private";
}

/** The key under which limits, bans and duplicates are counted. */
export function partyKey(profile: AddressProfile, address: Endpoint): string {
  return profile === "public" ? address.host : formatEndpoint(address);
}

/** Text that is equal for addresses of one /24 (IPv4) or /64 (IPv6): one operator, most likely. */
export function subnetKey(address: { readonly host: string; readonly family: AddressFamily }): string {
  const bits = ipv4BitsOf(address.host);
  if (bits !== undefined) return `4:${bits >>> 8}`;
  const bytes = addressBytes(address.host);
  return bytes === undefined ? address.host : `6:${bytes.subarray(0, 8).join(".")}`;
}

function scopeOfV4(bits: number): AddressScope {
  const first = bits >>> 24;
  const second = (bits >>> 16) & 255;
  const third = (bits >>> 8) & 255;
  if (first === 127) return "loopback";
  if (first === 10 || (first === 192 && second === 168) || (first === 172 && second >= 16 && second < 32))
    return "private";
  if (first === 169 && second === 254) return "private";
  if (first === 100 && second >= 64 && second < 128) return "private";
  if (first === 0 || first >= 224) return "unroutable";
  if (first === 192 && second === 0 && third === 2) return "unroutable";
  if (first === 198 && second === 51 && third === 100) return "unroutable";
  if (first === 203 && second === 0 && third === 113) return "unroutable";
  return "public";
}

function scopeOfV6(b: Uint8Array): AddressScope {
  const first = b[0] as number;
  const leadingZeros = b.findIndex((byte) => byte !== 0);
  if (leadingZeros === 15 && b[15] === 1) return "loopback";
  if (leadingZeros === 10 && b[10] === 0xff && b[11] === 0xff)
    return scopeOfV4(new DataView(b.buffer, b.byteOffset).getUint32(12));
  if ((first & 0xfe) === 0xfc) return "private";
  if (first === 0xfe && ((b[1] as number) & 0xc0) === 0x80) return "private";
  if (first === 0x20 && b[1] === 0x01 && b[2] === 0x0d && b[3] === 0xb8) return "unroutable";
  return (first & 0xe0) === 0x20 ? "public" : "unroutable";
}
