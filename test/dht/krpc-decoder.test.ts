import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { scanBencode } from "../../src/core/bencode-scanner.ts";
import { latin1Text } from "../../src/core/bytes.ts";
import {
  KrpcDecoder,
  MAX_DEPTH,
  MAX_RECEIVED_BYTES,
  MAX_TOKENS,
  MAX_TRANSACTION_BYTES,
} from "../../src/dht/krpc-decoder.ts";
import type { KrpcMessage } from "../../src/dht/krpc-message.ts";
import { hostileBytes } from "../support/byte-arbitraries.ts";
import { fuzzRuns } from "../support/fuzz-runs.ts";
import { BEP5, SEEDS } from "./krpc-samples.ts";
import { latin1Bytes } from "./latin1.ts";

function decode(text: string): KrpcMessage {
  const decoder = new KrpcDecoder();
  expect(decoder.decode(latin1Bytes(text))).toBeUndefined();
  return decoder.message;
}

const problemOf = (text: string) => new KrpcDecoder().decode(latin1Bytes(text));
const textAt = (message: KrpcMessage, at: number, length = 20) =>
  latin1Text(message.bytes.subarray(at, at + length));

/** A ping with more in it. */
const pingWith = (extra: string) => `d1:ad2:id20:abcdefghij0123456789e1:q4:ping1:t2:aa${extra}1:y1:qe`;

describe("the KRPC decoder reads the messages of BEP 5", () => {
  test("errors", () => {
    const message = decode(BEP5.error);
    expect(message.kind).toBe("error");
    expect(message.errorCode).toBe(201);
    expect(latin1Text(message.errorText())).toBe("A Generic Error Ocurred");
    expect(textAt(message, message.transactionAt, message.transactionLength)).toBe("aa");
  });

  test("ping", () => {
    const query = decode(BEP5.pingQuery);
    expect([query.kind, query.queryName]).toEqual(["query", "ping"]);
    expect(latin1Text(query.id())).toBe("abcdefghij0123456789");
    const reply = decode(BEP5.pingReply);
    expect(reply.kind).toBe("reply");
    expect(latin1Text(reply.id())).toBe("mnopqrstuvwxyz123456");
  });

  test("find_node, with a node list of a length that only the reader of nodes may refuse", () => {
    const query = decode(BEP5.findNodeQuery);
    expect(query.queryName).toBe("find_node");
    expect(textAt(query, query.targetAt)).toBe("mnopqrstuvwxyz123456");
    const reply = decode(BEP5.findNodeReply);
    expect(textAt(reply, reply.nodesAt, reply.nodesLength)).toBe("def456...");
  });

  test("get_peers with peers and with nodes", () => {
    const query = decode(BEP5.getPeersQuery);
    expect(query.queryName).toBe("get_peers");
    expect(textAt(query, query.infoHashAt)).toBe("mnopqrstuvwxyz123456");
    const values = decode(BEP5.getPeersValues);
    expect(latin1Text(values.token() ?? new Uint8Array(0))).toBe("aoeusnth");
    expect(textAt(values, values.valuesAt, 16)).toBe("6:axje.u6:idhtnm");
    const nodes = decode(BEP5.getPeersNodes);
    expect(nodes.nodesLength).toBe(9);
    expect(nodes.valuesAt).toBe(-1);
  });

  test("announce_peer", () => {
    const query = decode(BEP5.announceQuery);
    expect(query.queryName).toBe("announce_peer");
    expect([query.port, query.impliedPort]).toEqual([6881, true]);
    expect(decode(BEP5.announceReply).kind).toBe("reply");
  });
});

