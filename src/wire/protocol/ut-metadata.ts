/**
 * Messages of the metadata extension (BEP 9): a small dictionary, behind which a data message carries up to
 * 16 KiB of the info dictionary. Where the dictionary ends is known from scanning it, not from searching.
 */
import { decodeDictionary, encodeBencode, readInteger } from "../../core/bencode.ts";
import { MESSAGE_LIMITS } from "../../core/bencode-scanner.ts";
import { concatBytes } from "../../core/bytes.ts";
import { type Decoded, decoded, fault } from "../../core/decoded.ts";

const REQUEST = 0;
const DATA = 1;
const REJECT = 2;

export type MetadataMessage =
  | { readonly kind: "request"; readonly block: number }
  /** `payload` is a view of the decoded bytes. */
  | {
      readonly kind: "data";
      readonly block: number;
      readonly totalBytes: number;
      readonly payload: Uint8Array;
    }
  | { readonly kind: "reject"; readonly block: number }
  /** BEP 9: "an unrecognized message ID MUST be ignored". */
  | { readonly kind: "unknown" };

export function decodeMetadataMessage(body: Uint8Array): Decoded<MetadataMessage> {
  const dictionary = decodeDictionary(body, { ...MESSAGE_LIMITS, allowTrailing: true });
  if (!dictionary.ok) return dictionary;
  const fields = dictionary.value.value;
  const type = readInteger(fields, "msg_type");
  if (type === undefined) return fault("metadata-message", "no msg_type");
  if (type !== REQUEST && type !== DATA && type !== REJECT) return decoded({ kind: "unknown" });
  const block = readInteger(fields, "piece");
  if (block === undefined || block < 0) return fault("metadata-message", "no piece");
  if (type === REQUEST) return decoded({ kind: "request", block });
  if (type === REJECT) return decoded({ kind: "reject", block });
  const totalBytes = readInteger(fields, "total_size");
  if (totalBytes === undefined || totalBytes < 1) return fault("metadata-message", "no total_size");
  return decoded({ kind: "data", block, totalBytes, payload: body.subarray(dictionary.value.end) });
}

export function encodeMetadataRequest(block: number): Uint8Array {
  return encodeBencode({ msg_type: REQUEST, piece: block });
}

export function encodeMetadataReject(block: number): Uint8Array {
  return encodeBencode({ msg_type: REJECT, piece: block });
}

/** The data message for `block` of metadata of `totalBytes`, with the bytes of that block. */
export function encodeMetadataData(block: number, totalBytes: number, payload: Uint8Array): Uint8Array {
  return concatBytes([encodeBencode({ msg_type: DATA, piece: block, total_size: totalBytes }), payload]);
}
