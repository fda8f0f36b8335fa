/**
 * A record that can tell whether it is whole: content, then its SHA-1 (threats R1). A file that was cut, half
 * overwritten or has a flipped bit does not open, and the caller falls back to the former generation. This guards
 * against accidents, not against people: whoever may write our state may write anything.
 */
import { concatBytes, equalBytes } from "../core/bytes.ts";
import { type Decoded, decoded, fault } from "../core/decoded.ts";
import { sha1 } from "../core/sha1.ts";

const SEAL_BYTES = 20;

export function sealRecord(content: Uint8Array): Uint8Array {
  return concatBytes([content, sha1(content)]);
}

/** The content, borrowed from `bytes`; fault `record-torn` when it is not what was sealed. */
export function openRecord(bytes: Uint8Array): Decoded<Uint8Array> {
  const end = bytes.length - SEAL_BYTES;
  if (end < 0) return fault("record-torn", "the record is cut off");
  const content = bytes.subarray(0, end);
  return equalBytes(sha1(content), bytes.subarray(end))
    ? decoded(content)
    : fault("record-torn", "the record does not match its checksum");
}
