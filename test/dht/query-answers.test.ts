import { describe, expect, test } from "vitest";
import { latin1Text, toHex } from "../../src/core/bytes.ts";
import { decodeNodes } from "../../src/core/compact.ts";
import { compareDistance } from "../../src/core/distance.ts";
import { endpoint } from "../../src/core/endpoint.ts";
import type { PingResult } from "../../src/dht/index.ts";
import { BEP5 } from "./krpc-samples.ts";
import { latin1Bytes } from "./latin1.ts";
import { ASKER, ASKER_ID, decoded, LoneNode } from "./lone-node.ts";

const HASH = latin1Bytes("mnopqrstuvwxyz123456");
const query = (text: string) => latin1Bytes(text);
/** An announce_peer query with a hole for the token. */
const announce = (token: Uint8Array, args = "4:porti6882e") =>
  query(
    `d1:ad2:id20:abcdefghij01234567899:info_hash20:mnopqrstuvwxyz123456${args}5:token${token.length}:${latin1Text(token)}e1:q13:announce_peer1:t2:aa1:y1:qe`,
  );

const tokenFor = (lone: LoneNode, from = ASKER) =>
  lone.answerTo(query(BEP5.getPeersQuery), from).token() ?? new Uint8Array(0);

function valuesOf(lone: LoneNode, from = ASKER): string[] {
  const message = lone.answerTo(query(BEP5.getPeersQuery), from);
  const values: string[] = [];
  for (let at = message.valuesAt; at >= 0 && message.bytes[at] === 0x36; at += 8) {
    values.push(toHex(message.bytes.subarray(at + 2, at + 8)));
  }
  return values;
}

describe("a node answers", () => {
  test("ping with its id, the asker's transaction and the asker's address, BEP 42", () => {
    const lone = new LoneNode();
    const reply = lone.answerTo(query(BEP5.pingQuery));
    expect(reply.kind).toBe("reply");
    expect(toHex(reply.id())).toBe(lone.node.view().v4?.nodeId);
    expect(latin1Text(reply.bytes.subarray(reply.transactionAt, reply.transactionAt + 2))).toBe("aa");
    expect(toHex(reply.bytes.subarray(reply.ipAt, reply.ipAt + 6))).toBe("090909091ae1");
  });

  test("find_node with its eight nearest contacts", () => {
    const lone = new LoneNode();
    lone.befriend(60);
    const reply = lone.answerTo(query(BEP5.findNodeQuery));
    const nodes = decodeNodes(reply.bytes.slice(reply.nodesAt, reply.nodesAt + reply.nodesLength), 4) ?? [];
    expect(nodes).toHaveLength(8);
    const sorted = [...nodes].sort((a, b) => compareDistance(HASH, a.id, b.id));
    expect(nodes).toEqual(sorted);
  });

  test("find_node with an empty list while it knows nobody", () => {
    const reply = new LoneNode().answerTo(query(BEP5.findNodeQuery));
    expect([reply.nodesAt >= 0, reply.nodesLength]).toEqual([true, 0]);
  });

  test("get_peers with a token, nodes, and the peers it was told of", () => {
    const lone = new LoneNode();
    lone.befriend(20);
    const token = tokenFor(lone);
    expect(token).toHaveLength(8);
    expect(lone.answerTo(announce(token)).kind).toBe("reply");
    const reply = lone.answerTo(query(BEP5.getPeersQuery));
    expect(reply.nodesLength).toBe(8 * 26);
    expect(valuesOf(lone)).toEqual(["090909091ae2"]);
  });

  test("announce_peer by storing the source port where it is implied", () => {
    const lone = new LoneNode();
    lone.answerTo(announce(tokenFor(lone), "12:implied_porti1e4:porti1e"));
    expect(valuesOf(lone)).toEqual(["090909091ae1"]);
  });

  test.each([
    [
      "a token of another address",
      (lone: LoneNode) => tokenFor(lone, endpoint("8.8.8.8", 6881)),
      "4:porti6882e",
    ],
    ["a token that is made up", () => latin1Bytes("aoeusnth"), "4:porti6882e"],
    ["no port", (lone: LoneNode) => tokenFor(lone), ""],
    ["port 0", (lone: LoneNode) => tokenFor(lone), "4:porti0e"],
    ["a port that is text", (lone: LoneNode) => tokenFor(lone), "4:port4:6882"],
  ])("announce_peer with %s by error 203, storing nothing", (_what, tokenOf, args) => {
    const lone = new LoneNode();
    const payload = announce(tokenOf(lone), args);
    const reply = lone.answerTo(payload);
    expect([reply.kind, reply.errorCode]).toEqual(["error", 203]);
    expect(reply.bytes.length).toBeLessThanOrEqual(payload.length);
    expect(valuesOf(lone)).toEqual([]);
  });

  test("get_peers without an info-hash by error 203, an unknown method by 204", () => {
    const lone = new LoneNode();
    const without = lone.answerTo(query("d1:ad2:id20:abcdefghij0123456789e1:q9:get_peers1:t2:aa1:y1:qe"));
    expect([without.kind, without.errorCode]).toEqual(["error", 203]);
    const unknown = lone.answerTo(query("d1:ad2:id20:abcdefghij0123456789e1:q5:hello1:t2:aa1:y1:qe"));
    expect([unknown.kind, unknown.errorCode]).toEqual(["error", 204]);
  });

  test("an unknown method that has a target as find_node", () => {
    const lone = new LoneNode();
    lone.befriend(10);
    const reply = lone.answerTo(
      query(
        "d1:ad2:id20:abcdefghij01234567896:target20:mnopqrstuvwxyz123456e1:q17:later_infohashes_1:t2:aa1:y1:qe",
      ),
    );
    expect(reply.nodesLength).toBe(8 * 26);
  });

  test("with nodes of the families that `want` lists, BEP 32", () => {
    const lone = new LoneNode();
    lone.befriend(3, 4);
    lone.befriend(2, 6);
    const wanting = (want: string) =>
      query(
        `d1:ad2:id20:abcdefghij01234567896:target20:mnopqrstuvwxyz1234564:want${want}e1:q9:find_node1:t2:aa1:y1:qe`,
      );
    const both = lone.answerTo(wanting("l2:n42:n6e"));
    expect([both.nodesLength, both.nodes6Length]).toEqual([3 * 26, 2 * 38]);
    const six = lone.answerTo(wanting("l2:n6e"));
    expect([six.nodesAt, six.nodes6Length]).toEqual([-1, 2 * 38]);
    const own = lone.answerTo(query(BEP5.findNodeQuery), endpoint("2001:470::9", 6881));
    expect([own.nodesAt, own.nodes6Length]).toEqual([-1, 2 * 38]);
  });

  test("get_peers without those that are complete where the asker wants none, BEP 33", () => {
    const lone = new LoneNode();
    const seed = endpoint("8.8.8.8", 6881);
    lone.answerTo(announce(tokenFor(lone), "4:porti6882e"));
    lone.answerTo(announce(tokenFor(lone, seed), "4:porti6882e4:seedi1e"), seed);
    expect(valuesOf(lone)).toHaveLength(2);
    const noSeeds = BEP5.getPeersQuery.replace("e1:q9", "6:noseedi1ee1:q9");
    const reply = lone.answerTo(query(noSeeds));
    expect(toHex(reply.bytes.subarray(reply.valuesAt, reply.valuesAt + 9))).toBe("363a090909091ae265");
  });

  test("with itself as a peer of what it announces", () => {
    const lone = new LoneNode();
    const handle = lone.node.announce(HASH as never, { port: 0x1234 });
    expect(valuesOf(lone)).toEqual(["140000011234"]);
    handle.stop();
    expect(valuesOf(lone)).toEqual([]);
  });
});

