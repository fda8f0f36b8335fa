import { expect, test } from "vitest";
import { endpoint } from "../../../src/core/endpoint.ts";
import type {
  ByteStream,
  StreamDialer,
  StreamEnd,
  StreamHandler,
  StreamTransport,
} from "../../../src/core/ports.ts";
import { TransportDialer } from "../../../src/session/transport/transport-dialer.ts";
import { World } from "../../../src/sim/index.ts";

const PEER = endpoint("10.0.0.2", 6881);

class ScriptedStream implements ByteStream {
  readonly remote = PEER;
  readonly transport: StreamTransport;
  readonly written: number[] = [];
  handler: StreamHandler;
  queuedBytes = 0;
  isClosed = false;

  constructor(transport: StreamTransport, handler: StreamHandler) {
    this.transport = transport;
    this.handler = handler;
  }

  write(bytes: Uint8Array): boolean {
    this.written.push(...bytes);
    return true;
  }

  pauseReading(): void {}
  resumeReading(): void {}

  close(): void {
    this.isClosed = true;
  }
}

/** What becomes of a dial, and after how long. */
type Outcome = { readonly afterMs: number; readonly end?: StreamEnd };

function race(tcp: Outcome, utp: Outcome) {
  const world = new World(1);
  const streams: ScriptedStream[] = [];
  const begunMs: Partial<Record<StreamTransport, number>> = {};
  const startMs = world.nowMs;
  const dialer = (transport: StreamTransport, { afterMs, end }: Outcome): StreamDialer => ({
    dial: (_to, handler) => {
      begunMs[transport] = world.nowMs - startMs;
      const stream = new ScriptedStream(transport, handler);
      streams.push(stream);
      world.after(afterMs, () => {
        if (!stream.isClosed) end === undefined ? stream.handler.onOpen() : stream.handler.onEnd(end);
      });
      return stream;
    },
  });
  const events: string[] = [];
  const user: StreamHandler = {
    onOpen: () => events.push("open"),
    onBytes: (_buffer, start, end) => events.push(`${end - start} bytes`),
    onWritable: () => events.push("writable"),
    onEnd: (reason) => events.push(reason),
  };
  const both = new TransportDialer({ clock: world.clock, tcp: dialer("tcp", tcp), utp: dialer("utp", utp) });
  const dial = () => both.dial(PEER, user, 6_000);
  return {
    world,
    streams,
    begunMs,
    events,
    dial,
    of: (kind: string) => streams.filter((s) => s.transport === kind),
  };
}

test("where TCP connects at once uTP is not even tried", () => {
  const { world, dial, streams, events } = race({ afterMs: 50 }, { afterMs: 10 });
  const stream = dial();
  world.runFor(10_000);
  expect(events).toEqual(["open"]);
  expect(streams).toHaveLength(1);
  expect(stream.transport).toBe("tcp");
});

test("where TCP is refused uTP begins at once", () => {
  const { world, dial, begunMs, events } = race({ afterMs: 50, end: "refused" }, { afterMs: 40 });
  const stream = dial();
  world.runFor(10_000);
  expect(begunMs.utp).toBe(50);
  expect(events).toEqual(["open"]);
  expect(stream.transport).toBe("utp");
});

test("where TCP says nothing uTP begins soon, and the attempt that is late is closed", () => {
  const { world, dial, begunMs, events, of } = race({ afterMs: 3_000 }, { afterMs: 40 });
  dial();
  world.runFor(10_000);
  expect(begunMs.utp).toBe(750);
  expect(events).toEqual(["open"]);
  expect(of("tcp")[0]?.isClosed).toBe(true);
});

test("TCP that connects after all wins while uTP is not there", () => {
  const { world, dial, events, of } = race({ afterMs: 2_000 }, { afterMs: 6_000, end: "timeout" });
  const stream = dial();
  world.runFor(10_000);
  expect(events).toEqual(["open"]);
  expect(stream.transport).toBe("tcp");
  expect(of("utp")[0]?.isClosed).toBe(true);
});

test("when neither connects, what TCP said is the reason", () => {
  const { world, dial, events } = race({ afterMs: 900, end: "refused" }, { afterMs: 100, end: "timeout" });
  dial();
  world.runFor(10_000);
  expect(events).toEqual(["refused"]);
});

test("a peer that uTP alone reached is dialled by both at once the next time", () => {
  const { world, dial, begunMs, of } = race({ afterMs: 50, end: "refused" }, { afterMs: 40 });
  dial();
  world.runFor(10_000);
  of("utp")[0]?.handler.onBytes(new Uint8Array(1), 0, 1);
  dial();
  expect(begunMs.utp).toBe(10_000);
});

test("a peer that ended TCP without a word is dialled by uTP first the next time, and by TCP a moment later", () => {
  const { world, dial, begunMs, events, of } = race({ afterMs: 5 }, { afterMs: 4_000 });
  dial();
  world.runFor(1_000);
  of("tcp")[0]?.handler.onEnd("closed-by-peer");
  expect(events).toEqual(["open", "closed-by-peer"]);
  world.runFor(9_000);
  dial();
  expect(begunMs.utp).toBe(10_000);
  world.runFor(1_000);
  expect(begunMs.tcp).toBe(10_750);
});

test("what is written early goes to the winner, and its events come to the handler of then", () => {
  const { world, dial, events, of } = race({ afterMs: 50, end: "refused" }, { afterMs: 40 });
  const stream = dial();
  expect(stream.write(Uint8Array.of(1, 2, 3))).toBe(true);
  expect(stream.queuedBytes).toBe(3);
  world.runFor(1_000);
  stream.write(Uint8Array.of(4));
  expect(of("utp")[0]?.written).toEqual([1, 2, 3, 4]);
  of("utp")[0]?.handler.onBytes(new Uint8Array(5), 0, 5);
  of("utp")[0]?.handler.onEnd("reset");
  expect(events).toEqual(["open", "5 bytes", "reset"]);
});

test("a dial that is closed ends every attempt and says so once", () => {
  const { world, dial, events, streams } = race({ afterMs: 5_000 }, { afterMs: 5_000 });
  const stream = dial();
  world.runFor(1_000);
  stream.close();
  stream.close();
  expect(events).toEqual([]);
  world.runFor(10_000);
  expect(events).toEqual(["closed-by-us"]);
  expect(streams.map(({ isClosed }) => isClosed)).toEqual([true, true]);
});
