/**
 * Canonical peer priority (BEP 40): both ends of a possible connection compute the same number from their two
 * addresses, so that everybody prefers the same random-looking graph and nobody can crowd a peer's places from one
 * network.
 */
import { compareBytes, concatBytes, writeUint16 } from "../../core/bytes.ts";
import { crc32c } from "../../core/crc32c.ts";
import { addressBytes, type Endpoint } from "../../core/endpoint.ts";
import type { Random } from "../../core/ports.ts";

/** Every second bit of what lies behind the network part counts; the BEP's mask. */
const HOST_MASK = 0x55;

/** Numbers that peers are ordered by, higher first. */
export interface PeerRanking {
  /** By the addresses of both ends (BEP 40); undefined across address families. */
  between(ours: Endpoint, theirs: Endpoint): number | undefined;
  /** While our own address is unknown. */
  byChance(): number;
}

const MAX_UINT32 = 0xffff_ffff;

export function canonicalRanking(random: Random): PeerRanking {
  return { between: canonicalPriority, byChance: () => random.integer(MAX_UINT32) };
}

/** Priority of the connection between `ours` and `theirs`, higher first; undefined across address families. */
export function canonicalPriority(ours: Endpoint, theirs: Endpoint): number | undefined {
  const a = addressBytes(ours.host);
  const b = addressBytes(theirs.host);
  if (a === undefined || b === undefined || a.length !== b.length) return undefined;
  if (compareBytes(a, b) === 0) return crc32c(sorted(portBytes(ours.port), portBytes(theirs.port)));
  const shared = sharedBytes(a, b);
  return crc32c(sorted(masked(a, shared), masked(b, shared)));
}

/**
 * Clears what the mask clears: whole bytes count up to /16 (IPv4) or /48 (IPv6) and one byte beyond what the two
 * addresses share, every second bit behind that.
 */
function masked(address: Uint8Array, shared: number): Uint8Array {
  const always = address.length === 4 ? 2 : 6;
  const whole = shared < always ? always : shared + 1;
  return address.map((byte, i) => (i < whole ? byte : byte & HOST_MASK));
}

function sharedBytes(a: Uint8Array, b: Uint8Array): number {
  let shared = 0;
  while (shared < a.length && a[shared] === b[shared]) shared++;
  return shared;
}

function sorted(a: Uint8Array, b: Uint8Array): Uint8Array {
  return concatBytes(compareBytes(a, b) <= 0 ? [a, b] : [b, a]);
}

function portBytes(port: number): Uint8Array {
  const bytes = new Uint8Array(2);
  writeUint16(bytes, 0, port);
  return bytes;
}
