import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { scanBencode } from "../../src/core/bencode-scanner.ts";
import { latin1Text } from "../../src/core/bytes.ts";
import { endpoint } from "../../src/core/endpoint.ts";
import { nodeIdFrom } from "../../src/core/ids.ts";
import { Contact } from "../../src/dht/contact.ts";
import { KrpcDecoder } from "../../src/dht/krpc-decoder.ts";
import { KrpcEncoder } from "../../src/dht/krpc-encoder.ts";
import { ERROR_GENERIC } from "../../src/dht/krpc-message.ts";
import { BEP5 } from "./krpc-samples.ts";
import { latin1Bytes } from "./latin1.ts";

const PLAIN = { version: new Uint8Array(0), readOnly: false };
const OURS = latin1Bytes("abcdefghij0123456789");
const TARGET = latin1Bytes("mnopqrstuvwxyz123456");
/** "aaaa", where BEP 5 has "aa". */
const TRANSACTION = 0x61616161;
const withLongTransaction = (text: string) => text.replace("1:t2:aa", "1:t4:aaaa");

/** A decoded query to answer. */
function queryOf(text: string) {
  const decoder = new KrpcDecoder();
  decoder.decode(latin1Bytes(text));
  return decoder.message;
}

describe("the KRPC encoder writes the queries of BEP 5", () => {
  const encoder = new KrpcEncoder(PLAIN);

  test("ping", () => {
    expect(latin1Text(encoder.ping(TRANSACTION, OURS))).toBe(withLongTransaction(BEP5.pingQuery));
  });

  test("find_node", () => {
    const text = latin1Text(encoder.findNode(TRANSACTION, OURS, TARGET, "own"));
    expect(text).toBe(withLongTransaction(BEP5.findNodeQuery));
  });

  test("get_peers", () => {
    const text = latin1Text(encoder.getPeers(TRANSACTION, OURS, TARGET, "own", false));
    expect(text).toBe(withLongTransaction(BEP5.getPeersQuery));
  });

  test("announce_peer", () => {
    const how = { port: 6881, impliedPort: true, isSeed: false, token: latin1Bytes("aoeusnth") };
    const text = latin1Text(encoder.announcePeer(TRANSACTION, OURS, TARGET, how));
    expect(text).toBe(withLongTransaction(BEP5.announceQuery));
  });

  test("errors, byte for byte", () => {
    const query = queryOf(BEP5.pingQuery);
    expect(latin1Text(encoder.error(query, ERROR_GENERIC, "A Generic Error Ocurred"))).toBe(BEP5.error);
  });
});

describe("the KRPC encoder", () => {
  test("marks a read-only node's queries and adds the version, BEP 43", () => {
    const encoder = new KrpcEncoder({ version: latin1Bytes("SL01"), readOnly: true });
    expect(latin1Text(encoder.ping(TRANSACTION, OURS))).toBe(
      "d1:ad2:id20:abcdefghij0123456789e1:q4:ping2:roi1e1:t4:aaaa1:v4:SL011:y1:qe",
    );
  });

  test("asks for both families in the words of BEP 32", () => {
    const encoder = new KrpcEncoder(PLAIN);
    expect(latin1Text(encoder.findNode(TRANSACTION, OURS, TARGET, "both"))).toContain("4:wantl2:n42:n6e");
  });

  test("answers with the asker's address, nodes, token and values, keys sorted", () => {
    const encoder = new KrpcEncoder(PLAIN);
    const asker = endpoint("1.2.3.4", 0x6162);
    const contact = new Contact(nodeIdFrom(TARGET), endpoint("9.8.7.6", 0x6364), true);
    encoder.beginReply(asker, OURS);
    encoder.nodes([contact], 1, 4);
    encoder.buffer.set(latin1Bytes("ABCDEFGH"), encoder.token());
    encoder.beginValues();
    encoder.value(endpoint("1.1.1.1", 0x6161));
    encoder.endValues();
    expect(latin1Text(encoder.endReply(queryOf(BEP5.getPeersQuery)))).toBe(
      "d2:ip6:\x01\x02\x03\x04ab1:rd2:id20:abcdefghij01234567895:nodes26:mnopqrstuvwxyz123456\x09\x08\x07\x06cd5:token8:ABCDEFGH6:valuesl6:\x01\x01\x01\x01aaee1:t2:aa1:y1:re",
    );
  });

  test("writes IPv6 contacts and peers in 38 and 18 bytes, BEP 32", () => {
    const encoder = new KrpcEncoder(PLAIN);
    const contact = new Contact(nodeIdFrom(TARGET), endpoint("2001:db8::1", 6881), true);
    encoder.beginReply(endpoint("2001:db8::2", 1), OURS);
    encoder.nodes([contact], 1, 6);
    const text = latin1Text(encoder.endReply(queryOf(BEP5.findNodeQuery)));
    expect(text).toContain("2:ip18:\x20\x01\x0d\xb8");
    expect(text).toContain("6:nodes638:mnopqrstuvwxyz123456\x20\x01\x0d\xb8");
  });

  test("writes canonical bencoding that the decoder reads back", () => {
    const encoder = new KrpcEncoder({ version: latin1Bytes("SL01"), readOnly: false });
    const decoder = new KrpcDecoder();
    const id = fc.uint8Array({ minLength: 20, maxLength: 20 });
    const strict = { maxDepth: 10, maxTokens: 512 };
    fc.assert(
      fc.property(
        id,
        id,
        fc.integer(),
        fc.nat({ max: 65_535 }),
        fc.uint8Array({ maxLength: 40 }),
        (ours, target, transaction, port, token) => {
          const bytes = encoder.announcePeer(transaction, ours, target, {
            port,
            impliedPort: port % 2 === 0,
            isSeed: port % 3 === 0,
            token,
          });
          expect(scanBencode(bytes, strict).ok).toBe(true);
          expect(decoder.decode(bytes)).toBeUndefined();
          expect(decoder.message.id()).toEqual(nodeIdFrom(ours));
          expect(decoder.message.token()).toEqual(token);
          expect(decoder.message.port).toBe(port);
          expect(decoder.message.isSeed).toBe(port % 3 === 0);
        },
      ),
    );
  });
});
