/**
 * Announces of local discovery (BEP 14): a few lines in the shape of HTTP, multicast to everybody on the local
 * network. Lines that are not understood are ignored, as the BEP wants; a datagram without a port or an info-hash
 * says nothing.
 */
import { fromHex, latin1Text, toHex, utf8Bytes } from "../../core/bytes.ts";
import { type Endpoint, formatEndpoint, MAX_PORT } from "../../core/endpoint.ts";
import { type InfoHash, infoHashFrom } from "../../core/ids.ts";

/** Where announces are sent to, by address family. */
export const LOCAL_GROUPS: Readonly<Record<4 | 6, Endpoint>> = {
  4: { host: "239.192.152.143", port: 6_771, family: 4 },
  6: { host: "ff15::efc0:988f", port: 6_771, family: 6 },
};

/** Info-hashes in one datagram: 20 lines of 52 bytes stay under the 1,200 bytes that we send at most. */
export const MAX_ANNOUNCED_HASHES = 20;
/** Longer datagrams are no announces: BEP 14 allows 1,400 bytes. */
const MAX_ANNOUNCE_BYTES = 2_048;
/** More info-hashes than fit into 1,400 bytes are not read. */
const MAX_READ_HASHES = 32;
const MAX_COOKIE_LENGTH = 64;
const INFO_HASH_HEX = /^[0-9a-f]{40}$/i;

export interface LocalAnnounce {
  /** Port on which the sender takes connections; its address is that of the datagram. */
  readonly port: number;
  readonly infoHashes: readonly InfoHash[];
  /** Lets the sender know its own announces when they come back. */
  readonly cookie: string | undefined;
}

/** One datagram for `group`, with at most MAX_ANNOUNCED_HASHES info-hashes. */
export function encodeLocalAnnounce(group: Endpoint, announce: LocalAnnounce): Uint8Array {
  const lines = [
    "BT-SEARCH * HTTP/1.1",
    `Host: ${formatEndpoint(group)}`,
    `Port: ${announce.port}`,
    ...announce.infoHashes.map((infoHash) => `Infohash: ${toHex(infoHash)}`),
    ...(announce.cookie === undefined ? [] : [`cookie: ${announce.cookie}`]),
  ];
  return utf8Bytes(`${lines.join("\r\n")}\r\n\r\n\r\n`);
}

/** What a datagram says; undefined when it is no announce. */
export function decodeLocalAnnounce(bytes: Uint8Array): LocalAnnounce | undefined {
  if (bytes.length > MAX_ANNOUNCE_BYTES) return undefined;
  const [first, ...lines] = latin1Text(bytes).split("\r\n");
  if (first === undefined || !/^BT-SEARCH \* HTTP\/1\.[01]$/i.test(first.trim())) return undefined;
  let port: number | undefined;
  let cookie: string | undefined;
  const infoHashes: InfoHash[] = [];
  for (const line of lines) {
    const colon = line.indexOf(":");
    if (colon < 0) continue;
    const value = line.slice(colon + 1).trim();
    switch (line.slice(0, colon).trim().toLowerCase()) {
      case "port":
        port = readPort(value);
        break;
      case "infohash":
        if (INFO_HASH_HEX.test(value) && infoHashes.length < MAX_READ_HASHES)
          infoHashes.push(infoHashFrom(fromHex(value) as Uint8Array));
        break;
      case "cookie":
        cookie = value.slice(0, MAX_COOKIE_LENGTH);
        break;
    }
  }
  return port === undefined || infoHashes.length === 0 ? undefined : { port, infoHashes, cookie };
}

function readPort(text: string): number | undefined {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  return port >= 1 && port <= MAX_PORT ? port : undefined;
}
