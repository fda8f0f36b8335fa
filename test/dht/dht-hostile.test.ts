import { describe, expect, test } from "vitest";
import { type Endpoint, endpoint, formatEndpoint } from "../../src/core/endpoint.ts";
import { infoHashFrom, nodeIdFrom } from "../../src/core/ids.ts";
import { Contact } from "../../src/dht/contact.ts";
import type { LookupResult } from "../../src/dht/index.ts";
import { KrpcDecoder } from "../../src/dht/krpc-decoder.ts";
import { KrpcEncoder } from "../../src/dht/krpc-encoder.ts";
import type { KrpcMessage } from "../../src/dht/krpc-message.ts";
import { DhtWorld, type WorldNode } from "./dht-world.ts";

const encoder = new KrpcEncoder({ version: new Uint8Array(0), readOnly: false });
const decoder = new KrpcDecoder();

/** A liar at `host`: `answer` makes what it says to a query, or nothing. */
function addLiar(
  dht: DhtWorld,
  host: string,
  answer: (query: KrpcMessage, from: Endpoint) => Uint8Array | undefined,
) {
  const local = endpoint(host, 6881);
  const socket = dht.network.bind(local);
  let queries = 0;
  socket.onDatagram = (payload, from) => {
    if (decoder.decode(payload) !== undefined || decoder.message.kind !== "query") return;
    queries++;
    const reply = answer(decoder.message, from);
    if (reply !== undefined) socket.send(reply, from);
  };
  return { endpoint: local, queries: () => queries };
}

/** A reply of `id` that names `nodes`. */
function replyNaming(
  query: KrpcMessage,
  from: Endpoint,
  id: Uint8Array,
  nodes: readonly Contact[],
): Uint8Array {
  encoder.beginReply(from, id);
  encoder.nodes(nodes, nodes.length, 4);
  return encoder.endReply(query);
}

/** An id that shares `bits` with `target`. */
function near(target: Uint8Array, bits: number, dht: DhtWorld): ReturnType<typeof nodeIdFrom> {
  const id = dht.random.bytes(20);
  for (let i = 0; i < bits >> 3; i++) id[i] = target[i] as number;
  return nodeIdFrom(id);
}

function lookUp(dht: DhtWorld, by: WorldNode, label: string): { result: LookupResult; peers: string[] } {
  const peers: string[] = [];
  let result: LookupResult | undefined;
  by.node.lookupPeers(infoHashFrom(dht.infoHash(label)), {
    onPeers: (found) => void peers.push(...found.map(formatEndpoint)),
    onEnd: (it) => {
      result = it;
    },
  });
  dht.world.runUntilTrue(() => result !== undefined, 120_000);
  return { result: result as LookupResult, peers };
}

function aNetwork(seed: string, size = 60): DhtWorld {
  const dht = new DhtWorld({ seed, minRttMs: 10, maxRttMs: 310 });
  const first = dht.add();
  dht.addMany(size - 1, [first.endpoint], 100);
  dht.world.runFor(60_000);
  return dht;
}

