/** Addresses as Node writes them, in the one form that the rest of the program compares: `core/endpoint.ts`. */
import { addressBytes, formatAddress } from "../core/endpoint.ts";

/** RFC 4291, 2.5.5.2: the first twelve bytes of an IPv4 address inside an IPv6 one. */
const MAPPED_PREFIX = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff];

/** Canonical text of a numeric host: no zone, IPv6 compressed, IPv4-mapped as IPv4. Other text is returned as it is. */
export function canonicalHost(host: string): string {
  const zone = host.indexOf("%");
  const bytes = addressBytes(zone < 0 ? host : host.slice(0, zone));
  if (bytes === undefined) return host;
  const isMapped = bytes.length === 16 && MAPPED_PREFIX.every((byte, i) => bytes[i] === byte);
  return formatAddress(isMapped ? bytes.subarray(12) : bytes);
}
