/**
 * The extension handshake (BEP 10): which extended messages a peer understands under which ids, and facts about
 * it. May be repeated; later ones add to earlier ones. Fields of a wrong type or out of range are ignored one by
 * one, as every client does: only a body that is not a dictionary at all is a fault.
 */
import {
  type BencodeDictionary,
  decodeDictionary,
  encodeBencode,
  readBytes,
  readDictionary,
  readInteger,
} from "../../core/bencode.ts";
import { MESSAGE_LIMITS } from "../../core/bencode-scanner.ts";
import { utf8Text } from "../../core/bytes.ts";
import { type Decoded, decoded } from "../../core/decoded.ts";
import { addressBytes, formatAddress, MAX_PORT } from "../../core/endpoint.ts";
import {
  MAX_EXTENSION_HANDSHAKE_BYTES,
  OUR_LT_DONTHAVE,
  OUR_UT_HOLEPUNCH,
  OUR_UT_METADATA,
  OUR_UT_PEX,
} from "./message-limits.ts";

/** Characters of `v` that are kept; the rest is for nobody to read. */
const MAX_CLIENT_NAME_LENGTH = 64;

/** What a peer said; `undefined` = said nothing about it (or nothing that makes sense). */
export interface ExtensionHandshake {
  /** Id under which the peer wants ut_metadata messages (BEP 9); 0 = switched off. */
  readonly utMetadataId: number | undefined;
  /** The same for ut_pex (BEP 11). */
  readonly utPexId: number | undefined;
  /** The same for lt_donthave (BEP 54). */
  readonly dontHaveId: number | undefined;
  /** The same for ut_holepunch (BEP 55). */
  readonly holepunchId: number | undefined;
  /** Text of the remote party; passes the sanitiser before any terminal. */
  readonly clientName: string | undefined;
  /** Port it listens on, 1 to 65535. */
  readonly listenPort: number | undefined;
  /** Requests that it holds without rejecting; at least 1. */
  readonly requestQueue: number | undefined;
  readonly metadataBytes: number | undefined;
  /** BEP 21. */
  readonly isUploadOnly: boolean | undefined;
  /** Our address as it sees us. */
  readonly ourHost: string | undefined;
  /** Addresses of its own, by its word. */
  readonly ipv4Host: string | undefined;
  readonly ipv6Host: string | undefined;
}

export interface OwnExtensionHandshake {
  readonly clientName: string;
  /** Whether ut_pex messages are welcome. */
  readonly exchangesPeers: boolean;
  /** Whether ut_holepunch messages are: only who speaks uTP can be called. */
  readonly punchesHoles: boolean;
  /** 0 = we accept no connections. */
  readonly listenPort: number;
  readonly requestQueue: number;
  readonly metadataBytes: number | undefined;
  readonly isUploadOnly: boolean;
  /** Address of the peer as we see it. */
  readonly theirHost: string;
  /** Our address in the other family than the one that the peer sees us at. */
  readonly otherHost: string | undefined;
}

/** Body of our handshake, without length, id and extended id. */
export function encodeExtensionHandshake(own: OwnExtensionHandshake): Uint8Array {
  const other = own.otherHost === undefined ? undefined : addressBytes(own.otherHost);
  return encodeBencode({
    ipv4: other?.length === 4 ? other : undefined,
    ipv6: other?.length === 16 ? other : undefined,
    m: {
      lt_donthave: OUR_LT_DONTHAVE,
      ut_holepunch: own.punchesHoles ? OUR_UT_HOLEPUNCH : undefined,
      ut_metadata: OUR_UT_METADATA,
      ut_pex: own.exchangesPeers ? OUR_UT_PEX : undefined,
    },
    metadata_size: own.metadataBytes,
    p: own.listenPort === 0 ? undefined : own.listenPort,
    reqq: own.requestQueue,
    upload_only: own.isUploadOnly ? 1 : undefined,
    v: own.clientName,
    yourip: addressBytes(own.theirHost),
  });
}

export function decodeExtensionHandshake(body: Uint8Array): Decoded<ExtensionHandshake> {
  const dictionary = decodeDictionary(body, {
    ...MESSAGE_LIMITS,
    maxTokens: Math.min(MESSAGE_LIMITS.maxTokens, MAX_EXTENSION_HANDSHAKE_BYTES),
    allowTrailing: true, // some clients pad the message
  });
  if (!dictionary.ok) return dictionary;
  const fields = dictionary.value.value;
  const names = readDictionary(fields, "m");
  return decoded({
    utMetadataId: extensionId(names, "ut_metadata"),
    utPexId: extensionId(names, "ut_pex"),
    dontHaveId: extensionId(names, "lt_donthave"),
    holepunchId: extensionId(names, "ut_holepunch"),
    clientName: readClientName(fields),
    listenPort: integerWithin(fields, "p", 1, MAX_PORT),
    requestQueue: integerWithin(fields, "reqq", 1, Number.MAX_SAFE_INTEGER),
    metadataBytes: integerWithin(fields, "metadata_size", 1, Number.MAX_SAFE_INTEGER),
    isUploadOnly: readFlag(fields, "upload_only"),
    ourHost: readHost(fields, "yourip", [4, 16]),
    ipv4Host: readHost(fields, "ipv4", [4]),
    ipv6Host: readHost(fields, "ipv6", [16]),
  });
}

/** Ids are one byte on the wire; a larger one cannot be meant. */
function extensionId(names: BencodeDictionary | undefined, name: string): number | undefined {
  return names === undefined ? undefined : integerWithin(names, name, 0, 255);
}

function integerWithin(
  fields: BencodeDictionary,
  key: string,
  least: number,
  most: number,
): number | undefined {
  const value = readInteger(fields, key);
  return value !== undefined && value >= least && value <= most ? value : undefined;
}

function readFlag(fields: BencodeDictionary, key: string): boolean | undefined {
  const value = readInteger(fields, key);
  return value === undefined ? undefined : value !== 0;
}

function readClientName(fields: BencodeDictionary): string | undefined {
  const bytes = readBytes(fields, "v");
  if (bytes === undefined) return undefined;
  return [...utf8Text(bytes.subarray(0, 4 * MAX_CLIENT_NAME_LENGTH))]
    .slice(0, MAX_CLIENT_NAME_LENGTH)
    .join("");
}

function readHost(fields: BencodeDictionary, key: string, lengths: readonly (4 | 16)[]): string | undefined {
  const bytes = readBytes(fields, key);
  return lengths.some((length) => bytes?.length === length) ? formatAddress(bytes as Uint8Array) : undefined;
}