describe("a node's own query", () => {
  test("fails at once when the network says that nobody is there", () => {
    const lone = new LoneNode();
    const results: PingResult[] = [];
    lone.node.ping(ASKER, (result) => void results.push(result));
    lone.node.handleUnreachable(endpoint("9.9.9.9", 6882));
    expect(results).toEqual([]);
    lone.node.handleUnreachable(ASKER);
    expect(results).toEqual([{ ok: false, reason: "unreachable" }]);
  });

  test("fails with an error that the other side sends, and hears its version when it answers", () => {
    const lone = new LoneNode();
    const results: PingResult[] = [];
    const answerWith = (make: (transaction: string) => string) => {
      lone.node.ping(ASKER, (result) => void results.push(result));
      const ping = decoded(lone.sent.pop()?.payload ?? new Uint8Array(0));
      const transaction = latin1Text(ping.bytes.subarray(ping.transactionAt, ping.transactionAt + 4));
      lone.node.handleDatagram(query(make(transaction)), ASKER);
    };
    answerWith((transaction) => `d1:eli202e5:Sorrye1:t4:${transaction}1:y1:ee`);
    answerWith((transaction) => `d1:rd2:id20:mnopqrstuvwxyz123456e1:t4:${transaction}1:v4:LT011:y1:re`);
    expect(results[0]).toEqual({ ok: false, reason: "error" });
    expect(results[1]).toMatchObject({ ok: true, version: latin1Bytes("LT01") });
  });
});

