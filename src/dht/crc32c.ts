/** CRC-32C (Castagnoli, RFC 3720 appendix B.4), which BEP 42 derives node ids with. */

/** The checksum as an unsigned 32-bit number. */
export function crc32c(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (let i = 0; i < bytes.length; i++) crc = withByte(crc, bytes[i] as number);
  return (crc ^ 0xffffffff) >>> 0;
}

/** The checksum of the four bytes of `bits`, the highest first, without an array: every named node is checked. */
export function crc32cOfBits(bits: number): number {
  let crc = withByte(0xffffffff, bits >>> 24);
  crc = withByte(crc, bits >>> 16);
  crc = withByte(crc, bits >>> 8);
  crc = withByte(crc, bits);
  return (crc ^ 0xffffffff) >>> 0;
}

function withByte(crc: number, byte: number): number {
  return (crc >>> 8) ^ (TABLE[(crc ^ byte) & 0xff] as number);
}

/** The polynomial 0x1EDC6F41, bits reversed. */
const REVERSED_POLYNOMIAL = 0x82f63b78;

const TABLE: Uint32Array = Uint32Array.from({ length: 256 }, (_, index) => {
  let value = index;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ REVERSED_POLYNOMIAL : value >>> 1;
  return value;
});
