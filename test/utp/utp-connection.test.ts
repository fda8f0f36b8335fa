import { expect, test } from "vitest";
import { endpoint } from "../../src/core/endpoint.ts";
import { UtpMultiplexer } from "../../src/utp/index.ts";
import {
  decodeUtpPacket,
  ST_DATA,
  ST_FIN,
  ST_RESET,
  ST_STATE,
  ST_SYN,
  type UtpHeader,
  type UtpPacket,
  writeUtpHeader,
} from "../../src/utp/utp-packet.ts";
import { BOB, pattern, Sender, StreamEndpoint, transfer, utpWorld } from "./support/utp-world.ts";

const SECOND_MS = 1_000;
const MIB = 1024 * 1024;

test("both ends can write, and each end hears how it ended", () => {
  const world = utpWorld(1, { oneWayMs: 10 });
  const { sender, receiver, accepted } = transfer(world, 1_000);
  receiver.onFirstBytes = () => accepted()?.write(pattern(0, 5_000));
  world.world.runFor(SECOND_MS);
  expect(receiver.receivedBytes).toBe(1_000);
  expect(sender.receivedBytes).toBe(5_000);
  expect(sender.wrongBytes + receiver.wrongBytes).toBe(0);
  accepted()?.close();
  world.world.runFor(SECOND_MS);
  expect(receiver.ends).toEqual(["closed-by-us"]);
  expect(sender.ends).toEqual(["closed-by-peer"]);
});

test("what was sent before the end still arrives, even over a bad link", () => {
  const world = utpWorld("end", { oneWayMs: 30, lossRatio: 0.2 });
  const { sender, receiver } = transfer(world, 20_000);
  world.world.runUntilTrue(() => sender.stream?.queuedBytes === 0 && sender.isOpen, 30 * SECOND_MS);
  sender.stream?.close();
  world.world.runFor(60 * SECOND_MS);
  expect(receiver.receivedBytes).toBe(20_000);
  expect(receiver.ends).toEqual(["closed-by-peer"]);
});

test("a dial to nobody ends by its time, and one that is closed before says so", () => {
  const { alice, world } = utpWorld(1, { oneWayMs: 10 });
  const late = new StreamEndpoint();
  const closed = new StreamEndpoint();
  alice.utp.dial(endpoint("10.0.0.9", 6881), late, 4 * SECOND_MS);
  alice.utp.dial(endpoint("10.0.0.9", 6881), closed, 4 * SECOND_MS).close();
  expect(closed.ends).toEqual([]);
  world.runFor(3.9 * SECOND_MS);
  expect(late.ends).toEqual([]);
  expect(closed.ends).toEqual(["closed-by-us"]);
  world.runFor(SECOND_MS);
  expect(late.ends).toEqual(["timeout"]);
});

test("an address of the other family is unreachable", () => {
  const { alice, world } = utpWorld(1, { oneWayMs: 10 });
  const end = new StreamEndpoint();
  alice.utp.dial(endpoint("2001:db8::1", 6881), end, SECOND_MS);
  world.runFor(1);
  expect(end.ends).toEqual(["unreachable"]);
});

test("a reader who pauses stops the writer, and loses nothing", () => {
  const world = utpWorld(1, { oneWayMs: 10, lossRatio: 0.02 });
  const { sender, receiver, accepted } = transfer(world, 3 * MIB);
  world.world.runUntilTrue(() => receiver.receivedBytes > 100_000, 30 * SECOND_MS);
  accepted()?.pauseReading();
  const before = receiver.receivedBytes;
  // Longer than any other silence would be suffered.
  world.world.runFor(300 * SECOND_MS);
  expect(receiver.receivedBytes).toBe(before);
  expect(sender.ends).toEqual([]);
  expect(sender.stream?.queuedBytes).toBeGreaterThan(0);
  accepted()?.resumeReading();
  world.world.runUntilTrue(() => receiver.receivedBytes >= 3 * MIB, 300 * SECOND_MS);
  expect(receiver.receivedBytes).toBe(3 * MIB);
  expect(receiver.wrongBytes).toBe(0);
});

test("a peer that falls silent is given up within a minute", () => {
  const world = utpWorld(1, { oneWayMs: 10, upBytesPerSecond: 100_000 });
  const { sender, receiver } = transfer(world, MIB);
  world.world.runUntilTrue(() => receiver.receivedBytes > 100_000, 30 * SECOND_MS);
  world.network.silentHosts.add(BOB.host);
  world.world.runFor(60 * SECOND_MS);
  expect(sender.ends).toEqual(["timeout"]);
});

test("an idle connection keeps a translator open and stands for as long as its user likes", () => {
  const world = utpWorld(1, { oneWayMs: 10 });
  const { sender, receiver } = transfer(world, 100);
  world.world.runFor(SECOND_MS);
  const before = world.network.packetsSent;
  world.world.runFor(600 * SECOND_MS);
  const perMinute = (world.network.packetsSent - before) / 10;
  expect(perMinute).toBeGreaterThan(4);
  expect(perMinute).toBeLessThan(10);
  expect(sender.ends.concat(receiver.ends)).toEqual([]);
});

