/** Names of the records that persistence consists of; one torrent has two, so that a checkpoint need not write metadata. */
import { type InfoHashHex, infoHashFromHex, infoHashHex } from "../core/ids.ts";

/** The order of the torrents (`session-list.ts`). */
export const SESSION_LIST_RECORD = "torrents";
/** What the session was told (`session/settings/settings-record.ts`). */
export const SETTINGS_RECORD = "settings";
/** Contacts and ids of the DHT. */
export const DHT_STATE_RECORD = "dht";
/** Who was banned (`ban-record.ts`). */
export const BANS_RECORD = "bans";
/** What was moved over all time (`totals-record.ts`). */
export const TOTALS_RECORD = "totals";
/** Before the info-hash of resume data. */
export const RESUME_PREFIX = "resume-";
/** Before the info-hash of a `.torrent` file, written once when the metadata is known. */
export const METADATA_PREFIX = "torrent-";

export function resumeRecordName(id: InfoHashHex): string {
  return RESUME_PREFIX + id;
}

export function metadataRecordName(id: InfoHashHex): string {
  return METADATA_PREFIX + id;
}

/** The torrent that a resume record belongs to; `undefined` for another record. */
export function torrentOfRecord(name: string): InfoHashHex | undefined {
  if (!name.startsWith(RESUME_PREFIX)) return undefined;
  const infoHash = infoHashFromHex(name.slice(RESUME_PREFIX.length));
  return infoHash === undefined ? undefined : infoHashHex(infoHash);
}
