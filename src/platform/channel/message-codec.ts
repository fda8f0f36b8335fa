/**
 * Messages as bytes: what crosses the engine's socket. A message is plain data; byte arrays in it travel behind the
 * text instead of as numbers.
 *
 *   length of the rest (u32) | length of the text (u32) | text: UTF-8 JSON | bytes
 *
 * Integers are big-endian. In the text a byte array is `{"$bytes": [offset, length]}` into the bytes. `undefined` in an
 * object is absence, as structured cloning has it for our messages.
 */
import { concatBytes, readUint32, utf8Bytes, utf8Text, writeUint32 } from "../../core/bytes.ts";
import { type Decoded, decoded, fault } from "../../core/decoded.ts";

/** Bytes in front of each message that say how long it is. */
export const LENGTH_BYTES = 4;

const BYTES_KEY = "$bytes";

/** One message with its length in front. */
export function encodeMessage(message: unknown): Uint8Array {
  const attachments: Uint8Array[] = [];
  let attachedBytes = 0;
  // `holder` has the array itself: Node's Buffers turn into lists of numbers before the replacer sees them.
  const text = JSON.stringify(message, function replace(this: Record<string, unknown>, key, value: unknown) {
    const original = this[key];
    if (!(original instanceof Uint8Array)) return value;
    const reference = { [BYTES_KEY]: [attachedBytes, original.length] };
    attachments.push(original);
    attachedBytes += original.length;
    return reference;
  });
  const textBytes = utf8Bytes(text);
  const head = new Uint8Array(2 * LENGTH_BYTES);
  writeUint32(head, 0, LENGTH_BYTES + textBytes.length + attachedBytes);
  writeUint32(head, LENGTH_BYTES, textBytes.length);
  return concatBytes([head, textBytes, ...attachments]);
}

/** The message in `body`, which is what follows the first length. Byte arrays in it are copies. */
export function decodeMessage(body: Uint8Array): Decoded<unknown> {
  if (body.length < LENGTH_BYTES) return fault("message-invalid", "the message is cut off");
  const textEnd = LENGTH_BYTES + readUint32(body, 0);
  if (textEnd > body.length) return fault("message-invalid", "the text is longer than the message");
  const attached = body.subarray(textEnd);
  try {
    const text = utf8Text(body.subarray(LENGTH_BYTES, textEnd));
    // A reviver triples the cost of a large snapshot, and few messages have bytes.
    return decoded(text.includes(`"${BYTES_KEY}"`) ? JSON.parse(text, revive) : JSON.parse(text));
  } catch {
    return fault("message-invalid", "the text is no JSON, or points at bytes that are not there");
  }

  function revive(_key: string, value: unknown): unknown {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, BYTES_KEY)) return value;
    return attachedAt((value as Record<string, unknown>)[BYTES_KEY]);
  }

  function attachedAt(place: unknown): Uint8Array {
    const [offset, length] = Array.isArray(place) ? place : [];
    const isInside =
      Number.isSafeInteger(offset) &&
      Number.isSafeInteger(length) &&
      offset >= 0 &&
      length >= 0 &&
      offset + length <= attached.length;
    if (!isInside) throw new RangeError("bytes that are not there");
    return attached.slice(offset, offset + length);
  }
}
