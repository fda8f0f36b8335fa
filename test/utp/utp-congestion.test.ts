/** What uTP does to a line that it shares: with its own queue, with TCP, with itself. */
import { expect, test } from "vitest";
import { endpoint } from "../../src/core/endpoint.ts";
import { RenoFlow } from "./support/reno-flow.ts";
import {
  ALICE,
  BOB,
  Sender,
  StreamEndpoint,
  transfer,
  type UtpWorld,
  utpWorld,
} from "./support/utp-world.ts";

const SECOND_MS = 1_000;
/** A line of two megabit, and a modem that buffers two seconds of it. */
const BLOATED = { oneWayMs: 20, upBytesPerSecond: 250_000, bufferBytes: 500_000 };
const ENDLESS = 1 << 30;

function tcpBeside({ world, network }: UtpWorld): RenoFlow {
  return new RenoFlow(
    world,
    network.bind(endpoint(ALICE.host, 50_000)),
    network.bind(endpoint(BOB.host, 50_000)),
  );
}

/** Time that packets wait before Alice's uplink, sampled ten times a second. */
function queuesDuring({ world, links }: UtpWorld, durationMs: number): readonly number[] {
  const queues: number[] = [];
  for (let passedMs = 0; passedMs < durationMs; passedMs += 100) {
    world.runFor(100);
    queues.push(links.queueMs(ALICE.host));
  }
  return queues.sort((a, b) => a - b);
}

test("alone it fills the line and not the modem's buffer", () => {
  const world = utpWorld("bloat", BLOATED);
  const { receiver } = transfer(world, ENDLESS);
  world.world.runFor(15 * SECOND_MS);
  const before = receiver.receivedBytes;
  const queues = queuesDuring(world, 20 * SECOND_MS);
  const perSecond = (receiver.receivedBytes - before) / 20;
  expect(perSecond).toBeGreaterThan(0.9 * BLOATED.upBytesPerSecond);
  expect(queues[Math.floor(0.95 * queues.length)]).toBeLessThan(150);
});

test("the yardstick: TCP alone fills both", () => {
  const world = utpWorld("tcp", BLOATED);
  const tcp = tcpBeside(world);
  tcp.start();
  world.world.runFor(15 * SECOND_MS);
  const before = tcp.deliveredBytes;
  const queues = queuesDuring(world, 20 * SECOND_MS);
  expect((tcp.deliveredBytes - before) / 20).toBeGreaterThan(0.9 * BLOATED.upBytesPerSecond);
  expect(queues[Math.floor(0.5 * queues.length)]).toBeGreaterThan(500);
});

test("it makes way for a TCP transfer on the same link, and takes the line again when that is over", () => {
  const world = utpWorld("yield", BLOATED);
  const { receiver } = transfer(world, ENDLESS);
  world.world.runFor(15 * SECOND_MS);
  const tcp = tcpBeside(world);
  tcp.start();
  world.world.runFor(10 * SECOND_MS);
  const before = { utp: receiver.receivedBytes, tcp: tcp.deliveredBytes };
  world.world.runFor(30 * SECOND_MS);
  const utpBytes = receiver.receivedBytes - before.utp;
  const tcpBytes = tcp.deliveredBytes - before.tcp;
  expect(tcpBytes / (tcpBytes + utpBytes)).toBeGreaterThan(0.9);
  // It goes on, slowly: peers are not lost.
  expect(utpBytes).toBeGreaterThan(20_000);
  tcp.stop();
  world.world.runFor(20 * SECOND_MS);
  const alone = receiver.receivedBytes;
  world.world.runFor(10 * SECOND_MS);
  expect((receiver.receivedBytes - alone) / 10).toBeGreaterThan(0.8 * BLOATED.upBytesPerSecond);
});

test("two transfers that begin together share the line", () => {
  const world = utpWorld("share", BLOATED);
  const receivers: StreamEndpoint[] = [];
  world.bob.utp.onConnection = (stream) => {
    const receiver = new StreamEndpoint();
    receivers.push(receiver);
    stream.handler = receiver;
  };
  for (let i = 0; i < 2; i++) {
    const sender = new Sender(ENDLESS);
    sender.stream = world.alice.utp.dial(BOB, sender, 10 * SECOND_MS);
  }
  world.world.runFor(40 * SECOND_MS);
  const bytes = receivers.map(({ receivedBytes }) => receivedBytes).sort((a, b) => a - b);
  expect(bytes).toHaveLength(2);
  expect((bytes[0] ?? 0) / ((bytes[0] ?? 0) + (bytes[1] ?? 1))).toBeGreaterThan(0.3);
});

test("one packet in a hundred lost over 50 ms leaves it about what TCP has", () => {
  const lossy = { oneWayMs: 25, upBytesPerSecond: 10_000_000, bufferBytes: 1_000_000, lossRatio: 0.01 };
  const utp = utpWorld("loss", lossy);
  const { receiver } = transfer(utp, ENDLESS);
  utp.world.runFor(20 * SECOND_MS);
  const other = utpWorld("loss", lossy);
  const tcp = tcpBeside(other);
  tcp.start();
  other.world.runFor(20 * SECOND_MS);
  expect(receiver.receivedBytes / tcp.deliveredBytes).toBeGreaterThan(0.5);
  expect(receiver.receivedBytes / tcp.deliveredBytes).toBeLessThan(2);
});
