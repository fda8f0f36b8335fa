/** Bytes written legibly in tests: hexadecimal digits, white space anywhere. */
import { fromHex } from "../../src/core/bytes.ts";

export function bytesOf(hex: string): Uint8Array {
  const bytes = fromHex(hex.replaceAll(/\s/g, ""));
  if (bytes === undefined) throw new RangeError(`Not hexadecimal: ${hex}`);
  return bytes;
}
