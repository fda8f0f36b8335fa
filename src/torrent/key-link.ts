/**
 * Links to whatever torrent the owner of a key names now (BEP 46): `magnet:?xs=urn:btpk:PUBLIC-KEY&s=SALT`, both in
 * hexadecimal. The key's item in the DHT (BEP 44) is `{ih: info-hash}`.
 */
import { decodeDictionary, encodeBencode, readBytes } from "../core/bencode.ts";
import { fromHex, toHex } from "../core/bytes.ts";
import { ID_BYTES, type InfoHash, infoHashFrom } from "../core/ids.ts";
import { MAX_MAGNET_BYTES, parseQuery, percentDecode } from "./magnet.ts";

export interface KeyLink {
  /** 32 bytes, Ed25519. */
  readonly publicKey: Uint8Array;
  /** At most 64 bytes; empty without one. */
  readonly salt: Uint8Array;
}

const PUBLIC_KEY = /^urn:btpk:([0-9a-f]{64})$/i;
/** BEP 44, twice: hexadecimal. */
const MAX_SALT_DIGITS = 128;

/** Undefined for anything but a link with one key and a salt that can be. */
export function parseKeyLink(text: string): KeyLink | undefined {
  const query = text.length > MAX_MAGNET_BYTES ? undefined : /^\s*magnet:\?(.*?)\s*$/is.exec(text)?.[1];
  const parameters = parseQuery(query ?? "");
  const parameterOf = (key: string): string | undefined => {
    const found = parameters.find((parameter) => parameter.key === key)?.value;
    return found === undefined ? undefined : percentDecode(found);
  };
  const key = PUBLIC_KEY.exec(parameterOf("xs") ?? "")?.[1];
  const saltDigits = parameterOf("s") ?? "";
  const publicKey = key === undefined ? undefined : fromHex(key);
  const salt = saltDigits.length > MAX_SALT_DIGITS ? undefined : fromHex(saltDigits);
  return publicKey === undefined || salt === undefined ? undefined : { publicKey, salt };
}

/** A link that `parseKeyLink` reads back. */
export function formatKeyLink({ publicKey, salt }: KeyLink): string {
  return `magnet:?xs=urn:btpk:${toHex(publicKey)}${salt.length === 0 ? "" : `&s=${toHex(salt)}`}`;
}

/** The item that names a torrent. */
export function encodeKeyedTorrent(infoHash: InfoHash): Uint8Array {
  return encodeBencode({ ih: infoHash });
}

/** The torrent that an item names; undefined where it names none. */
export function decodeKeyedTorrent(value: Uint8Array): InfoHash | undefined {
  const dictionary = decodeDictionary(value, { maxDepth: 10, maxTokens: 512 });
  const hash = dictionary.ok ? readBytes(dictionary.value.value, "ih") : undefined;
  return hash?.length === ID_BYTES ? infoHashFrom(hash) : undefined;
}
