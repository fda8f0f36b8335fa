/** Messages of NAT-PMP (RFC 6886), version 0. All numbers are big-endian. */
import { readUint16, readUint32, writeUint16, writeUint32 } from "../core/bytes.ts";
import { type Decoded, decoded, fault } from "../core/decoded.ts";
import { formatAddress } from "../core/endpoint.ts";
import type { MappedTransport } from "./mapping-protocol.ts";

/** Where gateways listen, for PCP too. */
export const NAT_PMP_PORT = 5351;

/** Result of a gateway that speaks another protocol or version (3.5; the same in RFC 6887 7.4). */
export const UNSUPPORTED_VERSION = 1;

const OPCODES: Readonly<Record<MappedTransport, number>> = { udp: 1, tcp: 2 };
const IS_RESPONSE = 128;
const ADDRESS_RESPONSE_BYTES = 12;
const MAP_RESPONSE_BYTES = 16;

export type NatPmpResponse =
  | { readonly kind: "address"; readonly result: number; readonly host: string }
  | {
      readonly kind: "map";
      readonly transport: MappedTransport;
      readonly result: number;
      readonly port: number;
      readonly outsidePort: number;
      readonly lifetimeSeconds: number;
    };

/** Asks for the address on the outside (3.2). */
export function encodeAddressRequest(): Uint8Array {
  return new Uint8Array(2);
}

/** Asks for a mapping (3.3); a lifetime of 0 gives it back, and then `outsidePort` has to be 0 (3.4). */
export function encodeMapRequest(request: {
  readonly transport: MappedTransport;
  readonly port: number;
  readonly outsidePort: number;
  readonly lifetimeSeconds: number;
}): Uint8Array {
  const bytes = new Uint8Array(12);
  bytes[1] = OPCODES[request.transport];
  writeUint16(bytes, 4, request.port);
  writeUint16(bytes, 6, request.outsidePort);
  writeUint32(bytes, 8, request.lifetimeSeconds);
  return bytes;
}

/** Errors may be cut short: what is missing of them is 0. */
export function decodeNatPmp(bytes: Uint8Array): Decoded<NatPmpResponse> {
  if (bytes.length < 4 || bytes[0] !== 0) return fault("not-nat-pmp", "not an answer of NAT-PMP");
  const result = readUint16(bytes, 2);
  switch ((bytes[1] as number) - IS_RESPONSE) {
    case 0: {
      if (bytes.length < ADDRESS_RESPONSE_BYTES && result === 0) return cutShort();
      const address = padded(bytes, ADDRESS_RESPONSE_BYTES).subarray(8, 12);
      return decoded({ kind: "address", result, host: formatAddress(address) });
    }
    case OPCODES.udp:
      return decodeMap(bytes, "udp", result);
    case OPCODES.tcp:
      return decodeMap(bytes, "tcp", result);
    default:
      return fault("unknown-opcode", "an answer to what was not asked");
  }
}

function decodeMap(bytes: Uint8Array, transport: MappedTransport, result: number): Decoded<NatPmpResponse> {
  if (bytes.length < MAP_RESPONSE_BYTES && result === 0) return cutShort();
  const whole = padded(bytes, MAP_RESPONSE_BYTES);
  return decoded({
    kind: "map",
    transport,
    result,
    port: readUint16(whole, 8),
    outsidePort: readUint16(whole, 10),
    lifetimeSeconds: readUint32(whole, 12),
  });
}

function padded(bytes: Uint8Array, length: number): Uint8Array {
  if (bytes.length >= length) return bytes;
  const whole = new Uint8Array(length);
  whole.set(bytes);
  return whole;
}

function cutShort() {
  return fault("cut-short", "an answer of NAT-PMP that is cut short");
}

/** 3.5, in words. */
export function natPmpResultText(result: number): string {
  const words: Readonly<Record<number, string>> = {
    2: "it does not allow port mappings",
    3: "it has no connection itself",
    4: "it has no room for another mapping",
    5: "it does not know how to map",
  };
  return words[result] ?? `NAT-PMP error ${result}`;
}