describe("the KRPC decoder", () => {
  test("reads want, noseed, ro, ip and v of later BEPs", () => {
    const message = decode(
      "d1:ad2:id20:abcdefghij01234567899:info_hash20:mnopqrstuvwxyz1234566:noseedi1e4:wantl2:n42:xx2:n6ee1:q9:get_peers2:roi1e1:t2:aa1:v4:LT011:y1:qe",
    );
    expect([message.hasWant, message.wantsV4, message.wantsV6]).toEqual([true, true, true]);
    expect([message.isReadOnly, message.noSeeds]).toEqual([true, true]);
    expect(latin1Text(message.version() ?? new Uint8Array(0))).toBe("LT01");
    const reply = decode("d2:ip6:abcdef1:rd2:id20:mnopqrstuvwxyz123456e1:t2:aa1:y1:re");
    expect(textAt(reply, reply.ipAt, reply.ipLength)).toBe("abcdef");
  });

  test("takes keys in any order", () => {
    expect(decode("d1:y1:q1:t2:zz1:q4:ping1:ad2:id20:abcdefghij0123456789ee").queryName).toBe("ping");
  });

  test("keeps nothing of the message before", () => {
    const decoder = new KrpcDecoder();
    decoder.decode(latin1Bytes(BEP5.announceQuery));
    decoder.decode(latin1Bytes(BEP5.pingQuery));
    const { infoHashAt, port, impliedPort, tokenAt } = decoder.message;
    expect([infoHashAt, port, impliedPort, tokenAt]).toEqual([-1, -1, false, -1]);
  });

  test("calls methods that it does not know `other`", () => {
    expect(decode("d1:ad2:id20:abcdefghij0123456789e1:q5:hello1:t2:aa1:y1:qe").queryName).toBe("other");
  });

  test.each([
    ["an id of 19 bytes", "d1:ad2:id19:abcdefghij012345678e1:q4:ping1:t2:aa1:y1:qe", "no-sender"],
    ["no arguments", "d1:q4:ping1:t2:aa1:y1:qe", "no-sender"],
    ["arguments that are a list", "d1:al2:id20:abcdefghij0123456789e1:q4:ping1:t2:aa1:y1:qe", "no-sender"],
    ["an id that is a number", "d1:ad2:idi5ee1:q4:ping1:t2:aa1:y1:qe", "no-sender"],
    [
      "arguments and return values",
      `d1:ad2:id20:abcdefghij0123456789e1:q4:ping1:rde1:t2:aa1:y1:qe`,
      "no-sender",
    ],
    ["no method", "d1:ad2:id20:abcdefghij0123456789e1:t2:aa1:y1:qe", "no-query"],
    ["no transaction", "d1:ad2:id20:abcdefghij0123456789e1:q4:ping1:y1:qe", "no-transaction"],
    ["an empty transaction", "d1:ad2:id20:abcdefghij0123456789e1:q4:ping1:t0:1:y1:qe", "no-transaction"],
    [
      "a transaction that is a number",
      "d1:ad2:id20:abcdefghij0123456789e1:q4:ping1:ti5e1:y1:qe",
      "no-transaction",
    ],
    ["another kind", "d1:ad2:id20:abcdefghij0123456789e1:q4:ping1:t2:aa1:y1:xe", "no-kind"],
    ["no kind", "d1:ad2:id20:abcdefghij0123456789e1:q4:ping1:t2:aae", "no-kind"],
  ])("refuses %s", (_what, text, problem) => {
    expect(problemOf(text)).toBe(problem);
  });

  test.each([
    ["", "nothing"],
    ["i1e", "a number"],
    ["le", "a list"],
    [`${BEP5.pingQuery}e`, "bytes behind the message"],
    [pingWith("1:xi-0e"), "minus zero"],
    [pingWith("1:xi03e"), "a leading zero"],
    [pingWith("1:xi1.5e"), "a fraction"],
    [pingWith("1:xie"), "an empty number"],
    [pingWith("1:x03:abc"), "a length with a leading zero"],
    [pingWith("1:x-1:a"), "a negative length"],
    [pingWith("1:x99999999999:a"), "a length beyond the datagram"],
    [pingWith("1:x4294967297:a"), "a length beyond 32 bits"],
    [pingWith("1:xd1:ai1e1:ai2ee"), "a key twice, sorted"],
    [pingWith("1:xd1:bi1e1:ai1e1:ci1e1:ai2ee"), "a key twice, unsorted"],
    [pingWith("1:t2:bb"), "the transaction twice"],
    [pingWith("1:xdi1ei2ee"), "a key that is a number"],
    [pingWith("1:xd1:ae"), "a key without a value"],
  ])("refuses %s (%s)", (text) => {
    expect(problemOf(text)).toBe("not-bencoded");
  });

  test("refuses truncation at every length", () => {
    for (const seed of SEEDS) {
      for (let length = 0; length < seed.length; length++) {
        expect(new KrpcDecoder().decode(seed.subarray(0, length))).toBe("not-bencoded");
      }
    }
  });

  test("refuses more than 1,500 bytes unread, PA04", () => {
    expect(problemOf(pingWith(`1:x${MAX_RECEIVED_BYTES}:${"a".repeat(MAX_RECEIVED_BYTES)}`))).toBe(
      "too-long",
    );
  });

  test("refuses a transaction that nobody needs to be that long", () => {
    const ping = (length: number) =>
      `d1:ad2:id20:abcdefghij0123456789e1:q4:ping1:t${length}:${"t".repeat(length)}1:y1:qe`;
    expect(problemOf(ping(MAX_TRANSACTION_BYTES))).toBeUndefined();
    expect(problemOf(ping(MAX_TRANSACTION_BYTES + 1))).toBe("no-transaction");
  });

  test("refuses nesting beyond ten, PA03", () => {
    const nested = (depth: number) => pingWith(`1:x${"l".repeat(depth)}${"e".repeat(depth)}`);
    expect(problemOf(nested(MAX_DEPTH - 1))).toBeUndefined();
    expect(problemOf(nested(MAX_DEPTH))).toBe("not-bencoded");
    expect(problemOf("l".repeat(1_500))).toBe("not-bencoded");
    expect(problemOf("d1:a".repeat(375))).toBe("not-bencoded");
  });

  test("refuses more than 512 values, also where unsorted keys make it look twice, PA05", () => {
    expect(problemOf(pingWith(`1:xl${"0:".repeat(MAX_TOKENS)}e`))).toBe("not-bencoded");
    expect(problemOf(pingWith(`1:xl${"0:".repeat(400)}e`))).toBeUndefined();
    let keys = "";
    for (let i = 250; i > 100; i--) keys += `3:${i}0:`;
    expect(problemOf(pingWith(`1:xd${keys}e`))).toBe("not-bencoded");
  });

  test("gives no meaning to keys that name parts of objects, PA06", () => {
    expect(problemOf(pingWith("9:__proto__d1:xi1ee"))).toBeUndefined();
    expect(({} as Record<string, unknown>)["x"]).toBeUndefined();
  });

  test("counts a port beyond 65,535 as absent", () => {
    const announce = (port: string) =>
      decode(BEP5.announceQuery.replace("i6881e", `i${port}e`).replace("12:implied_porti1e", "")).port;
    expect(["0", "65535", "65536", "-1", "18446744073709551616"].map(announce)).toEqual([
      0, 65_535, -1, -1, -1,
    ]);
  });

  test("never throws, and points only into the datagram, PA07", () => {
    const decoder = new KrpcDecoder();
    fc.assert(
      fc.property(hostileBytes(SEEDS, 1_600), (bytes) => {
        if (decoder.decode(bytes) !== undefined) return;
        const message = decoder.message;
        expect(message.transactionAt + message.transactionLength).toBeLessThanOrEqual(bytes.length);
        for (const at of [message.idAt, message.targetAt, message.infoHashAt])
          expect(at + 20).toBeLessThanOrEqual(bytes.length + (at < 0 ? 21 : 0));
        if (message.nodesAt >= 0)
          expect(message.nodesAt + message.nodesLength).toBeLessThanOrEqual(bytes.length);
        if (message.kind !== "error") expect(message.id()).toHaveLength(20);
      }),
      { numRuns: fuzzRuns() },
    );
  });

  test("agrees with the bencode scanner on what is bencoded", () => {
    const decoder = new KrpcDecoder();
    const limits = { maxDepth: MAX_DEPTH, maxTokens: 4 * MAX_TOKENS, allowUnsortedKeys: true };
    fc.assert(
      fc.property(hostileBytes(SEEDS, 80), (bytes) => {
        const isDictionary = bytes[0] === 0x64 && scanBencode(bytes, limits).ok;
        expect(decoder.decode(bytes) !== "not-bencoded").toBe(isDictionary);
      }),
      { numRuns: fuzzRuns() },
    );
  });
});
