/** Which torrents a session has, in the order in which they are shown. The torrents themselves are in their resume data. */
import { decodeDictionary, encodeBencode, readInteger, readList } from "../core/bencode.ts";
import { TORRENT_LIMITS } from "../core/bencode-scanner.ts";
import { type Decoded, decoded, fault } from "../core/decoded.ts";
import {
  ID_BYTES,
  type InfoHash,
  type InfoHashHex,
  infoHashFrom,
  infoHashFromHex,
  infoHashHex,
} from "../core/ids.ts";
import { openRecord, sealRecord } from "./sealed-record.ts";
import { MAX_TORRENTS } from "./storage-config.ts";

const VERSION = 1;

export function encodeSessionList(order: readonly InfoHashHex[]): Uint8Array {
  const torrents = order.slice(0, MAX_TORRENTS).map((id) => infoHashFromHex(id) as InfoHash);
  return sealRecord(encodeBencode({ torrents, version: VERSION }));
}

/** The order as it was saved, each torrent once. Faults: `record-torn`, `session-list-invalid`. */
export function decodeSessionList(bytes: Uint8Array): Decoded<InfoHashHex[]> {
  const record = openRecord(bytes);
  if (!record.ok) return record;
  const dictionary = decodeDictionary(record.value, TORRENT_LIMITS);
  if (!dictionary.ok) return fault("session-list-invalid", dictionary.fault.message);
  const fields = dictionary.value.value;
  const torrents = readList(fields, "torrents");
  if (readInteger(fields, "version") !== VERSION || torrents === undefined) {
    return fault("session-list-invalid", "the list of torrents is of another version");
  }
  const order = new Set<InfoHashHex>();
  for (const torrent of torrents.slice(0, MAX_TORRENTS)) {
    if (torrent instanceof Uint8Array && torrent.length === ID_BYTES)
      order.add(infoHashHex(infoHashFrom(torrent)));
  }
  return decoded([...order]);
}
