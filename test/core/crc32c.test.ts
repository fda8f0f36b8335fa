/** CRC-32C against the published check values. */
import { expect, test } from "vitest";
import { utf8Bytes } from "../../src/core/bytes.ts";
import { crc32c } from "../../src/core/crc32c.ts";

test.each([
  ["the check string of the catalogue of CRCs", utf8Bytes("123456789"), 0xe3069283],
  ["nothing", new Uint8Array(0), 0],
  ["32 zeros (RFC 3720 B.4)", new Uint8Array(32), 0x8a9136aa],
  ["32 ones (RFC 3720 B.4)", new Uint8Array(32).fill(0xff), 0x62a8ab43],
  ["32 rising bytes (RFC 3720 B.4)", Uint8Array.from({ length: 32 }, (_, i) => i), 0x46dd794e],
  ["32 falling bytes (RFC 3720 B.4)", Uint8Array.from({ length: 32 }, (_, i) => 31 - i), 0x113fdb5c],
])("CRC-32C of %s", (_name, bytes, expected) => {
  expect(crc32c(bytes)).toBe(expected);
});
