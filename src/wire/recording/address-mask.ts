/**
 * Addresses that stand for those of peers. What the engine tells apart by them stays as it is: the family, the scope
 * (public, private, loopback, unroutable), who shares a host, and who shares a /24 (IPv4) or /64 (IPv6). Networks, hosts and
 * ports are numbered in the order in which they are first met, so that nothing of the number says where it came
 * from. Ports below 1024 stay: those of mail servers are never dialled. Others keep their number of digits, because
 * some are written in decimal.
 */
import { addressScope, subnetKey } from "../../core/address-profile.ts";
import { readUint16, writeUint16 } from "../../core/bytes.ts";
import { addressBytes, type Endpoint, endpoint, formatAddress, parseEndpoint } from "../../core/endpoint.ts";

const FIRST_MASKED_PORT = 1_024;
const FIRST_LONG_PORT = 10_000;

interface Subnet {
  readonly number: number;
  hosts: number;
}

export class AddressMask {
  readonly #hosts = new Map<string, string>();
  readonly #subnets = new Map<string, Subnet>();
  readonly #subnetsOfKind = new Map<string, number>();
  readonly #ports = new Map<number, number>();
  #nextPort = FIRST_MASKED_PORT;
  #nextLongPort = FIRST_LONG_PORT;

  endpoint(address: Endpoint): Endpoint {
    return endpoint(this.host(address.host), this.port(address.port));
  }

  /** A numeric host in canonical text; other text becomes the unspecified address. */
  host(host: string): string {
    const known = this.#hosts.get(host);
    if (known !== undefined) return known;
    const bytes = addressBytes(host);
    if (bytes === undefined) return "0.0.0.0";
    const masked = formatAddress(this.#newHost(host, bytes));
    this.#hosts.set(host, masked);
    return masked;
  }

  port(port: number): number {
    if (port < FIRST_MASKED_PORT) return port;
    const known = this.#ports.get(port);
    if (known !== undefined) return known;
    const masked = port < FIRST_LONG_PORT ? this.#nextPort++ : this.#nextLongPort++;
    this.#ports.set(port, masked);
    return masked;
  }

  /** Of a party as bans have it: a host, or a host and a port. */
  party(party: string): string {
    const address = parseEndpoint(party);
    if (address === undefined) return this.host(party);
    const masked = this.endpoint(address);
    return masked.family === 6 ? `[${masked.host}]:${masked.port}` : `${masked.host}:${masked.port}`;
  }

  /** Replaces the 4 or 16 bytes of `bytes`. */
  hostBytes(bytes: Uint8Array): void {
    bytes.set(addressBytes(this.host(formatAddress(bytes))) ?? []);
  }

  /** Replaces compact endpoints of 4 or 16 bytes and a port, one behind the other. */
  compact(bytes: Uint8Array, family: 4 | 6): void {
    const hostBytes = family === 4 ? 4 : 16;
    for (let at = 0; at + hostBytes + 2 <= bytes.length; at += hostBytes + 2) {
      this.hostBytes(bytes.subarray(at, at + hostBytes));
      writeUint16(bytes, at + hostBytes, this.port(readUint16(bytes, at + hostBytes)));
    }
  }

  #newHost(host: string, bytes: Uint8Array): Uint8Array {
    const family = bytes.length === 4 ? 4 : 6;
    const scope = addressScope(host);
    if (family === 6 && scope === "loopback") return bytes;
    const kind = `${family} ${scope}`;
    const key = `${kind} ${subnetKey({ host, family })}`;
    let subnet = this.#subnets.get(key);
    if (subnet === undefined) {
      const number = this.#subnetsOfKind.get(kind) ?? 0;
      this.#subnetsOfKind.set(kind, number + 1);
      subnet = { number, hosts: 0 };
      this.#subnets.set(key, subnet);
    }
    const { number } = subnet;
    const place = subnet.hosts++;
    const head = HEADS[kind] as readonly number[];
    const low = [number >>> 8, number & 255];
    // Behind the half of 10/8 and of 127/8 that is in use: what is made up is seen to be.
    if (family === 4 && scope !== "public" && scope !== "unroutable")
      return Uint8Array.of(head[0] as number, (number >>> 8) | 128, number & 255, place);
    if (family === 4) return Uint8Array.of((head[0] as number) + (number >>> 16), ...low, place);
    const high = [number >>> 24, (number >>> 16) & 255];
    const zeros = [0, 0, 0, 0];
    const last = [place >>> 24, (place >>> 16) & 255, (place >>> 8) & 255, place & 255];
    return Uint8Array.from([...head, ...high, ...low, ...zeros, ...last].map((byte) => byte & 255));
  }
}

/** Where masked addresses lie: of the same family and scope, and in networks that carry no traffic of the Internet. */
const HEADS: Readonly<Record<string, readonly number[]>> = {
  "4 public": [26],
  "4 private": [10],
  "4 loopback": [127],
  "4 unroutable": [240],
  "6 public": [0x2a, 0, 0, 0],
  "6 private": [0xfd, 0, 0, 0],
  "6 unroutable": [0x20, 0x01, 0x0d, 0xb8],
};
