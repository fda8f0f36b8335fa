import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { concatBytes } from "../../../src/core/bytes.ts";
import {
  messageWithBody,
  writeBlockMessage,
  writeEmpty,
  writeIndex,
  writeKeepAlive,
  writePort,
} from "../../../src/wire/protocol/message-encoder.ts";
import * as ids from "../../../src/wire/protocol/message-ids.ts";
import { fewerFuzzRuns, fuzzRuns } from "../../support/fuzz-runs.ts";
import { bytesOf } from "../../support/hex.ts";
import { decodeInRuns, recordingDecoder } from "../support/recording-sink.ts";

/** Messages in their bytes as BEP 3, 5, 6 and 10 give them, and what they mean. */
const VECTORS: readonly (readonly [string, string])[] = [
  ["00000000", "keep-alive"],
  ["00000001 00", "choke"],
  ["00000001 01", "unchoke"],
  ["00000001 02", "interested"],
  ["00000001 03", "not-interested"],
  ["00000005 04 0000002a", "have 42"],
  ["00000003 05 ff80", "bitfield ff80"],
  ["0000000d 06 00000001 00004000 00004000", "request 1 16384 16384"],
  ["0000000d 08 00000001 00004000 00004000", "cancel 1 16384 16384"],
  ["00000003 09 1ae1", "port 6881"],
  ["00000005 0d 00000007", "suggest 7"],
  ["00000001 0e", "have-all"],
  ["00000001 0f", "have-none"],
  ["0000000d 10 00000001 00000000 00004000", "reject 1 0 16384"],
  ["00000005 11 00000003", "allowed-fast 3"],
  ["00000008 14 00 64313a6d6465", "extended 0 64313a6d6465"],
  ["00000002 14 07", "extended 7 "],
];

describe("message decoder", () => {
  test.each(VECTORS)("reads %s as %s", (hex, line) => {
    expect(decodeInRuns(bytesOf(hex), [], { pieceCount: 9 })).toEqual([line]);
  });

  test("copies the payload of a block to where the sink wants it", () => {
    expect(decodeInRuns(bytesOf("0000000c 07 00000002 00008000 a1b2c3"), [])).toEqual([
      "block 2 32768 3",
      "payload a1b2c3",
    ]);
  });

  test("reads a handshake and tells the info-hash before the peer id is there", () => {
    const { lines, decoder } = recordingDecoder({ hasHandshake: true });
    const bytes = concatBytes([
      bytesOf("13426974546f7272656e742070726f746f636f6c 0000000000100005"),
      new Uint8Array(20).fill(0xaa),
      new Uint8Array(20).fill(0xbb),
    ]);

    decoder.receive(bytes, 0, 48);

    expect(lines).toEqual([`head 0000000000100005 ${"aa".repeat(20)}`]);
    decoder.receive(bytes, 48, 68);
    expect(lines[1]).toBe(`peer-id ${"bb".repeat(20)}`);
    expect(decoder.isMidMessage).toBe(false);
  });

  test("PA12 refuses another protocol at its first wrong byte", () => {
    const { lines, decoder } = recordingDecoder({ hasHandshake: true });

    decoder.receive(bytesOf("13426974546f72 00"), 0, 8);

    expect(lines).toEqual(["fault handshake-name"]);
  });

  test("PA10 refuses every length that a message id cannot have, before the body is there", () => {
    for (let id = 0; id <= 0x20; id++) {
      for (const length of wrongLengths(id)) {
        const { lines, decoder } = recordingDecoder({ pieceCount: 100 });
        const prefix = new Uint8Array(6);
        new DataView(prefix.buffer).setUint32(0, length);
        prefix[4] = id;
        decoder.receive(prefix, 0, 6);
        expect(lines, `id ${id} length ${length}`).toEqual([
          `fault ${length > 262_145 ? "message-too-long" : "message-length"}`,
        ]);
      }
    }
  });

  test("a length of 2^31 or 2^32-1 is not a keep-alive", () => {
    for (const prefix of ["80000000", "ffffffff", "00040002"]) {
      expect(decodeInRuns(bytesOf(prefix), [])).toEqual(["fault message-too-long"]);
    }
  });

  test("before the number of pieces is known any plausible bitfield passes, after it only the exact one", () => {
    const bitfield = bytesOf("00000003 05 0180");

    expect(decodeInRuns(bitfield, [])).toEqual(["bitfield 0180"]);
    expect(decodeInRuns(bitfield, [], { pieceCount: 16 })).toEqual(["bitfield 0180"]);
    expect(decodeInRuns(bitfield, [], { pieceCount: 17 })).toEqual(["fault message-length"]);
  });

  test("messages of the Fast extension are an offence without it", () => {
    for (const [hex] of VECTORS.slice(10, 15)) {
      expect(decodeInRuns(bytesOf(hex), [], { hasFast: false })).toEqual(["fault fast-not-negotiated"]);
    }
  });

  test("extended messages are an offence where they were not agreed on", () => {
    expect(decodeInRuns(bytesOf("00000002 14 00"), [], { hasExtensions: false })).toEqual([
      "fault extensions-not-negotiated",
    ]);
  });

  test("unknown messages are skipped", () => {
    expect(decodeInRuns(bytesOf("00000004 63 010203 00000001 01"), [])).toEqual(["unchoke"]);
  });

  test("nothing is decoded after a fault", () => {
    expect(decodeInRuns(bytesOf("00000002 00 00 00000001 01"), [])).toEqual(["fault message-length"]);
  });

  test("a dropped block is consumed and nothing more is written", () => {
    const { decoder } = recordingDecoder();
    const target = new Uint8Array(8);
    decoder.receive(bytesOf("0000000d 07 00000000 00000000 0102"), 0, 15);
    decoder.placeBlock(target, 0);
    decoder.dropBlock();

    decoder.receive(bytesOf("0304 00000001 01"), 0, 7);

    expect(target).toEqual(new Uint8Array(8));
    expect(decoder.isMidMessage).toBe(false);
  });
});