describe("a node keeps silent", () => {
  test("to everything while it is read-only, BEP 43", () => {
    const lone = new LoneNode({ readOnly: true });
    for (const text of [BEP5.pingQuery, BEP5.findNodeQuery, BEP5.getPeersQuery, BEP5.announceQuery])
      expect(lone.answersTo(query(text))).toEqual([]);
  });

  test.each([
    "d1:ad2:id19:abcdefghij012345678e1:q4:ping1:t2:aa1:y1:qe",
    "d1:q4:ping1:t2:aa1:y1:qe",
    "d1:ad2:id20:abcdefghij0123456789e1:q4:ping1:y1:qe",
    "d1:ad2:id20:abcdefghij0123456789e1:q4:ping1:t2:aa1:y1:qeX",
    BEP5.pingReply,
    BEP5.error,
    "",
    "d",
  ])("to %j", (text) => {
    expect(new LoneNode().answersTo(query(text))).toEqual([]);
  });

  test("to port 0, where no answer can go", () => {
    expect(new LoneNode().answersTo(query(BEP5.pingQuery), endpoint("9.9.9.9", 0))).toEqual([]);
  });

  test("to a flooder after 50 queries, DH01, DH05", () => {
    const lone = new LoneNode();
    let answers = 0;
    for (let i = 0; i < 1_000; i++) answers += lone.answersTo(query(BEP5.pingQuery)).length;
    expect(answers).toBe(50);
    expect(lone.answersTo(query(BEP5.pingQuery), endpoint("8.8.8.8", 1))).toHaveLength(1);
    expect(lone.node.view().totals.limitedIn).toBe(950);
  });
});

describe("an answer costs at most", () => {
  /** Longest answer over the length of its query, and the longest of all. */
  function worst(lone: LoneNode, from = ASKER): { factor: number; bytes: number } {
    const want = "4:wantl2:n42:n6e";
    const queries = [
      BEP5.pingQuery,
      BEP5.findNodeQuery,
      BEP5.getPeersQuery,
      `d1:ad2:id20:abcdefghij01234567896:target20:mnopqrstuvwxyz123456${want}e1:q9:find_node1:t2:aa1:y1:qe`,
      `d1:ad2:id20:abcdefghij01234567899:info_hash20:mnopqrstuvwxyz123456${want}e1:q9:get_peers1:t2:aa1:y1:qe`,
      `d1:ad2:id20:abcdefghij01234567896:target20:mnopqrstuvwxyz123456e1:q1:x1:t1:a1:y1:qe`,
      `d1:ad2:id20:abcdefghij0123456789e1:q4:ping1:t64:${"t".repeat(64)}1:y1:qe`,
      `d1:ad2:id20:abcdefghij01234567899:info_hash20:mnopqrstuvwxyz123456e1:q9:get_peers1:t64:${"t".repeat(64)}1:y1:qe`,
      `d1:ad2:id20:abcdefghij01234567899:info_hash20:mnopqrstuvwxyz123456e1:q9:get_peers1:t2:aa1:y1:q1:z900:${"z".repeat(900)}e`,
    ];
    let factor = 0;
    let bytes = 0;
    for (const text of queries) {
      for (const answer of lone.answersTo(query(text), from)) {
        factor = Math.max(factor, answer.length / text.length);
        bytes = Math.max(bytes, answer.length);
        decoded(answer);
      }
    }
    return { factor, bytes };
  }

  test.each([
    [4, 0],
    [4, 100],
    [4, 500],
    [6, 0],
    [6, 100],
    [6, 500],
  ] as const)(
    "5.0 times its query for an unknown asker, 1,200 bytes ever: IPv%i, %i peers, D2, DH04",
    (family, peers) => {
      const lone = new LoneNode({ limits: "off" });
      lone.befriend(60, 4);
      lone.befriend(60, 6);
      lone.fill(HASH, peers, family);
      const from = family === 4 ? ASKER : endpoint("2001:470::9", 6881);
      const { factor, bytes } = worst(lone, from);
      expect(factor).toBeLessThanOrEqual(5.0);
      expect(bytes).toBeLessThanOrEqual(1_200);
    },
  );

  test.each([4, 6] as const)("7.6 times its query for a proven address, IPv%i, D2, DH04", (family) => {
    const lone = new LoneNode({ limits: "off" });
    const [friend] = lone.befriend(60, family);
    lone.fill(HASH, 500, family);
    const id = lone.world.random.fork(`friend ${family} 0`).bytes(20);
    const text = latin1Text(lone.getPeers(HASH)).replace(latin1Text(ASKER_ID), latin1Text(id));
    const [answer] = lone.answersTo(query(text), friend);
    const factor = (answer?.length ?? 0) / text.length;
    expect(factor).toBeLessThanOrEqual(7.6);
    expect(factor).toBeGreaterThan(5.0);
  });

  test("leaves out nodes before it leaves out values", () => {
    const lone = new LoneNode({ limits: "off" });
    lone.befriend(60, 6);
    lone.fill(HASH, 500, 6);
    const reply = lone.answerTo(query(BEP5.getPeersQuery), endpoint("2001:470::9", 6881));
    expect(reply.valuesAt).toBeGreaterThan(0);
    expect(reply.nodes6Length).toBeLessThan(8 * 38);
  });
});
