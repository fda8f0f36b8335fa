import { expect, test } from "vitest";
import { endpoint } from "../../src/core/endpoint.ts";
import type { ByteStream, StreamEnd, StreamHandler } from "../../src/core/ports.ts";
import { DatagramNetwork, StreamNetwork, UniformLinks, World } from "../../src/sim/index.ts";

const A = endpoint("10.0.0.1", 1000);
const B = endpoint("10.0.0.2", 2000);

function recorder(): StreamHandler & {
  readonly received: number[];
  bytes: number;
  opened: number;
  ended: StreamEnd[];
  writable: number;
} {
  return {
    received: [],
    bytes: 0,
    opened: 0,
    ended: [],
    writable: 0,
    onOpen() {
      this.opened++;
    },
    onBytes(buffer, start, end) {
      for (let i = start; i < end && this.received.length < 64; i++) this.received.push(buffer[i] as number);
      this.bytes += end - start;
    },
    onWritable() {
      this.writable++;
    },
    onEnd(reason) {
      this.ended.push(reason);
    },
  };
}

function connected(links = { minRttMs: 100, maxRttMs: 100 }) {
  const world = new World(5);
  const network = new StreamNetwork(world, new UniformLinks(world.random, links));
  const far = recorder();
  let farStream: ByteStream | undefined;
  network.listen(B).onConnection = (stream) => {
    farStream = stream;
    stream.handler = far;
  };
  const near = recorder();
  const nearStream = network.dialerFor(A.host).dial(B, near, 15_000);
  world.runFor(200);
  if (farStream === undefined) throw new Error("not connected");
  return { world, network, near, nearStream, far, farStream };
}

test("datagrams arrive after the delay of the link, never within the call", () => {
  const world = new World(5);
  const network = new DatagramNetwork(world, new UniformLinks(world.random, { minRttMs: 80, maxRttMs: 80 }));
  const received: string[] = [];
  network.bind(B).onDatagram = (payload, from) => received.push(`${from.host} ${payload[0]} ${world.nowMs}`);
  const payload = Uint8Array.of(9);
  const sentAtMs = world.nowMs;
  network.bind(A).send(payload, B);
  payload[0] = 0;
  expect(received).toEqual([]);
  world.runFor(100);
  expect(received).toEqual([`10.0.0.1 9 ${sentAtMs + 40}`]);
});

test("loss is of the ratio that was asked for, and the same for the same seed", () => {
  const lostOf = (seed: number): number => {
    const world = new World(seed);
    const network = new DatagramNetwork(
      world,
      new UniformLinks(world.random.fork("links"), { lossRatio: 0.3 }),
    );
    let arrived = 0;
    network.bind(B).onDatagram = () => arrived++;
    const socket = network.bind(A);
    for (let i = 0; i < 1000; i++) socket.send(Uint8Array.of(1), B);
    world.runFor(1000);
    return 1000 - arrived;
  };
  expect(lostOf(1)).toBe(lostOf(1));
  expect(lostOf(1)).toBeGreaterThan(240);
  expect(lostOf(1)).toBeLessThan(360);
});

test("a stream opens after one round trip and carries bytes in order both ways", () => {
  const { world, near, nearStream, far, farStream } = connected();
  expect(near.opened).toBe(1);
  nearStream.write(Uint8Array.of(1, 2));
  nearStream.write(Uint8Array.of(3));
  farStream.write(Uint8Array.of(4));
  world.runFor(60);
  expect(far.received).toEqual([1, 2, 3]);
  expect(near.received).toEqual([4]);
});

test("dialling where nobody listens is refused, and a silent host times out", () => {
  const { world, network } = connected();
  const refused = recorder();
  const silent = recorder();
  network.dialerFor(A.host).dial(endpoint("10.0.0.3", 1), refused, 5_000);
  network.silentHosts.add("10.0.0.4");
  network.dialerFor(A.host).dial(endpoint("10.0.0.4", 1), silent, 5_000);
  world.runFor(4_900);
  expect(refused.ended).toEqual(["refused"]);
  expect(silent.ended).toEqual([]);
  world.runFor(200);
  expect(silent.ended).toEqual(["timeout"]);
});

test("an uplink of 1 MB/s delivers 1 MB in a second, shared by two streams to a turn of a sixteenth of a second", () => {
  const world = new World(5);
  const network = new StreamNetwork(world, new UniformLinks(world.random, { minRttMs: 10, maxRttMs: 10 }));
  network.setLinks(A.host, { upBytesPerSecond: 1_000_000, downBytesPerSecond: Number.POSITIVE_INFINITY });
  const sinks = [recorder(), recorder()];
  let next = 0;
  network.listen(B).onConnection = (stream) => {
    stream.handler = sinks[next++] as StreamHandler;
  };
  const dialer = network.dialerFor(A.host);
  for (let i = 0; i < 2; i++) dialer.dial(B, recorder(), 1000).write(new Uint8Array(2_000_000));
  world.runFor(1_020);
  for (const sink of sinks) expect(Math.abs(sink.bytes - 500_000)).toBeLessThan(65_000);
});

test("a receiver that pauses stops the sender, and nothing is lost when it resumes", () => {
  const { world, nearStream, near, far, farStream } = connected();
  farStream.pauseReading();
  expect(nearStream.write(new Uint8Array(8_000_000))).toBe(false);
  world.runFor(10_000);
  expect(far.bytes).toBe(0);
  expect(nearStream.queuedBytes).toBeGreaterThan(6_000_000);
  farStream.resumeReading();
  world.runFor(10_000);
  expect(far.bytes).toBe(8_000_000);
  expect(nearStream.queuedBytes).toBe(0);
  expect(near.writable).toBe(1);
});

test("closing is heard by both ends, once", () => {
  const { world, near, nearStream, far, farStream } = connected();
  nearStream.close();
  farStream.close();
  world.runFor(1_000);
  expect(near.ended).toEqual(["closed-by-us"]);
  expect(far.ended).toEqual(["closed-by-us"]);
});

test("what was sent before a close still arrives before the end", () => {
  const { world, nearStream, far } = connected();
  nearStream.write(Uint8Array.of(7));
  world.runFor(1);
  nearStream.close();
  world.runFor(1_000);
  expect(far.received).toEqual([7]);
  expect(far.ended).toEqual(["closed-by-peer"]);
});

test("cutting a host resets its streams at both ends", () => {
  const { world, network, near, far } = connected();
  network.cut(A.host);
  world.runFor(10);
  expect(near.ended).toEqual(["reset"]);
  expect(far.ended).toEqual(["reset"]);
});
