import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { concatBytes, fromHex, utf8Text } from "../../../src/core/bytes.ts";
import type { InfoHash } from "../../../src/core/ids.ts";
import type { Random } from "../../../src/core/ports.ts";
import { SeededRandom } from "../../../src/sim/index.ts";
import {
  indexOfBytes,
  type MseHandshake,
  PLAINTEXT,
  RC4,
} from "../../../src/wire/encryption/mse-handshake.ts";
import { MseInitiator } from "../../../src/wire/encryption/mse-initiator.ts";
import { MseResponder } from "../../../src/wire/encryption/mse-responder.ts";
import { TorrentKeys } from "../../../src/wire/encryption/torrent-keys.ts";

const INFO_HASH = fromHex("2c6b6858d61da9543d4231a71db4b1c9264b0685") as InfoHash;
const OTHER_HASH = fromHex("00112233445566778899aabbccddeeff00112233") as InfoHash;
const PEER_ID_OFFSET = 48;

const base64 = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, "base64"));

/**
 * Handshakes with other clients as Transmission's project recorded them (tests/libtransmission/handshake-test.cc, 4.x):
 * our private key, and what the other end sent. Both sides pad with ten bytes.
 */
const RECORDED = {
  privateKey: base64("0EYKCwBWQ4Dg9kX3c5xxjVtBDKw="),
  incoming: [
    "svkySIFcCsrDTeHjPt516UFbsoR+5vfbe5/m6stE7u5JLZ10kJ19NmP64E10qInn78sCrJgjw1yEHHwrzOcKiRlYvcMotzJMe+SjrFUnaw3KBfn2bcKBhxb/sfM9J7nJ",
    "ICAgICAgICAgIKdr4jIBZ4xFfO4xNiRV7Gl2azTSuTFuu06NU1WyRPif018JYeVGwrTPstEPu3V5lmzjtMGVLaL5EErlpJ93Xrz+ea6EIQEUZA+D4jKaV/to9NVi04/1W1A2PHgg+I9puac/i9BsFPcjdQeoVtU73lNCbTDQgTieyjDWmwo=",
  ].map(base64),
  outgoing: [
    "Sfgoq/nrQfD4Iwirfk+uhOmQMOC/QwK/vYiOact1NF9TpWXms3cvlKEKxs0VUmnmytRh9bh4Lcs1bswlC6R05XrJGzLhZqAqcLUUAR1VTLA5oKSjR1038zFbhnc71jql",
    "paZ3steQoTE58dNkLfvPJdGfTli1FCa1FcvjqCGkzEigwxVTo7o9MviInBNGZzetXtP0f4PgD0SubXoMNEi2dza/PsuA5e+7GcnNeNT0fcbw49HWtXgL3wb18sg3puL1I6oi1DQhFfCg1xDDwj2AEKA2cy7zMjhLSTP4n9KNFDfPElrbdZI0Q/FDb1JVyHzNGLJyYSgOnye/+IHiu/lqNmonH2ixTshuSBCW04PTkGGwxxWqFcw9MWNA8fidJaKjPgs6z4/FKXlyHGw+6Sa091zxAmxUNdnAmOS1uUcplSMfEz9Goxok8aLtS+w2xg+eEmIFf+KhW2n0bFqfQDvmAyXKLhXf44lTfq95aMb309APR/Q0QDEdK2SqUKV2dWQIQLgDlxhxSL7cPMHenT8m3rufi6EdkvdPyKcB1iI2zW8qUGbgPYZ+CXxTFjz/UxvxNdZaAePjJKz9tlO9ns4y+YqXe+ABBD9P7vMBo9bdpF4TQ/TjX2rAPqWNucvBjNODNAe/tMSprBz+7Z7cECwBmQEx/N6zsWkjt/qP0XYikCQLBsTCFNPLHAXOVTpqwJo3mKyzaRZ6V1bmrx+Yn++PdMzArtwxJxvYaW2G4l/eU/hFHEWzOqUgr6908KtU",
  ].map(base64),
  /** HASH('req1', S) of the outgoing one. */
  outgoingRequest: base64("mbpZFBwdi4U1snVvboN3sMEpNmU="),
};

