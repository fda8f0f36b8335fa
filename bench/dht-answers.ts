/**
 * What one answer of the DHT costs without a socket: decode, limits, table, token, encode.
 *
 *   node --import ./scripts/typescript.mjs bench/dht-answers.ts [limits=off|on]
 *
 * Prints one line a kind of query: answers per second and microseconds each, the best of ROUNDS.
 */
import { type Endpoint, endpoint } from "../src/core/endpoint.ts";
import type { DatagramSocket } from "../src/core/ports.ts";
import { DhtNode } from "../src/dht/index.ts";
import { KrpcDecoder } from "../src/dht/krpc-decoder.ts";
import { KrpcEncoder } from "../src/dht/krpc-encoder.ts";
import { SeededRandom, World } from "../src/sim/index.ts";

const QUERIES = 20_000;
const ROUNDS = 12;
const CONTACTS = 300;
const HASHES = 64;
const ASKERS = 1_000;

const world = new World("bench");
const random = new SeededRandom("bench");
const encoder = new KrpcEncoder({ version: random.bytes(4), readOnly: false });
let answers = 0;
let answerBytes = 0;
let lastSent: Uint8Array = new Uint8Array(0);

const socket: DatagramSocket = {
  local: endpoint("127.0.0.1", 6881),
  send: (payload) => {
    answers++;
    answerBytes += payload.length;
    lastSent = payload;
  },
  onDatagram: () => {},
  onUnreachable: () => {},
  close: () => {},
};
const node = new DhtNode({
  clock: world.clock,
  random: world.random,
  config: {
    addressProfile: "loopback",
    limits: process.argv[2] === "on" ? "on" : "off",
    replyBytesPerSecond: 1e12,
  },
  sockets: { v4: socket },
  onEvent: () => {},
});

/** Live contacts, by answering the pings that the node sends. */
function befriend(): void {
  const decoder = new KrpcDecoder();
  for (let i = 0; i < CONTACTS; i++) {
    const friend = endpoint("127.0.0.2", 1_000 + i);
    node.ping(friend, () => {});
    decoder.decode(lastSent.slice());
    encoder.beginReply(friend, random.bytes(20));
    node.handleDatagram(encoder.endReply(decoder.message).slice(), friend);
  }
}

const hashes = Array.from({ length: HASHES }, () => random.bytes(20));
const askers: Endpoint[] = Array.from({ length: ASKERS }, (_, i) =>
  endpoint(`127.0.1.${1 + (i % 32)}`, 1_000 + i),
);
const asker = (i: number): Endpoint => askers[i % ASKERS] as Endpoint;

function queries(make: (transaction: number, id: Uint8Array) => Uint8Array): Uint8Array[] {
  return Array.from({ length: QUERIES }, () => make(random.integer(2 ** 31), random.bytes(20)).slice());
}

/** Twenty peers for an eighth of the hashes. */
function fillStore(): void {
  const decoder = new KrpcDecoder();
  for (const hash of hashes.slice(0, HASHES / 8)) {
    for (let i = 0; i < 20; i++) {
      node.handleDatagram(encoder.getPeers(i, random.bytes(20), hash, "own", false).slice(), asker(i));
      decoder.decode(lastSent.slice());
      const token = decoder.message.token() ?? new Uint8Array(0);
      const how = { port: 6881, impliedPort: false, isSeed: false, token };
      node.handleDatagram(encoder.announcePeer(i, random.bytes(20), hash, how).slice(), asker(i));
    }
  }
}

befriend();
fillStore();
const ping = queries((transaction, id) => encoder.ping(transaction, id));
const findNode = queries((transaction, id) => encoder.findNode(transaction, id, random.bytes(20), "own"));
const getPeers = queries((transaction, id) =>
  encoder.getPeers(transaction, id, hashes[random.integer(HASHES)] as Uint8Array, "own", false),
);
const mix = ping.map((query, i) => [query, findNode[i], getPeers[i]][i % 3] as Uint8Array);

console.log(`contacts ${node.view().v4?.goodContacts}, stored peers ${node.view().v4?.storedPeers}`);
for (const [name, packets] of Object.entries({ ping, findNode, getPeers, mix })) {
  let bestNs = Number.POSITIVE_INFINITY;
  let bytesIn = 0;
  for (const packet of packets) bytesIn += packet.length;
  for (let round = 0; round < ROUNDS; round++) {
    answers = 0;
    answerBytes = 0;
    world.runFor(60_000);
    const startNs = process.hrtime.bigint();
    for (let i = 0; i < QUERIES; i++) node.handleDatagram(packets[i] as Uint8Array, asker(i));
    bestNs = Math.min(bestNs, Number(process.hrtime.bigint() - startNs));
  }
  const perSecond = Math.round(QUERIES / (bestNs / 1e9));
  const factor = (answerBytes / bytesIn).toFixed(2);
  console.log(
    `${name.padEnd(9)} ${perSecond} queries/s, ${(bestNs / QUERIES / 1e3).toFixed(2)} us, answered ${answers} of ${QUERIES}, bytes out/in ${factor}`,
  );
}
