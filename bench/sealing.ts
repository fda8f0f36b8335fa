/**
 * What sealing costs (ADR 0111), without a socket: the answers of a DHT node in a sealed network beside those of the same
 * node in a plain one, what strangers cost, and the frames of a connection.
 *
 *   node --import ./scripts/typescript.mjs bench/sealing.ts
 *
 * Prints one line a case, the best of ROUNDS. The kernel's part, which sealing does not change, is not in it: a share of
 * what a node answers over sockets is smaller.
 */
import { type Endpoint, endpoint } from "../src/core/endpoint.ts";
import type { DatagramSocket } from "../src/core/ports.ts";
import { DhtNode } from "../src/dht/index.ts";
import { KrpcDecoder } from "../src/dht/krpc-decoder.ts";
import { KrpcEncoder } from "../src/dht/krpc-encoder.ts";
import { nodeSealingCrypto } from "../src/platform/sealing-crypto.ts";
import { FrameMemory } from "../src/sealing/frame-memory.ts";
import { FrameOpener } from "../src/sealing/frame-opener.ts";
import { FrameSealer } from "../src/sealing/frame-sealer.ts";
import { DatagramSealer, NetworkKeys, SEALING_BYTES, SealedSocket } from "../src/sealing/index.ts";
import { SeededRandom, World } from "../src/sim/index.ts";

const QUERIES = 20_000;
const ROUNDS = 5;
const CONTACTS = 300;
const BLOCK_PAYLOAD = 16_384 + 13;
const REQUESTS_PAYLOAD = 8 * 17;
const FRAMES = 4_000;

const world = new World("bench");
const random = new SeededRandom("bench");
const encoder = new KrpcEncoder({ version: random.bytes(4), readOnly: false });
const NODE = endpoint("127.0.0.1", 6881);
const asker = (i: number): Endpoint => endpoint(`127.0.1.${1 + (i % 32)}`, 1_000 + (i % 1_000));
const keys = new NetworkKeys(
  nodeSealingCrypto,
  { id: random.bytes(8), keys: [{ secret: random.bytes(32), fromUnixMs: 0 }] },
  Date.now,
);
const newSealer = (): DatagramSealer => new DatagramSealer(keys, random, Date.now);

/** A node with a full table on a socket that goes nowhere. */
function nodeOn(isSealed: boolean): {
  receive(payload: Uint8Array, from: Endpoint): void;
  answers(): number;
} {
  let answers = 0;
  let lastPlain: Uint8Array = new Uint8Array(0);
  const outer: DatagramSocket = {
    local: NODE,
    send: () => {
      answers++;
    },
    onDatagram: () => {},
    onUnreachable: () => {},
    close: () => {},
  };
  const used = isSealed ? new SealedSocket(outer, newSealer(), world.clock, () => true) : outer;
  const send = used.send.bind(used);
  used.send = (payload, to) => {
    lastPlain = payload;
    send(payload, to);
  };
  const node = new DhtNode({
    clock: world.clock,
    random: world.random,
    config: {
      addressProfile: "loopback",
      limits: "off",
      overheadBytes: isSealed ? SEALING_BYTES : 0,
    },
    sockets: { v4: used },
    onEvent: () => {},
  });
  used.onDatagram = (payload, from) => node.handleDatagram(payload, from);
  const decoder = new KrpcDecoder();
  for (let i = 0; i < CONTACTS; i++) {
    const friend = endpoint("127.0.0.2", 1_000 + i);
    node.ping(friend, () => {});
    decoder.decode(lastPlain.slice());
    encoder.beginReply(friend, random.bytes(20));
    node.handleDatagram(encoder.endReply(decoder.message).slice(), friend);
  }
  return { receive: (payload, from) => outer.onDatagram(payload, from), answers: () => answers };
}