/** The private key of the recording first, then spaces; every pad is ten bytes long. */
function recordedRandom(): Random {
  let isFirst = true;
  return {
    bytes: (length) => {
      if (!isFirst) return new Uint8Array(length).fill(0x20);
      isFirst = false;
      return RECORDED.privateKey;
    },
    float: () => 0,
    integer: () => 10,
  };
}

function keysOf(...infoHashes: readonly InfoHash[]): TorrentKeys {
  const keys = new TorrentKeys();
  for (const infoHash of infoHashes) keys.add(infoHash);
  return keys;
}

interface Ends {
  readonly initiator: MseInitiator;
  readonly responder: MseResponder;
  readonly toResponder: Uint8Array[];
  readonly toInitiator: Uint8Array[];
}

function twoEnds(
  provided: number,
  accepted: number,
  seed: string,
  payload: Uint8Array = new Uint8Array(68),
): Ends {
  const toResponder: Uint8Array[] = [];
  const toInitiator: Uint8Array[] = [];
  const random = new SeededRandom(seed);
  const initiator = new MseInitiator({
    random,
    infoHash: INFO_HASH,
    provided,
    send: (bytes) => toResponder.push(bytes),
    initialPayload: () => payload,
  });
  const responder = new MseResponder({
    random,
    torrents: keysOf(OTHER_HASH, INFO_HASH),
    accepted,
    send: (bytes) => toInitiator.push(bytes),
  });
  initiator.begin();
  return { initiator, responder, toResponder, toInitiator };
}

/** Carries bytes to and fro, cut into chunks, until nobody says anything more. */
function talk({ initiator, responder, toResponder, toInitiator }: Ends, chunkBytes: number): void {
  const deliver = (to: MseHandshake, from: Uint8Array[]): void => {
    const bytes = concatBytes(from.splice(0));
    for (let at = 0; at < bytes.length; at += chunkBytes) {
      if (to.agreement === undefined && to.failure === undefined)
        to.receive(bytes.subarray(at, at + chunkBytes));
    }
  };
  while (toResponder.length + toInitiator.length > 0) {
    deliver(responder, toResponder);
    deliver(initiator, toInitiator);
  }
}

describe("handshakes recorded in the wild", () => {
  test("of a client that called us is understood to the last byte", () => {
    const responder = new MseResponder({
      random: recordedRandom(),
      torrents: keysOf(INFO_HASH),
      accepted: PLAINTEXT | RC4,
      send: () => {},
    });

    for (const bytes of RECORDED.incoming) responder.receive(bytes);

    expect(responder.failure).toBeUndefined();
    const { decryptor, encryptedBytes, rest } = responder.agreement as NonNullable<
      typeof responder.agreement
    >;
    expect(encryptedBytes).toBe(rest.length);
    expect(utf8Text(decryptor.applied(rest).subarray(PEER_ID_OFFSET))).toBe("-TR300Z-w4bd4mkebkbi");
  });

  test("of the same client for a torrent that is not here fails", () => {
    const responder = new MseResponder({
      random: recordedRandom(),
      torrents: keysOf(OTHER_HASH),
      accepted: PLAINTEXT | RC4,
      send: () => {},
    });

    for (const bytes of RECORDED.incoming) if (responder.failure === undefined) responder.receive(bytes);

    expect(responder.failure).toBe("an unknown torrent");
  });

  test("of a client that we called is understood, and what we say is what the recording expects", () => {
    const sent: Uint8Array[] = [];
    const initiator = new MseInitiator({
      random: recordedRandom(),
      infoHash: INFO_HASH,
      provided: PLAINTEXT | RC4,
      send: (bytes) => sent.push(bytes),
      initialPayload: () => new Uint8Array(68),
    });

    initiator.begin();
    for (const bytes of RECORDED.outgoing) initiator.receive(bytes);

    expect(indexOfBytes(concatBytes(sent), RECORDED.outgoingRequest)).toBeGreaterThan(0);
    expect(initiator.failure).toBeUndefined();
    const { method, decryptor, rest } = initiator.agreement as NonNullable<typeof initiator.agreement>;
    const plain = method === RC4 ? decryptor.applied(rest) : rest;
    expect(utf8Text(plain.subarray(PEER_ID_OFFSET, PEER_ID_OFFSET + 20))).toBe("-qB4250-scysDI_JuVN3");
  });
});

