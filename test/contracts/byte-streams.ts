/** What every `StreamDialer`, `StreamListener` and `ByteStream` promises, on Node as in the simulator. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Endpoint, endpoint } from "../../src/core/endpoint.ts";
import type { StreamDialer, StreamListener } from "../../src/core/ports.ts";
import { type ConnectedPair, RecordingHandler } from "./recording-stream.ts";

/** One host of the world under test. */
export interface StreamWorld {
  readonly dialer: StreamDialer;
  /** Address that the dialler's connections come from. */
  readonly dialsFrom: string;
  readonly listener: StreamListener;
  /** An address of this world where nobody listens. */
  readonly deserted: Endpoint;
  /** Lets the world go on until `isTrue`. */
  until(isTrue: () => boolean, what?: string): Promise<void>;
  close(): Promise<void>;
}

const TIMEOUT_MS = 5_000;

export function byteStreamContract(name: string, open: () => Promise<StreamWorld>): void {
  describe(`byte streams (${name})`, () => {
    let world: StreamWorld;
    beforeEach(async () => {
      world = await open();
    });
    afterEach(async () => {
      await world.close();
    });

    async function connect(): Promise<ConnectedPair> {
      const farHandler = new RecordingHandler();
      const accepted: ConnectedPair["far"][] = [];
      world.listener.onConnection = (stream) => {
        stream.handler = farHandler;
        accepted.push(stream);
      };
      const nearHandler = new RecordingHandler();
      const near = world.dialer.dial(world.listener.local, nearHandler, TIMEOUT_MS);
      await world.until(() => nearHandler.openings === 1 && accepted.length === 1, "the connection");
      return { near, nearHandler, far: accepted[0] as ConnectedPair["far"], farHandler };
    }

    test("tell the dialler that the connection stands, once and never from within the call", async () => {
      const handler = new RecordingHandler();
      world.listener.onConnection = (stream) => {
        stream.handler = new RecordingHandler();
      };
      world.dialer.dial(world.listener.local, handler, TIMEOUT_MS);
      expect(handler.openings).toBe(0);

      await world.until(() => handler.openings > 0, "the connection");
      expect(handler.openings).toBe(1);
      expect(handler.ends).toEqual([]);
    });

    test("name the other side", async () => {
      const { near, far } = await connect();

      expect(near.remote).toEqual(world.listener.local);
      expect(far.remote.host).toBe(world.dialsFrom);
      expect(far.remote.port).not.toBe(world.listener.local.port);
    });

    test("carry bytes in order, both ways at once", async () => {
      const { near, nearHandler, far, farHandler } = await connect();
      const there = patterned(300_000, 1);
      const back = patterned(700_000, 2);

      for (let i = 0; i < there.length; i += 10_000) near.write(there.slice(i, i + 10_000));
      for (let i = 0; i < back.length; i += 70_000) far.write(back.slice(i, i + 70_000));
      await world.until(
        () => farHandler.receivedBytes === there.length && nearHandler.receivedBytes === back.length,
        "all bytes",
      );

      expect(equal(farHandler.received(), there)).toBe(true);
      expect(equal(nearHandler.received(), back)).toBe(true);
    });

    test("queue what is written before the connection stands", async () => {
      const farHandler = new RecordingHandler();
      world.listener.onConnection = (stream) => {
        stream.handler = farHandler;
      };
      const stream = world.dialer.dial(world.listener.local, new RecordingHandler(), TIMEOUT_MS);

      stream.write(patterned(68, 3));
      await world.until(() => farHandler.receivedBytes === 68, "the early bytes");
      expect(equal(farHandler.received(), patterned(68, 3))).toBe(true);
    });

    test("report each write as sent, in order, and none from within the call", async () => {
      const { near, farHandler } = await connect();
      const sent: number[] = [];

      for (let i = 0; i < 40; i++) near.write(patterned(20_000, i), () => sent.push(i));
      expect(sent).toEqual([]);
      await world.until(() => sent.length === 40, "the last onSent");

      expect(sent).toEqual(Array.from({ length: 40 }, (_, i) => i));
      expect(near.queuedBytes).toBe(0);
      await world.until(() => farHandler.receivedBytes === 800_000, "all bytes");
    });

    test("deliver nothing while reading is paused and everything after it resumes", async () => {
      const { near, far, farHandler } = await connect();
      far.pauseReading();
      const content = patterned(500_000, 4);
      near.write(content);
      await world.until(() => true);
      const duringPause = farHandler.receivedBytes;

      far.resumeReading();
      await world.until(() => farHandler.receivedBytes === content.length, "all bytes");
      expect(duringPause).toBe(0);
      expect(equal(farHandler.received(), content)).toBe(true);
    });

    test("stop the sender when the receiver does not read, and call it back when there is room", async () => {
      const { near, nearHandler, far, farHandler } = await connect();
      far.pauseReading();
      let writtenBytes = 0;
      const chunk = patterned(65_536, 5);
      const fill = (): boolean => {
        for (let i = 0; i < 8; i++) {
          writtenBytes += chunk.length;
          if (!near.write(chunk)) return true;
        }
        return false;
      };
      await world.until(() => fill() && near.queuedBytes > 0, "a full queue");
      const writablesWhileFull = nearHandler.writables;

      far.resumeReading();
      await world.until(() => nearHandler.writables > writablesWhileFull, "onWritable");
      await world.until(() => farHandler.receivedBytes === writtenBytes, "all bytes");
      expect(near.queuedBytes).toBe(0);
    });

    test("end for both sides when one closes, once, with nothing after it", async () => {
      const { near, nearHandler, farHandler } = await connect();

      near.close();
      near.close();
      expect(nearHandler.ends).toEqual([]);
      await world.until(() => nearHandler.ends.length + farHandler.ends.length >= 2, "both ends");

      expect(nearHandler.ends).toEqual(["closed-by-us"]);
      expect(farHandler.ends).toEqual(["closed-by-peer"]);
    });

    test("deliver what was sent before the sender closed", async () => {
      const { near, farHandler } = await connect();
      let isSent = false;
      near.write(patterned(100_000, 6), () => {
        isSent = true;
      });
      await world.until(() => isSent, "onSent");

      near.close();
      await world.until(() => farHandler.ends.length === 1, "the end");
      expect(farHandler.receivedBytes).toBe(100_000);
    });

    test("refuse writes after the end without a word", async () => {
      const { near, nearHandler } = await connect();
      near.close();
      await world.until(() => nearHandler.ends.length === 1, "the end");

      expect(near.write(patterned(10, 7), () => nearHandler.onWritable())).toBe(false);
      await world.until(() => true);
      expect(nearHandler.writables).toBe(0);
    });

    test("say refused where nobody listens", async () => {
      const handler = new RecordingHandler();
      world.dialer.dial(world.deserted, handler, TIMEOUT_MS);
      expect(handler.ends).toEqual([]);

      await world.until(() => handler.ends.length > 0, "the refusal");
      expect(handler.ends).toEqual(["refused"]);
      expect(handler.openings).toBe(0);
    });

    test("end as closed by us when closed before the connection stands", async () => {
      const handler = new RecordingHandler();
      world.listener.onConnection = (stream) => {
        stream.handler = new RecordingHandler();
      };
      world.dialer.dial(world.listener.local, handler, TIMEOUT_MS).close();

      await world.until(() => handler.ends.length > 0, "the end");
      expect(handler.ends).toEqual(["closed-by-us"]);
      expect(handler.openings).toBe(0);
    });

    test("never answer port 0", async () => {
      const handler = new RecordingHandler();
      world.dialer.dial(endpoint(world.listener.local.host, 0), handler, TIMEOUT_MS);

      await world.until(() => handler.ends.length > 0, "the end");
      expect(handler.openings).toBe(0);
    });
  });
}

/** Bytes that differ by position and seed, so that a displaced run is noticed. */
function patterned(lengthBytes: number, seed: number): Uint8Array {
  const bytes = new Uint8Array(lengthBytes);
  for (let i = 0; i < lengthBytes; i++) bytes[i] = (i * 31 + (i >> 8) * 17 + seed * 101) & 0xff;
  return bytes;
}

function equal(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