test("an end that was started again and knows nothing of the connection resets it", () => {
  const world = utpWorld(1, { oneWayMs: 10, upBytesPerSecond: 100_000 });
  const { sender, receiver } = transfer(world, MIB);
  world.world.runUntilTrue(() => receiver.receivedBytes > 100_000, 30 * SECOND_MS);
  const { clock, random } = world.world;
  const { socket } = world.bob;
  const fresh = new UtpMultiplexer({ clock, random, socket });
  socket.onDatagram = (payload, from) => fresh.handleDatagram(payload, from);
  world.world.runFor(SECOND_MS);
  expect(sender.ends).toEqual(["reset"]);
});

// Threats W9 ---------------------------------------------------------------------------------------------------------

function packetOf(header: Partial<UtpHeader>, payload: Uint8Array = new Uint8Array(0)): Uint8Array {
  const datagram = new Uint8Array(20 + payload.length);
  writeUtpHeader(datagram, {
    type: ST_STATE,
    connectionId: 1,
    timestampUs: 0,
    delayUs: 0,
    windowBytes: 1 << 20,
    sequence: 1,
    acknowledged: 0,
    ...header,
  });
  datagram.set(payload, 20);
  return datagram;
}

/** A host that speaks packet by packet. */
function stranger(seed: string) {
  const all = utpWorld(seed, { oneWayMs: 10 });
  const address = endpoint("10.0.0.66", 1_000);
  const socket = all.network.bind(address);
  const received: { readonly packet: UtpPacket; readonly bytes: number }[] = [];
  socket.onDatagram = (payload) => {
    const packet = decodeUtpPacket(payload.slice());
    if (packet !== undefined) received.push({ packet, bytes: payload.length });
  };
  const end = new Sender(100_000);
  const accepted: string[] = [];
  all.bob.utp.onConnection = (stream) => {
    accepted.push(stream.remote.host);
    stream.handler = end;
    end.stream = stream;
    end.pump();
  };
  const send = (header: Partial<UtpHeader>, payload?: Uint8Array, waitMs = 100) => {
    socket.send(packetOf(header, payload), BOB);
    all.world.runFor(waitMs);
  };
  return { ...all, received, accepted, end, send };
}

test("a forged SYN brings one packet of its own size and no more, however long it waits (W9)", () => {
  const { send, received, accepted, world } = stranger("reflection");
  send({ type: ST_SYN, connectionId: 8, sequence: 1 });
  world.runFor(60 * SECOND_MS);
  expect(received.map(({ bytes }) => bytes)).toEqual([20]);
  expect(received[0]?.packet).toMatchObject({ type: ST_STATE, connectionId: 8, acknowledged: 1 });
  expect(accepted).toEqual([]);
});

test("whoever does not know the number of the answer brings nothing (W9)", () => {
  const { send, received, accepted } = stranger("guess");
  send({ type: ST_SYN, connectionId: 8, sequence: 1 });
  const state = received[0]?.packet.sequence ?? 0;
  const hello = Uint8Array.of(1, 2, 3);
  send({ type: ST_DATA, connectionId: 9, sequence: 2, acknowledged: (state + 5) & 0xffff }, hello);
  send({ type: ST_STATE, connectionId: 9, sequence: 2, acknowledged: (state - 1) & 0xffff });
  expect(received).toHaveLength(1);
  expect(accepted).toEqual([]);
  send({ type: ST_DATA, connectionId: 9, sequence: 2, acknowledged: (state - 1) & 0xffff }, hello);
  expect(accepted).toEqual(["10.0.0.66"]);
});

test("a number that counts as used up by the answer is understood too", () => {
  const { send, received, accepted } = stranger("literal");
  send({ type: ST_SYN, connectionId: 8, sequence: 1 });
  const state = received[0]?.packet.sequence ?? 0;
  send({ type: ST_DATA, connectionId: 9, sequence: 2, acknowledged: state }, Uint8Array.of(0));
  expect(accepted).toEqual(["10.0.0.66"]);
  const data = received.find(({ packet }) => packet.type === ST_DATA)?.packet;
  expect(data).toMatchObject({ sequence: (state + 1) & 0xffff, acknowledged: 2 });
});

test("a crowd of SYNs is forgotten again", () => {
  const { bob, network } = utpWorld(1, { oneWayMs: 10 });
  for (let i = 0; i < 20_000; i++)
    bob.utp.handleDatagram(
      packetOf({ type: ST_SYN, connectionId: i & 0xffff }),
      endpoint("10.0.0.66", 1 + (i % 60_000)),
    );
  expect(network.packetsSent).toBe(20_000);
  expect(network.bytesSent).toBe(20 * 20_000);
});

