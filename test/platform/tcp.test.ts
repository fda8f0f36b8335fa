import { createServer, type Server } from "node:net";
import { Worker } from "node:worker_threads";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { ByteStream, StreamHandler } from "../../src/core/ports.ts";
import { EgressGuard, NodeNetwork } from "../../src/platform/index.ts";
import { TcpListener } from "../../src/platform/tcp-listener.ts";
import type { OpenNetwork } from "../../src/session/session-ports.ts";
import { RecordingHandler } from "../contracts/recording-stream.ts";
import { until } from "../support/until.ts";

let network: OpenNetwork;
beforeEach(async () => {
  network = await new NodeNetwork(new EgressGuard({ isLoopbackOnly: true })).open({
    host: "127.0.0.1",
    port: 0,
  });
});
afterEach(async () => {
  await network.close();
});

/** Counts what arrives and in which buffers, without keeping it. */
class MeasuringHandler extends RecordingHandler implements StreamHandler {
  readonly buffers = new Set<Uint8Array>();
  largestRead = 0;

  override onBytes(buffer: Uint8Array, start: number, end: number): void {
    super.onBytes(buffer, start, end);
    this.buffers.add(buffer);
    this.largestRead = Math.max(this.largestRead, end - start);
  }
}

function acceptInto(handler: StreamHandler): ByteStream[] {
  const accepted: ByteStream[] = [];
  for (const listener of network.listeners) {
    listener.onConnection = (stream) => {
      stream.handler = handler;
      accepted.push(stream);
    };
  }
  return accepted;
}

function dialSelf(handler: StreamHandler): ByteStream {
  return network.dialer.dial({ host: "127.0.0.1", port: network.port, family: 4 }, handler, 5_000);
}

test("dialled and accepted streams read into one shared buffer, more at a time than Node would", async () => {
  const near = new MeasuringHandler();
  const far = new MeasuringHandler();
  const accepted = acceptInto(far);
  const stream = dialSelf(near);
  await until(() => near.openings === 1 && accepted.length === 1);

  const content = new Uint8Array(4_000_000).fill(7);
  stream.write(content);
  (accepted[0] as ByteStream).write(content);
  await until(() => near.receivedBytes === 4_000_000 && far.receivedBytes === 4_000_000);

  expect(new Set([...near.buffers, ...far.buffers]).size).toBe(1);
  expect(Math.max(near.largestRead, far.largestRead)).toBeGreaterThan(65_536);
});

test("where an accepted socket's inner parts are not those of this Node, it is read the ordinary way", async () => {
  const server = await new Promise<Server>((resolve) => {
    const listening = createServer({ pauseOnConnect: true }).listen(0, "127.0.0.1", () => resolve(listening));
  });
  server.on("connection", (socket) => Object.assign(socket, { _server: undefined }));
  const shared = new Uint8Array(65_536);
  const listener = new TcpListener(server, {
    host: "127.0.0.1",
    guard: new EgressGuard({ isLoopbackOnly: true }),
    receiveBuffer: shared,
    live: undefined,
  });
  const [near, far] = [new MeasuringHandler(), new MeasuringHandler()];
  const accepted: ByteStream[] = [];
  listener.onConnection = (stream) => {
    stream.handler = far;
    accepted.push(stream);
  };
  const to = { host: "127.0.0.1", port: listener.local.port, family: 4 } as const;
  const stream = network.dialer.dial(to, near, 5_000);
  await until(() => near.openings === 1 && accepted.length === 1);
  const content = Uint8Array.from({ length: 300_000 }, (_, i) => i % 251);
  stream.write(content);
  (accepted[0] as ByteStream).write(content);
  await until(() => near.receivedBytes === 300_000 && far.receivedBytes === 300_000);

  expect(far.buffers.has(shared)).toBe(false);
  stream.close();
  await until(() => far.ends.length === 1);
  server.close();
});