describe("liars that name ever nearer nodes", () => {
  test("cannot keep a lookup alive beyond 200 queries and 60 seconds, DH12", () => {
    const dht = aNetwork("nearer");
    const hash = dht.infoHash("a");
    const seeker = dht.nodes[20] as WorldNode;
    const liars: Endpoint[] = [];
    for (let i = 0; i < 40; i++) {
      const { endpoint: at } = addLiar(dht, `60.${i}.0.1`, (query, from) => {
        const bits = 16 + dht.random.integer(130);
        const named = Array.from({ length: 8 }, () => {
          const host =
            dht.random.integer(2) === 0
              ? `60.${dht.random.integer(40)}.0.1`
              : `61.${dht.random.integer(200)}.0.1`;
          return new Contact(near(hash, bits, dht), endpoint(host, 6881), true);
        });
        return replyNaming(query, from, near(hash, bits, dht), named);
      });
      liars.push(at);
    }
    seeker.node.bootstrap(liars.slice(0, 20));
    dht.world.runFor(3_000);
    const { result } = lookUp(dht, seeker, "a");
    expect(result.asked).toBeLessThanOrEqual(200);
    expect(result.elapsedMs).toBeLessThanOrEqual(60_000);
  });

  test("that answer after 14 seconds each do not hold it up", () => {
    const dht = aNetwork("slow");
    const hash = dht.infoHash("a");
    (dht.nodes[3] as WorldNode).node.announce(infoHashFrom(hash), { port: 5_000 });
    dht.world.runFor(10_000);
    const socket = dht.network.bind(endpoint("60.0.0.1", 6881));
    socket.onDatagram = (payload, from) => {
      const copy = payload.slice();
      dht.world.after(14_000, () => {
        if (decoder.decode(copy) === undefined && decoder.message.kind === "query")
          socket.send(replyNaming(decoder.message, from, hash, []), from);
      });
    };
    const seeker = dht.nodes[20] as WorldNode;
    seeker.node.bootstrap([socket.local]);
    dht.world.runFor(20_000);
    const { result, peers } = lookUp(dht, seeker, "a");
    expect(peers).toHaveLength(1);
    expect(result.elapsedMs).toBeLessThan(4_000);
  });
});

describe("forged replies, DH13", () => {
  test("with guessed transactions or from another port are counted and change nothing", () => {
    const dht = new DhtWorld({ seed: "forged" });
    const node = dht.add();
    const silent = endpoint("60.0.0.1", 6881);
    const result: string[] = [];
    node.node.ping(silent, (it) => void result.push(it.ok ? "answered" : it.reason));
    const forged = nodeIdFrom(new Uint8Array(20).fill(9));
    const forge = (transaction: number) => {
      decoder.decode(encoder.ping(transaction, forged).slice());
      encoder.beginReply(node.endpoint, forged);
      return encoder.endReply(decoder.message).slice();
    };
    for (let guess = 0; guess < 65_536; guess++) node.node.handleDatagram(forge(guess), silent);
    for (let guess = 0; guess < 1_000; guess++)
      node.node.handleDatagram(forge(guess), endpoint("60.0.0.1", 6882));
    expect(node.node.view().totals.unmatchedIn).toBe(66_536);
    expect(node.node.view().v4?.goodContacts).toBe(0);
    dht.world.runFor(20_000);
    expect(result).toEqual(["timeout"]);
  });

  test("with the right transaction but another id than asked for are not taken for the one we knew", () => {
    const dht = new DhtWorld({ seed: "turncoat" });
    let id = dht.random.bytes(20);
    const turncoat = addLiar(dht, "60.0.0.1", (query, from) => replyNaming(query, from, id, []));
    const node = dht.add({ bootstrap: [turncoat.endpoint] });
    dht.world.runFor(5_000);
    expect(node.node.view().v4?.goodContacts).toBe(1);
    id = dht.random.bytes(20);
    dht.world.runFor(30 * 60_000);
    expect(node.node.view().v4?.goodContacts).toBeLessThanOrEqual(1);
    expect(turncoat.queries()).toBeGreaterThan(3);
  });
});

describe("write tokens across a network, DH06", () => {
  test("taken from another's conversation store nothing", () => {
    const dht = new DhtWorld({ seed: "tokens" });
    const storer = dht.add();
    const hash = dht.infoHash("a");
    const [alice, mallory] = [
      dht.network.bind(endpoint("60.0.0.1", 6881)),
      dht.network.bind(endpoint("61.0.0.1", 6881)),
    ];
    let token: Uint8Array | undefined;
    const answers: string[] = [];
    alice.onDatagram = (payload) => {
      if (decoder.decode(payload) === undefined) token = decoder.message.token() ?? token;
    };
    mallory.onDatagram = (payload) => {
      if (decoder.decode(payload) === undefined && decoder.message.kind === "error")
        answers.push(`error ${decoder.message.errorCode}`);
    };
    alice.send(encoder.getPeers(1, dht.random.bytes(20), hash, "own", false), storer.endpoint);
    dht.world.runFor(1_000);
    if (token === undefined) throw new Error("no token");
    const how = { port: 5_000, impliedPort: false, isSeed: false, token };
    mallory.send(encoder.announcePeer(2, dht.random.bytes(20), hash, how), storer.endpoint);
    alice.send(encoder.announcePeer(3, dht.random.bytes(20), dht.infoHash("b"), how), storer.endpoint);
    dht.world.runFor(1_000);
    expect(storer.node.view().v4?.storedPeers).toBe(0);
    expect(answers).toEqual(["error 203"]);
    alice.send(encoder.announcePeer(4, dht.random.bytes(20), hash, how), storer.endpoint);
    dht.world.runFor(11 * 60_000);
    expect(storer.node.view().v4?.storedPeers).toBe(1);
    alice.send(encoder.announcePeer(5, dht.random.bytes(20), hash, { ...how, port: 6_000 }), storer.endpoint);
    dht.world.runFor(1_000);
    expect(storer.node.view().v4?.storedPeers).toBe(1);
  });
});