describe("two ends", () => {
  test.each([
    ["both allow everything", PLAINTEXT | RC4, PLAINTEXT | RC4, PLAINTEXT],
    ["the caller insists on RC4", RC4, PLAINTEXT | RC4, RC4],
    ["the called insists on RC4", PLAINTEXT | RC4, RC4, RC4],
    ["both insist on RC4", RC4, RC4, RC4],
  ])("agree when %s", (_name, provided, accepted, method) => {
    const ends = twoEnds(provided, accepted, "agree");

    talk(ends, 10_000);

    expect(ends.initiator.agreement?.method).toBe(method);
    expect(ends.responder.agreement?.method).toBe(method);
    expect(ends.responder.agreement?.encryptedBytes).toBe(68);
  });

  test("fail when they have no method in common", () => {
    const ends = twoEnds(PLAINTEXT, RC4, "apart");

    talk(ends, 10_000);

    expect(ends.responder.failure).toBe("no method that we accept");
    expect(ends.initiator.agreement).toBeUndefined();
  });

  test("agree on the same two key streams, whatever the padding and wherever the bytes are cut", () => {
    fc.assert(
      fc.property(fc.string(), fc.integer({ min: 1, max: 700 }), (seed, chunkBytes) => {
        const payload = new SeededRandom(seed).bytes(68);
        const ends = twoEnds(RC4, RC4, seed, payload);
        talk(ends, chunkBytes);
        const a = ends.initiator.agreement as NonNullable<typeof ends.initiator.agreement>;
        const b = ends.responder.agreement as NonNullable<typeof ends.responder.agreement>;
        const text = new SeededRandom("text").bytes(100);

        // The initial payload is the first that the called end decrypts; in small chunks it comes later.
        const arrived = b.decryptor.applied(b.rest);
        expect(arrived).toEqual(payload.subarray(0, arrived.length));
        if (arrived.length === payload.length)
          expect(b.decryptor.applied(a.encryptor.applied(text))).toEqual(text);
        expect(a.decryptor.applied(b.encryptor.applied(text))).toEqual(text);
      }),
      { numRuns: 30 },
    );
  });
});

describe("an end that meets something else", () => {
  const newEnds = (): MseHandshake[] => {
    const { initiator, responder } = twoEnds(RC4, RC4, "hostile");
    return [initiator, responder];
  };

  test("fails at a degenerate key", () => {
    for (const end of newEnds()) {
      end.receive(new Uint8Array(96));
      expect(end.failure).toBe("a degenerate key");
    }
  });

  test("gives up when padding goes on for too long, having kept no more than that", () => {
    for (const end of newEnds()) {
      end.receive(new SeededRandom("noise").bytes(96));
      for (let i = 0; i < 600 && end.failure === undefined; i++) end.receive(Uint8Array.of(i & 0xff));
      expect(end.failure).toMatch(/^no /);
    }
  });

  test("never throws and never agrees, whatever comes", () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 400 }), { maxLength: 6 }), (chunks) => {
        for (const end of newEnds()) {
          for (const chunk of chunks) if (end.failure === undefined) end.receive(chunk);
          expect(end.agreement).toBeUndefined();
        }
      }),
      { numRuns: Number(process.env["FUZZ_RUNS"] ?? 50) },
    );
  });

  test("survives every bit flipped in a real handshake", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 3_000 }), fc.integer({ min: 0, max: 7 }), (at, bit) => {
        const ends = twoEnds(RC4, RC4, "flip");
        const first = concatBytes(ends.toResponder.splice(0));
        const flipped = first.slice();
        if (at < flipped.length) flipped[at] = (flipped[at] as number) ^ (1 << bit);
        ends.toResponder.push(flipped);
        talk(ends, 10_000);
        const isPad = at >= 96;
        if (isPad) expect(ends.responder.agreement?.method).toBe(RC4);
        else expect(ends.responder.agreement).toBeUndefined();
      }),
      { numRuns: 50 },
    );
  });
});
