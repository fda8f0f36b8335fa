/**
 * Messages of the holepunch extension (BEP 55): asking a peer that is connected with both of us to have us called, and
 * being told whom to call. Binary, 12 bytes for IPv4 and 24 for IPv6; a connect without its error field is understood.
 */
import { readUint32, writeUint32 } from "../../core/bytes.ts";
import { compactEndpointBytes, decodeEndpoint, encodeEndpoint } from "../../core/compact.ts";
import { type Decoded, decoded, fault } from "../../core/decoded.ts";
import type { AddressFamily, Endpoint } from "../../core/endpoint.ts";

export type HolepunchType = "rendezvous" | "connect" | "error";

/** Why a relay does not call: codes 1 to 4. */
export type HolepunchError = "no-such-peer" | "not-connected" | "no-support" | "no-self";

export interface HolepunchMessage {
  readonly type: HolepunchType;
  readonly address: Endpoint;
  /** Undefined in what is no error, and for codes that nobody has defined. */
  readonly error: HolepunchError | undefined;
}

const TYPES: readonly HolepunchType[] = ["rendezvous", "connect", "error"];
const ERRORS: readonly (HolepunchError | undefined)[] = [
  undefined,
  "no-such-peer",
  "not-connected",
  "no-support",
  "no-self",
];
const HEAD_BYTES = 2;
const ERROR_BYTES = 4;

export function decodeHolepunch(body: Uint8Array): Decoded<HolepunchMessage> {
  const type = TYPES[body[0] ?? TYPES.length];
  if (type === undefined) return fault("holepunch-type", "a type that does not exist");
  const family = familyOf(body[1]);
  if (family === undefined) return fault("holepunch-family", "a kind of address that does not exist");
  const end = HEAD_BYTES + compactEndpointBytes(family);
  const address = decodeEndpoint(body.subarray(HEAD_BYTES, end));
  const hasError = body.length === end + ERROR_BYTES;
  if (address === undefined || !(hasError || body.length === end))
    return fault("holepunch-length", "a length that fits no address");
  return decoded({ type, address, error: hasError ? ERRORS[readUint32(body, end)] : undefined });
}

export function encodeHolepunch({ type, address, error }: HolepunchMessage): Uint8Array {
  const compact = encodeEndpoint(address);
  const body = new Uint8Array(HEAD_BYTES + compact.length + ERROR_BYTES);
  body[0] = TYPES.indexOf(type);
  body[1] = address.family === 4 ? 0 : 1;
  body.set(compact, HEAD_BYTES);
  writeUint32(body, HEAD_BYTES + compact.length, ERRORS.indexOf(error));
  return body;
}

function familyOf(kind: number | undefined): AddressFamily | undefined {
  if (kind === 0) return 4;
  return kind === 1 ? 6 : undefined;
}
