/**
 * Magnet links: `magnet:?xt=urn:btih:HASH&dn=…&x.pe=HOST:PORT&so=0,2-4` (BEP 9 "magnet URI format", BEP 53), and bare
 * info-hashes. A link comes from a web page: nothing in it is resolved or fetched, trackers and web seeds are counted
 * and left alone, and everything is bounded (threats C3).
 */
import { fromHex, toHex, utf8Bytes, utf8Text } from "../core/bytes.ts";
import { type Decoded, decoded, fault } from "../core/decoded.ts";
import { type Endpoint, formatEndpoint, parseEndpoint } from "../core/endpoint.ts";
import { ID_BYTES, type InfoHash, infoHashFrom, infoHashFromHex } from "../core/ids.ts";
import { formatRanges, mergeRanges, parseIndexRange } from "./index-ranges.ts";

export interface Magnet {
  readonly infoHash: InfoHash;
  /** `dn`, a name to show until the metadata is known. Not sanitised. */
  readonly displayName: string | undefined;
  /** `x.pe`: peers to try first, numeric addresses only. Whether they may be contacted is the address profile's word. */
  readonly peers: readonly Endpoint[];
  /** `so` (BEP 53): the files to download, counted from 0, as sorted ranges; `undefined` for all. */
  readonly select: string | undefined;
  readonly ignoredTrackers: number;
  readonly ignoredWebSeeds: number;
}

/** threats C3: longer links are refused unread. */
export const MAX_MAGNET_BYTES = 8192;
/** threats C3: further `x.pe` are ignored, a link shall not become a port scan. */
export const MAX_MAGNET_PEERS = 10;

const BASE32_ALPHABET = "abcdefghijklmnopqrstuvwxyz234567";
/** A SHA-256 multihash (BEP 52): code 0x12, 32 bytes. */
const MULTIHASH = /^1220[0-9a-f]{64}$/i;

/** Faults: `v2-only`, `magnet-too-long`, `magnet-not-a-link`, `magnet-no-hash`, `magnet-bad-hash`, `magnet-many-hashes`. */
export function parseMagnet(text: string): Decoded<Magnet> {
  if (text.length > MAX_MAGNET_BYTES || utf8Bytes(text).length > MAX_MAGNET_BYTES) {
    return fault("magnet-too-long", `a magnet link has at most ${MAX_MAGNET_BYTES} bytes`);
  }
  const trimmed = text.trim();
  const bare = parseHash(trimmed);
  if (bare !== undefined) return decoded(magnetOf(bare, []));
  const query = /^magnet:\?(.*)$/is.exec(trimmed)?.[1];
  if (query === undefined) {
    return fault("magnet-not-a-link", "neither a magnet link (magnet:?xt=urn:btih:…) nor an info-hash");
  }
  const parameters = parseQuery(query);
  const hash = readTopics(parameters);
  return hash.ok ? decoded(magnetOf(hash.value, parameters)) : hash;
}

/** A link that `parseMagnet` reads back. Safe between quotes of any shell: it holds none of them, and no space. */
export function formatMagnet(magnet: {
  readonly infoHash: InfoHash;
  readonly displayName?: string | undefined;
  readonly peers?: readonly Endpoint[] | undefined;
}): string {
  const name = magnet.displayName ?? "";
  const parts = [`xt=urn:btih:${toHex(magnet.infoHash)}`];
  if (name !== "") parts.push(`dn=${percentEncode(name)}`);
  for (const peer of magnet.peers ?? []) parts.push(`x.pe=${formatEndpoint(peer)}`);
  return `magnet:?${parts.join("&")}`;
}

export interface Parameter {
  /** Lower case, without the number that tells repeated ones apart (`xt.1`). */
  readonly key: string;
  /** Still percent-encoded. */
  readonly value: string;
}

/** The parameters of a link in their order, still encoded. */
export function parseQuery(query: string): Parameter[] {
  // Links copied from the source of a web page carry the ampersand as an entity.
  return query.split(/&amp;|&/i).map((pair) => {
    const equals = pair.indexOf("=");
    const key = equals < 0 ? pair : pair.slice(0, equals);
    return {
      key: percentDecode(key)
        .toLowerCase()
        .replace(/\.\d+$/, ""),
      value: equals < 0 ? "" : pair.slice(equals + 1),
    };
  });
}

