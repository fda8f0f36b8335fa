/** What all torrents moved over all time, also those that are gone. */
import { decodeDictionary, encodeBencode, readInteger } from "../core/bencode.ts";
import { TORRENT_LIMITS } from "../core/bencode-scanner.ts";
import { type Decoded, decoded, fault } from "../core/decoded.ts";
import { openRecord, sealRecord } from "./sealed-record.ts";

const VERSION = 1;

/** Payload. */
export interface SavedTotals {
  readonly downloadedBytes: number;
  readonly uploadedBytes: number;
}

export function encodeTotals({ downloadedBytes, uploadedBytes }: SavedTotals): Uint8Array {
  return sealRecord(
    encodeBencode({ downloaded: downloadedBytes, uploaded: uploadedBytes, version: VERSION }),
  );
}

/** Faults: `record-torn`, `totals-invalid`. */
export function decodeTotals(bytes: Uint8Array): Decoded<SavedTotals> {
  const record = openRecord(bytes);
  if (!record.ok) return record;
  const dictionary = decodeDictionary(record.value, TORRENT_LIMITS);
  if (!dictionary.ok) return fault("totals-invalid", dictionary.fault.message);
  const fields = dictionary.value.value;
  const downloadedBytes = readInteger(fields, "downloaded") ?? -1;
  const uploadedBytes = readInteger(fields, "uploaded") ?? -1;
  if (readInteger(fields, "version") !== VERSION || downloadedBytes < 0 || uploadedBytes < 0)
    return fault("totals-invalid", "the totals are of another version");
  return decoded({ downloadedBytes, uploadedBytes });
}
