/** Who was banned when a session ended, so that a restart is no pardon (threats W6). */
import { decodeDictionary, encodeBencode, readInteger, readList } from "../core/bencode.ts";
import { TORRENT_LIMITS } from "../core/bencode-scanner.ts";
import { latin1Text } from "../core/bytes.ts";
import { type Decoded, decoded, fault } from "../core/decoded.ts";
import { openRecord, sealRecord } from "./sealed-record.ts";

const VERSION = 1;

export interface SavedBans {
  readonly savedAtUnixMs: number;
  /** Parties as the wire engine names them, and how long each ban ran on when it was saved. */
  readonly bans: readonly { readonly party: string; readonly remainingMs: number }[];
}

export function encodeBans({ savedAtUnixMs, bans }: SavedBans): Uint8Array {
  const pairs = bans.map(({ party, remainingMs }) => [party, Math.round(remainingMs)]);
  return sealRecord(encodeBencode({ bans: pairs, "saved-at": Math.round(savedAtUnixMs), version: VERSION }));
}

/** Faults: `record-torn`, `bans-invalid`. What is no ban is left out. */
export function decodeBans(bytes: Uint8Array): Decoded<SavedBans> {
  const record = openRecord(bytes);
  if (!record.ok) return record;
  const dictionary = decodeDictionary(record.value, TORRENT_LIMITS);
  if (!dictionary.ok) return fault("bans-invalid", dictionary.fault.message);
  const fields = dictionary.value.value;
  const pairs = readList(fields, "bans");
  const savedAtUnixMs = readInteger(fields, "saved-at");
  if (readInteger(fields, "version") !== VERSION || pairs === undefined || savedAtUnixMs === undefined) {
    return fault("bans-invalid", "the list of bans is of another version");
  }
  return decoded({ savedAtUnixMs, bans: pairs.flatMap(readBan) });
}

/** Parties are ASCII: an address, or an address and a port. */
function readBan(pair: unknown): SavedBans["bans"] {
  const [party, remainingMs] = Array.isArray(pair) ? pair : [];
  const isBan = party instanceof Uint8Array && typeof remainingMs === "number" && remainingMs > 0;
  return isBan ? [{ party: latin1Text(party), remainingMs }] : [];
}
