/**
 * The MAP message of PCP (RFC 6887), version 2. All numbers are big-endian; addresses have 16 bytes. Over IPv4 it maps a port, over
 * IPv6 it asks a firewall to let others in to the same address and port.
 */
import { readUint16, readUint32, writeUint16, writeUint32 } from "../core/bytes.ts";
import { type Decoded, decoded, fault } from "../core/decoded.ts";
import { addressBytes, formatAddress } from "../core/endpoint.ts";
import type { MappedTransport } from "./mapping-protocol.ts";
import { UNSUPPORTED_VERSION } from "./nat-pmp-codec.ts";

const VERSION = 2;
const MAP = 1;
const IS_RESPONSE = 128;
const HEADER_BYTES = 24;
const MAP_BYTES = 36;
/** 7: longer ones break the protocol. */
const MAX_MESSAGE_BYTES = 1_100;
export const NONCE_BYTES = 12;

/** IANA's protocol numbers. */
const PROTOCOLS: Readonly<Record<MappedTransport, number>> = { tcp: 6, udp: 17 };

export interface PcpMapRequest {
  readonly ownHost: string;
  /** The same for as long as the mapping lives, and known to nobody else (11.2). */
  readonly nonce: Uint8Array;
  readonly transport: MappedTransport;
  readonly port: number;
  readonly outsidePort: number;
  /** 0 gives the mapping back. */
  readonly lifetimeSeconds: number;
}

export type PcpResponse =
  | { readonly kind: "unsupported" }
  | {
      readonly kind: "map";
      readonly result: number;
      readonly lifetimeSeconds: number;
      readonly nonce: Uint8Array;
      readonly transport: MappedTransport | undefined;
      readonly port: number;
      readonly outsidePort: number;
      readonly outsideHost: string;
    };

export function encodePcpMap(request: PcpMapRequest): Uint8Array {
  const bytes = new Uint8Array(HEADER_BYTES + MAP_BYTES);
  bytes[0] = VERSION;
  bytes[1] = MAP;
  writeUint32(bytes, 4, request.lifetimeSeconds);
  writeMappedHost(bytes, 8, request.ownHost);
  bytes.set(request.nonce, HEADER_BYTES);
  bytes[HEADER_BYTES + NONCE_BYTES] = PROTOCOLS[request.transport];
  writeUint16(bytes, HEADER_BYTES + 16, request.port);
  writeUint16(bytes, HEADER_BYTES + 18, request.outsidePort);
  // Any address, of the family that is wanted (11.1).
  writeMappedHost(bytes, HEADER_BYTES + 20, request.ownHost.includes(":") ? "::" : "0.0.0.0");
  return bytes;
}

/** "Unsupported" is what a gateway says that speaks NAT-PMP only, in that protocol (RFC 6886 3.5, RFC 6887 9). */
export function decodePcp(bytes: Uint8Array): Decoded<PcpResponse> {
  if (bytes.length < 4 || bytes.length > MAX_MESSAGE_BYTES) return fault("not-pcp", "not an answer of PCP");
  const isResponse = ((bytes[1] as number) & IS_RESPONSE) !== 0;
  if (!isResponse) return fault("not-pcp", "a question, not an answer");
  if (bytes[0] === 0)
    return readUint16(bytes, 2) === UNSUPPORTED_VERSION
      ? decoded({ kind: "unsupported" })
      : fault("not-pcp", "an answer of NAT-PMP");
  if (bytes[0] !== VERSION || bytes[3] === UNSUPPORTED_VERSION) return decoded({ kind: "unsupported" });
  if (bytes[1] !== IS_RESPONSE + MAP || bytes.length < HEADER_BYTES + MAP_BYTES)
    return fault("cut-short", "an answer of PCP that is cut short, or to what was not asked");
  const protocol = bytes[HEADER_BYTES + NONCE_BYTES];
  return decoded({
    kind: "map",
    result: bytes[3] as number,
    lifetimeSeconds: readUint32(bytes, 4),
    nonce: bytes.slice(HEADER_BYTES, HEADER_BYTES + NONCE_BYTES),
    transport: protocol === PROTOCOLS.tcp ? "tcp" : protocol === PROTOCOLS.udp ? "udp" : undefined,
    port: readUint16(bytes, HEADER_BYTES + 16),
    outsidePort: readUint16(bytes, HEADER_BYTES + 18),
    outsideHost: readMappedHost(bytes, HEADER_BYTES + 20),
  });
}

/** IPv4 as ::ffff:a.b.c.d (5). */
function writeMappedHost(bytes: Uint8Array, offset: number, host: string): void {
  const address = addressBytes(host) ?? new Uint8Array(4);
  if (address.length === 4) {
    bytes[offset + 10] = 0xff;
    bytes[offset + 11] = 0xff;
  }
  bytes.set(address, offset + 16 - address.length);
}

function readMappedHost(bytes: Uint8Array, offset: number): string {
  const address = bytes.subarray(offset, offset + 16);
  const isV4 = address.every((byte, i) => i >= 12 || byte === (i < 10 ? 0 : 0xff));
  return formatAddress(isV4 ? address.subarray(12) : address);
}

/** 7.4, in words. */
export function pcpResultText(result: number): string {
  const words: Readonly<Record<number, string>> = {
    2: "it does not allow port mappings",
    7: "it has no connection itself",
    8: "it has no room for another mapping",
    10: "it has given us too many mappings",
    11: "the outside port is taken",
    12: "it sees us at another address than we have",
    13: "it does not let others in",
  };
  return words[result] ?? `PCP error ${result}`;
}