describe("PA09 any stream", () => {
  test("means the same in one buffer, split at every byte, and split anywhere", () => {
    fc.assert(
      fc.property(fc.array(anyMessage, { maxLength: 12 }), fc.array(fc.nat(400)), (messages, cuts) => {
        const bytes = concatBytes(messages);
        const whole = decodeInRuns(bytes, []);
        const everywhere = Array.from({ length: bytes.length }, (_, i) => i);
        const somewhere = cuts.filter((cut) => cut < bytes.length).sort((a, b) => a - b);

        expect(decodeInRuns(bytes, everywhere)).toEqual(whole);
        expect(decodeInRuns(bytes, somewhere)).toEqual(whole);
      }),
      { numRuns: fewerFuzzRuns(10) },
    );
  });

  test("of arbitrary bytes never throws and reports at most one fault, as its last word", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 600 }), fc.option(fc.nat(4000)), (bytes, pieces) => {
        const lines = decodeInRuns(bytes, [bytes.length >> 1], pieces === null ? {} : { pieceCount: pieces });
        const faultAt = lines.findIndex((line) => line.startsWith("fault"));
        expect(faultAt === -1 || faultAt === lines.length - 1).toBe(true);
      }),
      { numRuns: fuzzRuns() },
    );
  });

  test("of mutated messages never throws and means the same however it is cut", () => {
    fc.assert(
      fc.property(
        fc.array(anyMessage, { minLength: 1, maxLength: 6 }),
        fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 4 }),
        fc.nat(),
        (messages, mutations, cut) => {
          const bytes = concatBytes(messages);
          for (const [at, value] of mutations) bytes[at % bytes.length] = value;
          expect(decodeInRuns(bytes, [cut % bytes.length])).toEqual(decodeInRuns(bytes, []));
        },
      ),
      { numRuns: fuzzRuns() },
    );
  });
});

const index = fc.nat(0xffff_ffff);
const anyMessage: fc.Arbitrary<Uint8Array> = fc.oneof(
  fc.constant(written(4, (bytes) => writeKeepAlive(bytes, 0))),
  fc
    .constantFrom(ids.CHOKE, ids.UNCHOKE, ids.INTERESTED, ids.NOT_INTERESTED, ids.HAVE_ALL, ids.HAVE_NONE)
    .map((id) => written(5, (bytes) => writeEmpty(bytes, 0, id))),
  fc
    .tuple(fc.constantFrom(ids.HAVE, ids.SUGGEST, ids.ALLOWED_FAST), index)
    .map(([id, value]) => written(9, (bytes) => writeIndex(bytes, 0, id, value))),
  fc
    .tuple(fc.constantFrom(ids.REQUEST, ids.CANCEL, ids.REJECT), index, index, index)
    .map(([id, a, b, c]) => written(17, (bytes) => writeBlockMessage(bytes, 0, id, a, b, c))),
  fc.nat(65_535).map((port) => written(7, (bytes) => writePort(bytes, 0, port))),
  fc.uint8Array({ minLength: 8, maxLength: 60 }).map((body) => messageWithBody(ids.PIECE, body)),
  fc.uint8Array({ minLength: 1, maxLength: 60 }).map((body) => messageWithBody(ids.BITFIELD, body)),
  fc.uint8Array({ minLength: 1, maxLength: 60 }).map((body) => messageWithBody(ids.EXTENDED, body)),
  fc.uint8Array({ maxLength: 60 }).map((body) => messageWithBody(99, body)),
);

function written(length: number, write: (bytes: Uint8Array) => number): Uint8Array {
  const bytes = new Uint8Array(length);
  expect(write(bytes)).toBe(length);
  return bytes;
}

/** Length prefixes, body and id, that must be refused for this id when the torrent has 100 pieces. */
function wrongLengths(id: number): number[] {
  const huge = [2 ** 31, 2 ** 32 - 1, 262_146];
  if (id === ids.PIECE) return [...huge, 1, 8, 16_394];
  if (id === ids.BITFIELD) return [...huge, 1, 13, 15];
  if (id === ids.EXTENDED) return [...huge, 1];
  const fixed = ids.fixedBodyBytes(id);
  if (fixed < 0) return [...huge, 32_770];
  return [...huge, fixed + 2, ...(fixed > 0 ? [1, fixed] : [])];
}