describe("a hash that is full at its closest nodes", () => {
  test("is announced to the next ones that give a token", () => {
    const dht = aNetwork("full", 40);
    const hash = infoHashFrom(dht.infoHash("a"));
    const seeker = dht.nodes[7] as WorldNode;
    const closest = lookUp(dht, seeker, "a").result.closest.map((it) => it.endpoint.host);
    for (const node of dht.nodes.filter((it) => closest.slice(0, 4).includes(it.endpoint.host))) {
      for (let i = 0; i < 500; i++) {
        const from = endpoint(`70.${i >> 8}.${i & 255}.1`, 6881);
        const socket = dht.network.bind(from);
        socket.onDatagram = (payload) => {
          if (decoder.decode(payload) !== undefined) return;
          const token = decoder.message.token();
          if (token === undefined) return;
          const how = { port: 1 + i, impliedPort: false, isSeed: false, token };
          socket.send(encoder.announcePeer(1, dht.random.bytes(20), hash, how), node.endpoint);
        };
        socket.send(encoder.getPeers(2, dht.random.bytes(20), hash, "own", false), node.endpoint);
        dht.world.runFor(700);
        socket.close();
      }
      expect(node.node.view().v4?.storedPeers).toBe(500);
    }
    let storedOn = 0;
    seeker.node.announce(hash, { port: 5_000, onEnd: (it) => (storedOn = it.storedOn) });
    dht.world.runFor(60_000);
    expect(storedOn).toBe(8);
    const storing = dht.nodes.filter((it) => (it.node.view().v4?.storedPeers ?? 0) > 0);
    expect(storing.length).toBeGreaterThanOrEqual(12);
  });
});

describe("a bootstrap node that names nobody but its accomplices", () => {
  test("does not fill the table of a newcomer who knows an honest one, too, DH10", () => {
    const dht = aNetwork("eclipse", 40);
    const honest = new Set(dht.nodes.map((it) => formatEndpoint(it.endpoint)));
    // Sixty identities in four networks, as the address rules of the table meet them.
    const gang = Array.from({ length: 60 }, (_, i) => {
      const id = nodeIdFrom(dht.random.bytes(20));
      return new Contact(id, endpoint(`66.6.${i % 4}.${1 + i}`, 6881), true);
    });
    const liars = gang.map(({ id, endpoint: at }) =>
      addLiar(dht, at.host, (query, from) => {
        const start = dht.random.integer(gang.length - 8);
        return replyNaming(query, from, id, gang.slice(start, start + 8));
      }),
    );
    const bootstrap = [liars[0]?.endpoint as Endpoint, dht.nodes[0]?.endpoint as Endpoint];
    const newcomer = dht.add({ bootstrap });
    dht.world.runFor(5 * 60_000);
    const contacts = newcomer.node.contactsOf(4).map((it) => formatEndpoint(it.endpoint));
    expect(liars.some((liar) => liar.queries() > 0)).toBe(true);
    expect(contacts.length).toBeGreaterThan(20);
    expect(contacts.filter((it) => honest.has(it)).length).toBeGreaterThanOrEqual(contacts.length / 2);
  });
});