test("strangers get few resets, and none for acknowledgements and resets", () => {
  const { bob, network } = utpWorld(1, { oneWayMs: 10 });
  const from = endpoint("10.0.0.66", 1_000);
  for (let i = 0; i < 1_000; i++) {
    bob.utp.handleDatagram(packetOf({ type: ST_STATE, connectionId: i }), from);
    bob.utp.handleDatagram(packetOf({ type: ST_RESET, connectionId: i }), from);
  }
  expect(network.packetsSent).toBe(0);
  for (let i = 0; i < 1_000; i++)
    bob.utp.handleDatagram(packetOf({ type: i % 2 === 0 ? ST_DATA : ST_FIN, connectionId: i }), from);
  expect(network.packetsSent).toBe(20);
});

test("what comes far ahead of its turn is not kept, and neither is more than a window (W9)", () => {
  const { send, received, end } = stranger("reorder");
  send({ type: ST_SYN, connectionId: 8, sequence: 1 });
  const acknowledged = ((received[0]?.packet.sequence ?? 0) - 1) & 0xffff;
  send({ type: ST_DATA, connectionId: 9, sequence: 2, acknowledged }, Uint8Array.of(0));
  const filled = new Uint8Array(1_400);
  for (let i = 0; i < 1_000; i++)
    send({ type: ST_DATA, connectionId: 9, sequence: 4 + i, acknowledged }, filled, 10);
  send({ type: ST_DATA, connectionId: 9, sequence: 40_000, acknowledged }, filled);
  const states = received.filter(({ packet }) => packet.type === ST_STATE);
  const least = Math.min(...states.map(({ packet }) => packet.windowBytes));
  expect(least).toBeGreaterThanOrEqual(0);
  expect(least).toBeLessThan(1_400);
  const named = states.at(-1)?.packet.selectiveAck ?? new Uint8Array(0);
  const count = [...named].reduce((sum, byte) => sum + byte.toString(2).replaceAll("0", "").length, 0);
  expect(count).toBe(Math.floor(MIB / 1_400));
  expect(end.receivedBytes).toBe(1);
});

test("what comes ahead of its turn is copied: the buffer it came in is used again", () => {
  const { send, received, bob, end } = stranger("copy");
  send({ type: ST_SYN, connectionId: 8, sequence: 1 });
  const acknowledged = ((received[0]?.packet.sequence ?? 0) - 1) & 0xffff;
  send({ type: ST_DATA, connectionId: 9, sequence: 2, acknowledged }, pattern(0, 100));
  const stream = end.stream;
  stream?.pauseReading();
  for (const i of [2, 3, 1]) {
    const header = { type: ST_DATA, connectionId: 9, sequence: 2 + i, acknowledged };
    // As Node hands it over, whose `slice` copies nothing.
    const datagram = Buffer.from(packetOf(header, pattern(100 * i, 100)));
    bob.utp.handleDatagram(datagram, endpoint("10.0.0.66", 1_000));
    datagram.fill(0xff);
  }
  stream?.resumeReading();
  send({ type: ST_STATE, connectionId: 9, sequence: 6, acknowledged });
  expect({ received: end.receivedBytes, wrong: end.wrongBytes }).toEqual({ received: 400, wrong: 0 });
});

test("packets that are small do not pile up without end", () => {
  const world = utpWorld(1, { oneWayMs: 10 });
  const { sender } = transfer(world, 1);
  world.world.runFor(SECOND_MS);
  world.network.silentHosts.add(BOB.host);
  const before = world.network.packetsSent;
  for (let i = 0; i < 5_000; i++) {
    sender.stream?.write(Uint8Array.of(i));
    world.world.runFor(0.05);
  }
  expect(world.network.packetsSent - before).toBeLessThan(3_000);
});

test("whoever acknowledges what was never sent is not listened to", () => {
  const { send, received, end } = stranger("optimist");
  send({ type: ST_SYN, connectionId: 8, sequence: 1 });
  const state = received[0]?.packet.sequence ?? 0;
  send({ type: ST_DATA, connectionId: 9, sequence: 2, acknowledged: (state - 1) & 0xffff }, Uint8Array.of(0));
  const window = Math.max(...received.map(({ packet }) => packet.sequence));
  send(
    { type: ST_DATA, connectionId: 9, sequence: 3, acknowledged: (window + 100) & 0xffff },
    Uint8Array.of(1),
  );
  send({ type: ST_RESET, connectionId: 9, sequence: 3, acknowledged: (window + 100) & 0xffff });
  expect(end.receivedBytes).toBe(1);
  expect(end.ends).toEqual([]);
  send({ type: ST_FIN, connectionId: 9, sequence: 3, acknowledged: (state - 1) & 0xffff });
  expect(end.ends).toEqual(["closed-by-peer"]);
});