/** The one version 1 hash among the exact topics. */
function readTopics(parameters: readonly Parameter[]): Decoded<InfoHash> {
  const topics = valuesOf(parameters, "xt").map(percentDecode);
  const v1 = topics.filter((topic) => /^urn:btih:/i.test(topic)).map((topic) => topic.slice(9));
  const hasV2 = topics.some((topic) => /^urn:btmh:/i.test(topic) && MULTIHASH.test(topic.slice(9)));
  if (v1.length === 0) {
    return hasV2
      ? fault("v2-only", "v2-only torrents are not supported yet")
      : fault("magnet-no-hash", "the magnet link has no info-hash (xt=urn:btih:…)");
  }
  const hashes = v1.map(parseHash);
  const [first] = hashes;
  if (first === undefined || hashes.includes(undefined)) {
    return fault("magnet-bad-hash", "the info-hash is neither 40 hexadecimal nor 32 base32 characters");
  }
  if (new Set(hashes.map((hash) => toHex(hash as InfoHash))).size > 1) {
    return fault("magnet-many-hashes", "the magnet link names more than one torrent");
  }
  return decoded(first);
}

function magnetOf(infoHash: InfoHash, parameters: readonly Parameter[]): Magnet {
  const name = valuesOf(parameters, "dn").find((value) => value !== "");
  return {
    infoHash,
    displayName: name === undefined ? undefined : percentDecode(name.replaceAll("+", " ")),
    peers: readPeers(valuesOf(parameters, "x.pe")),
    select: readSelection(valuesOf(parameters, "so")),
    ignoredTrackers: countFilled(valuesOf(parameters, "tr")),
    ignoredWebSeeds: countFilled([...valuesOf(parameters, "ws"), ...valuesOf(parameters, "as")]),
  };
}

function readPeers(values: readonly string[]): Endpoint[] {
  const peers = new Map<string, Endpoint>();
  for (const value of values) {
    const peer = parseEndpoint(percentDecode(value).trim());
    if (peer !== undefined && peers.size < MAX_MAGNET_PEERS) peers.set(formatEndpoint(peer), peer);
  }
  return [...peers.values()];
}

/** What is no index or range is left out, as libtorrent does. */
function readSelection(values: readonly string[]): string | undefined {
  const parts = values.flatMap((value) => percentDecode(value).split(","));
  const ranges = parts.map(parseIndexRange).filter((range) => range !== undefined);
  return ranges.length === 0 ? undefined : formatRanges(mergeRanges(ranges));
}

function valuesOf(parameters: readonly Parameter[], key: string): string[] {
  return parameters.filter((parameter) => parameter.key === key).map((parameter) => parameter.value);
}

function countFilled(values: readonly string[]): number {
  return values.filter((value) => percentDecode(value).trim() !== "").length;
}

function parseHash(text: string): InfoHash | undefined {
  return infoHashFromHex(text) ?? infoHashFromBase32(text);
}

/** RFC 4648 without padding: 32 characters of 5 bits are the 160 bits of a hash. */
function infoHashFromBase32(text: string): InfoHash | undefined {
  if (!/^[a-z2-7]{32}$/i.test(text)) return undefined;
  const bytes = new Uint8Array(ID_BYTES);
  let window = 0;
  let bits = 0;
  let length = 0;
  for (const character of text.toLowerCase()) {
    window = ((window << 5) | BASE32_ALPHABET.indexOf(character)) & 0xfff;
    bits += 5;
    if (bits < 8) continue;
    bits -= 8;
    bytes[length++] = window >> bits;
  }
  return infoHashFrom(bytes);
}

/** Bytes of `%41`, the rest as it is; a `%` without two digits stands for itself. Invalid UTF-8 becomes U+FFFD. */
export function percentDecode(text: string): string {
  if (!text.includes("%")) return text;
  const parts = text.split(/((?:%[0-9a-fA-F]{2})+)/);
  return parts.map((part, i) => (i % 2 === 0 ? part : utf8Text(hexOf(part)))).join("");
}

function hexOf(escapes: string): Uint8Array {
  return fromHex(escapes.replaceAll("%", "")) ?? new Uint8Array(0);
}

function percentEncode(text: string): string {
  const wellFormed = text.replace(/\p{Surrogate}/gu, "\ufffd");
  return encodeURIComponent(wellFormed).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16)}`,
  );
}
