/**
 * Node ids bound to addresses (BEP 42): the first 21 bits of an id are a checksum of the masked address and three
 * bits of choice, so that one address cannot sit wherever it wants. We prefer contacts with fitting ids and never
 * demand them; a third of the network has none.
 */
import { addressScope } from "../core/address-profile.ts";
import { addressBytes, type Endpoint, ipv4BitsOf } from "../core/endpoint.ts";
import { type NodeId, nodeIdFrom } from "../core/ids.ts";
import type { Random } from "../core/ports.ts";
import { crc32c, crc32cOfBits } from "./crc32c.ts";

/** BEP 42: which bits of the address count; of IPv6 only the first eight bytes do. */
const MASK_V4 = 0x030f3fff;
const MASK_V6 = Uint8Array.of(0x01, 0x03, 0x07, 0x0f, 0x1f, 0x3f, 0x7f, 0xff);
/** BEP 42: the last byte of the id holds the random number of which three bits enter the checksum. */
const LAST = 19;

/** True when `id` fits the address, or the address is not global and therefore exempt. */
export function idFitsAddress(id: Uint8Array, address: Pick<Endpoint, "host">): boolean {
  if (addressScope(address.host) !== "public") return true;
  const sum = checksumOf(address.host, id[LAST] as number);
  if (sum === undefined) return false;
  return (
    id[0] === sum >>> 24 &&
    id[1] === ((sum >>> 16) & 0xff) &&
    ((id[2] as number) & 0xf8) === ((sum >>> 8) & 0xf8)
  );
}

/** A random id that fits `host`, a numeric address. */
export function nodeIdForAddress(host: string, random: Random): NodeId {
  const id = random.bytes(20);
  const sum = checksumOf(host, id[LAST] as number);
  if (sum !== undefined) {
    id[0] = sum >>> 24;
    id[1] = sum >>> 16;
    id[2] = ((sum >>> 8) & 0xf8) | ((id[2] as number) & 0x07);
  }
  return nodeIdFrom(id);
}

/** CRC-32C of the masked address with the three lowest bits of `choice` on top; the id begins with its first 21 bits. */
function checksumOf(host: string, choice: number): number | undefined {
  const bits = ipv4BitsOf(host);
  if (bits !== undefined) return crc32cOfBits((bits & MASK_V4) | ((choice & 0x07) << 29));
  const address = addressBytes(host);
  if (address === undefined) return undefined;
  const masked = MASK_V6.map((mask, i) => mask & (address[i] as number));
  masked[0] = (masked[0] as number) | ((choice & 0x07) << 5);
  return crc32c(masked);
}
