import fc from "fast-check";
import { expect, test } from "vitest";
import { fromHex, toHex } from "../../src/core/bytes.ts";
import {
  decodeUtpPacket,
  HEADER_BYTES,
  ST_DATA,
  ST_FIN,
  ST_RESET,
  ST_STATE,
  ST_SYN,
  type UtpHeader,
  writePadding,
  writeSelectiveAck,
  writeUtpHeader,
} from "../../src/utp/utp-packet.ts";
import { fewerFuzzRuns, fuzzRuns } from "../support/fuzz-runs.ts";

function bytes(hex: string): Uint8Array {
  return fromHex(hex.replaceAll(" ", "")) ?? new Uint8Array(0);
}

test.each([
  ["a SYN", "41 00 1234 00000001 00000000 00100000 0001 0000", ST_SYN, 20],
  ["a STATE", "21 00 1234 0a0b0c0d 00000064 00080000 beef 0001", ST_STATE, 20],
  ["data", "01 00 1235 ffffffff ffffffff 00000000 ffff beee 68656c6c6f", ST_DATA, 20],
  ["a FIN", "11 00 1235 00000000 00000000 00000000 0003 beee", ST_FIN, 20],
  ["a RESET", "31 00 1235 00000000 00000000 00000000 0003 beee", ST_RESET, 20],
  // libutp's SYN announces extension bits, extension 2 of 8 bytes.
  [
    "a SYN with extension bits",
    "41 02 1234 00000001 0 0000000 00000000 0001 0000 00 08 0000000000000000",
    ST_SYN,
    30,
  ],
])("reads %s", (_name, hex, type, payloadStart) => {
  expect(decodeUtpPacket(bytes(hex))).toMatchObject({ type, payloadStart });
});

test("reads every field of a header, and what a selective acknowledgement names", () => {
  const datagram = bytes("21 01 1234 0a0b0c0d 00000064 00080000 beef 7fff 00 04 05000080 aabb");
  expect(decodeUtpPacket(datagram)).toEqual({
    type: ST_STATE,
    connectionId: 0x1234,
    timestampUs: 0x0a0b0c0d,
    delayUs: 100,
    windowBytes: 0x80000,
    sequence: 0xbeef,
    acknowledged: 0x7fff,
    selectiveAck: bytes("05000080"),
    payloadStart: 26,
  });
});

test.each([
  ["a KRPC message", "64313a6164323a696432303a6162636465666768696a30313233343536373839"],
  ["nothing", ""],
  ["half a header", "41 00 1234 00000001"],
  ["version 0", "40 00 1234 00000001 00000000 00100000 0001 0000"],
  ["a type that does not exist", "51 00 1234 00000001 00000000 00100000 0001 0000"],
  ["an extension that is not there", "21 01 1234 00000001 00000000 00100000 0001 0000"],
  ["an extension that is cut off", "21 01 1234 00000001 00000000 00100000 0001 0000 00 04 000000"],
  ["a chain that does not end", "21 01 1234 00000001 00000000 00100000 0001 0000 01 00 01 00"],
])("takes %s for no packet", (_name, hex) => {
  expect(decodeUtpPacket(bytes(hex))).toBeUndefined();
});

const headers: fc.Arbitrary<UtpHeader> = fc.record({
  type: fc.integer({ min: 0, max: 4 }),
  connectionId: fc.integer({ min: 0, max: 0xffff }),
  timestampUs: fc.integer({ min: 0, max: 0xffff_ffff }),
  delayUs: fc.integer({ min: 0, max: 0xffff_ffff }),
  windowBytes: fc.integer({ min: 0, max: 0xffff_ffff }),
  sequence: fc.integer({ min: 0, max: 0xffff }),
  acknowledged: fc.integer({ min: 0, max: 0xffff }),
});

test("what is written is read", () => {
  const acks = fc.option(fc.uint8Array({ minLength: 1, maxLength: 63 }), { nil: undefined });
  fc.assert(
    fc.property(headers, acks, fc.uint8Array({ maxLength: 40 }), (header, bits, payload) => {
      const datagram = new Uint8Array(200);
      let end = writeUtpHeader(datagram, header);
      if (bits !== undefined) end = writeSelectiveAck(datagram, end, bits);
      datagram.set(payload, end);
      const packet = decodeUtpPacket(datagram.subarray(0, end + payload.length));
      expect(packet).toEqual({ ...header, selectiveAck: bits, payloadStart: end });
    }),
    { numRuns: fewerFuzzRuns(10) },
  );
});

test("padding is passed over, whatever its size", () => {
  const header = { type: ST_DATA, connectionId: 1, timestampUs: 2, delayUs: 3, windowBytes: 4, sequence: 5 };
  const sizes = [0, ...Array.from({ length: 1_451 }, (_, i) => i + 2)];
  for (const padding of sizes) {
    const datagram = new Uint8Array(HEADER_BYTES + padding + 1);
    const end = writePadding(datagram, writeUtpHeader(datagram, { ...header, acknowledged: 6 }), padding);
    expect(end).toBe(HEADER_BYTES + padding);
    expect(decodeUtpPacket(datagram)).toMatchObject({ payloadStart: end, selectiveAck: undefined });
  }
});

test("no datagram makes the decoder fail or read past its end", () => {
  // Mostly headers that are right, with chains that may not be.
  const nearMisses = fc
    .tuple(headers, fc.integer({ min: 0, max: 255 }), fc.uint8Array({ maxLength: 300 }))
    .map(([header, extension, rest]) => {
      const datagram = new Uint8Array(HEADER_BYTES + rest.length);
      writeUtpHeader(datagram, header);
      datagram[1] = extension;
      datagram.set(rest, HEADER_BYTES);
      return datagram;
    });
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array({ maxLength: 64 }), nearMisses), (datagram) => {
      const packet = decodeUtpPacket(datagram);
      if (packet === undefined) return;
      expect(packet.payloadStart).toBeGreaterThanOrEqual(HEADER_BYTES);
      expect(packet.payloadStart, toHex(datagram)).toBeLessThanOrEqual(datagram.length);
    }),
    { numRuns: fuzzRuns() },
  );
});
