/**
 * Public-looking IPv4 addresses for the little internet, and node ids that go with them (BEP 42). They exist only
 * inside its namespaces.
 */

/** Networks (/24) that the inhabitants live in, each in a /8 of its own. */
export const INHABITED_NETWORKS = 60;

/** First octets of ordinary public unicast space: no private, shared, documentation, multicast or reserved range. */
const FIRST_OCTETS: readonly number[] = [
  5, 14, 23, 24, 27, 31, 36, 37, 39, 41, 42, 45, 46, 47, 49, 50, 58, 59, 60, 61, 62, 63, 64, 65, 66, 67, 68,
  69, 70, 71, 72, 73, 74, 75, 76, 77, 78, 79, 80, 81, 82, 83, 84, 85, 86, 87, 88, 89, 90, 91, 92, 93, 94, 95,
  96, 97, 98, 99, 101, 103,
];
/** Hosts of one /24 that are used; their last octets do not look like a count. */
const HOSTS_PER_NETWORK = 200;

/** Hands out addresses: the inhabitants' fill 60 networks round robin, each visitor gets a network of its own. */
export class AddressPlan {
  #inhabitants = 0;
  #visitors = 0;

  inhabitant(): string {
    const network = this.#inhabitants % INHABITED_NETWORKS;
    const host = Math.floor(this.#inhabitants++ / INHABITED_NETWORKS);
    if (host >= HOSTS_PER_NETWORK) throw new RangeError("the little internet is full");
    const [second, third] = [20 + ((network * 37) % 200), (network * 53 + 7) % 250];
    return `${FIRST_OCTETS[network]}.${second}.${third}.${3 + ((host * 29 + network) % HOSTS_PER_NETWORK)}`;
  }

  /** An address that nobody in this world has heard of. */
  visitor(): string {
    const visitor = this.#visitors++;
    return `109.${60 + Math.floor(visitor / 250)}.${visitor % 250}.77`;
  }
}

/** The /24 of an address. */
export const networkOf = (address: string): string => address.split(".").slice(0, 3).join(".");

/** CRC-32C (Castagnoli), bit by bit: the inputs are four bytes long. */
function crc32c(bytes: readonly number[]): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  }
  return (crc ^ 0xffffffff) >>> 0;
}

/** A node id that BEP 42 accepts for an address, as 40 hex digits; `random` gives the bytes that are free. */
export function nodeIdFor(address: string, random: Uint8Array): string {
  const octets = address.split(".").map(Number);
  const mask = [0x03, 0x0f, 0x3f, 0xff];
  const last = random[19] as number;
  const seed = last & 7;
  const masked = octets.map((octet, index) => octet & (mask[index] as number));
  masked[0] = (masked[0] as number) | (seed << 5);
  const crc = crc32c(masked);
  const id = Buffer.from(random);
  id[0] = crc >>> 24;
  id[1] = (crc >>> 16) & 0xff;
  id[2] = ((crc >>> 8) & 0xf8) | ((random[2] as number) & 7);
  return id.toString("hex");
}