function microsecondsEach(
  count: number,
  makeInput: () => readonly Uint8Array[],
  use: (input: Uint8Array, i: number) => void,
): number {
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < ROUNDS; round++) {
    const input = makeInput();
    const startMs = performance.now();
    for (let i = 0; i < count; i++) use(input[i] as Uint8Array, i);
    best = Math.min(best, performance.now() - startMs);
  }
  return (best * 1_000) / count;
}

const queries = (): Uint8Array[] =>
  Array.from({ length: QUERIES }, () =>
    encoder.getPeers(random.integer(2 ** 31), random.bytes(20), random.bytes(20), "own", false).slice(),
  );
const sealedBy = (sealer: DatagramSealer, payloads: readonly Uint8Array[]): Uint8Array[] =>
  payloads.map((payload) => sealer.seal(payload, NODE)?.slice() ?? new Uint8Array(0));

const print = (what: string, microseconds: number, rest = ""): void =>
  console.log(
    `${what.padEnd(48)} ${microseconds.toFixed(2)} us  ${Math.round(1e6 / microseconds)}/s  ${rest}`,
  );

const plainNode = nodeOn(false);
const sealedNode = nodeOn(true);
const plain = microsecondsEach(QUERIES, queries, (query, i) => plainNode.receive(query, asker(i)));
const sealed = microsecondsEach(
  QUERIES,
  () => sealedBy(newSealer(), queries()),
  (query, i) => sealedNode.receive(query, asker(i)),
);
if (plainNode.answers() < QUERIES || sealedNode.answers() < QUERIES)
  throw new Error("queries were not answered");
print("get_peers answered, plain", plain);
print("get_peers answered, sealed", sealed, `+${(sealed - plain).toFixed(2)} us`);
const before = sealedNode.answers();
print(
  "datagram of a stranger refused by its first byte",
  microsecondsEach(QUERIES, queries, (query, i) => sealedNode.receive(query, asker(i))),
);
const forged = (): Uint8Array[] =>
  sealedBy(newSealer(), queries()).map((it) => it.fill(1, 40, 41).fill(2, 41, 42));
print(
  "forged datagram refused by its tag",
  microsecondsEach(QUERIES, forged, (query, i) => sealedNode.receive(query, asker(i))),
);
if (sealedNode.answers() !== before) throw new Error("a stranger was answered");

const key = random.bytes(32);
const memory = new FrameMemory();

/** A socket that has sent everything at once. */
const nowhere = {
  write: (_bytes: Uint8Array, onSent?: () => void): boolean => {
    onSent?.();
    return true;
  },
};

/** Of one message of so many bytes, as blocks and as what is sent to ask for them. */
function benchFrames(what: string, payloadBytes: number): void {
  const payload = random.bytes(payloadBytes);
  const messages = (): Uint8Array[] => Array.from({ length: FRAMES }, () => payload);
  const sealer = new FrameSealer(nodeSealingCrypto, memory, key);
  const perSeal = microsecondsEach(FRAMES, messages, (bytes) => sealer.send(bytes, nowhere, undefined));
  let opener = new FrameOpener(nodeSealingCrypto, memory, key);
  const sealAll = (): Uint8Array[] => {
    const frames: Uint8Array[] = [];
    const own = new FrameSealer(nodeSealingCrypto, memory, key);
    const kept = { write: (bytes: Uint8Array): boolean => frames.push(bytes.slice()) > 0 };
    for (const message of messages()) own.send(message, kept, undefined);
    opener = new FrameOpener(nodeSealingCrypto, memory, key);
    return frames;
  };
  const perOpen = microsecondsEach(FRAMES, sealAll, (frame) => {
    if (opener.open(frame, 0, frame.length) === undefined) throw new Error("a frame was refused");
  });
  const rate = (microseconds: number): string =>
    `${Math.round(payloadBytes / microseconds / 1.048576)} MiB/s`;
  print(`${what} sealed`, perSeal, rate(perSeal));
  print(`${what} opened`, perOpen, rate(perOpen));
}

benchFrames("block of 16 KiB", BLOCK_PAYLOAD);
benchFrames("eight requests", REQUESTS_PAYLOAD);