test("a hundred connections through the shared buffer mix nothing up", async () => {
  const received = new Map<number, number>();
  let wrong = 0;
  for (const listener of network.listeners) {
    listener.onConnection = (stream) => {
      stream.handler = new (class extends RecordingHandler {
        override onBytes(buffer: Uint8Array, start: number, end: number): void {
          const mark = buffer[start] as number;
          for (let i = start; i < end; i++) if (buffer[i] !== mark) wrong++;
          received.set(mark, (received.get(mark) ?? 0) + end - start);
        }
      })();
    };
  }
  for (let mark = 0; mark < 100; mark++)
    dialSelf(new RecordingHandler()).write(new Uint8Array(50_000).fill(mark));

  await until(() => received.size === 100 && [...received.values()].every((bytes) => bytes === 50_000));
  expect(wrong).toBe(0);
});

test("pausing inside onBytes holds back the very next read", async () => {
  class Pausing extends MeasuringHandler {
    stream: ByteStream | undefined;
    reads = 0;
    override onBytes(buffer: Uint8Array, start: number, end: number): void {
      super.onBytes(buffer, start, end);
      this.reads++;
      this.stream?.pauseReading();
    }
  }
  const far = new Pausing();
  const accepted = acceptInto(far);
  const stream = dialSelf(new RecordingHandler());
  await until(() => accepted.length === 1);
  far.stream = accepted[0] as ByteStream;

  stream.write(new Uint8Array(3_000_000));
  await until(() => far.reads === 1);
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
  expect(far.reads).toBe(1);

  far.stream.resumeReading();
  await until(() => far.reads === 2);
});

test("closing inside onBytes delivers nothing more", async () => {
  let reads = 0;
  const far = new (class extends RecordingHandler {
    override onBytes(): void {
      reads++;
      for (const stream of accepted) stream.close();
    }
  })();
  const accepted = acceptInto(far);
  dialSelf(new RecordingHandler()).write(new Uint8Array(3_000_000));

  await until(() => far.ends.length === 1);
  expect(reads).toBe(1);
  expect(far.ends).toEqual(["closed-by-us"]);
});

test("a peer that resets is told from one that closes", async () => {
  const near = new RecordingHandler();
  const accepted = acceptInto(new RecordingHandler());
  const stream = dialSelf(near);
  await until(() => near.openings === 1 && accepted.length === 1);

  // Closing with unread bytes in the receive buffer makes the kernel answer with a reset (RFC 1122, 4.2.2.13).
  (accepted[0] as ByteStream).pauseReading();
  stream.write(new Uint8Array(100_000));
  await until(() => stream.queuedBytes === 0);
  (accepted[0] as ByteStream).close();

  await until(() => near.ends.length === 1);
  expect(near.ends).toEqual(["reset"]);
});

test("connections that are not taken over are turned away", async () => {
  const near = new RecordingHandler();
  dialSelf(near);

  await until(() => near.ends.length === 1);
  expect(["closed-by-peer", "reset"]).toContain(near.ends[0]);
});

test("a host that never answers ends as timeout", async () => {
  // Listens with a backlog of one and then sleeps without accepting: the kernel drops the connection requests
  // that find the backlog full, as a silent peer would.
  const silent = new Worker(
    `const { parentPort } = require("node:worker_threads");
     const server = require("node:net").createServer().listen({ host: "127.0.0.1", port: 0, backlog: 1 }, () => {
       parentPort.postMessage(server.address().port);
       setImmediate(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0));
     });`,
    { eval: true },
  );
  const port = await new Promise<number>((resolve) => silent.once("message", resolve));
  const handlers = Array.from({ length: 6 }, () => new RecordingHandler());
  const streams = handlers.map((handler) =>
    network.dialer.dial({ host: "127.0.0.1", port, family: 4 }, handler, 300),
  );

  await until(() => handlers.some((handler) => handler.ends.length > 0), "a timeout");
  const ends = handlers.flatMap((handler) => handler.ends);
  for (const stream of streams) stream.close();
  await until(() => handlers.every((handler) => handler.ends.length === 1));
  await silent.terminate();
  expect(new Set(ends)).toEqual(new Set(["timeout"]));
});

test("streams outlive the listener that accepted them", async () => {
  const near = new RecordingHandler();
  const far = new RecordingHandler();
  const accepted = acceptInto(far);
  const stream = dialSelf(near);
  await until(() => near.openings === 1 && accepted.length === 1);
  await network.close();

  stream.write(Uint8Array.of(1, 2, 3));
  await until(() => far.receivedBytes === 3);
  stream.close();
  await until(() => far.ends.length === 1 && near.ends.length === 1);
});
