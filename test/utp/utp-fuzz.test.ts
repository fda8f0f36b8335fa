/** A peer that sends whatever it likes over a connection that stands. */
import fc from "fast-check";
import { expect, test } from "vitest";
import {
  ST_DATA,
  ST_SYN,
  type UtpHeader,
  writeSelectiveAck,
  writeUtpHeader,
} from "../../src/utp/utp-packet.ts";
import { fewerFuzzRuns } from "../support/fuzz-runs.ts";
import { ALICE, BOB, Sender, utpWorld } from "./support/utp-world.ts";

const SYN_ID = 8;
const MAX_WAIT_MS = 3_000;

interface Sent {
  /** Relative to what would be right. */
  readonly type: number;
  readonly idOffset: number;
  readonly sequenceOffset: number;
  readonly acknowledgedOffset: number;
  readonly windowBytes: number;
  readonly delayUs: number;
  readonly selectiveAck: Uint8Array | undefined;
  readonly payload: Uint8Array;
  readonly waitMs: number;
}

/** Mostly near to what is right, where the code has something to do. */
const near = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: -4, max: 40 }) },
  { weight: 1, arbitrary: fc.integer({ min: -40_000, max: 40_000 }) },
);

const sents: fc.Arbitrary<Sent> = fc.record({
  type: fc.integer({ min: 0, max: 4 }),
  idOffset: fc.oneof({ weight: 9, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: near }),
  sequenceOffset: near,
  acknowledgedOffset: near,
  windowBytes: fc.oneof(fc.constantFrom(0, 1, 1_000, 1 << 20), fc.integer({ min: 0, max: 0xffff_ffff })),
  delayUs: fc.integer({ min: 0, max: 0xffff_ffff }),
  selectiveAck: fc.option(fc.uint8Array({ minLength: 1, maxLength: 255 }), { nil: undefined }),
  payload: fc.uint8Array({ maxLength: 40 }),
  waitMs: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: MAX_WAIT_MS })),
});

function datagramOf(
  header: UtpHeader,
  selectiveAck: Uint8Array | undefined,
  payload: Uint8Array,
): Uint8Array {
  const datagram = new Uint8Array(20 + 257 + payload.length);
  let end = writeUtpHeader(datagram, header);
  if (selectiveAck !== undefined) end = writeSelectiveAck(datagram, end, selectiveAck);
  datagram.set(payload, end);
  return datagram.subarray(0, end + payload.length);
}

const nothing: Sent = {
  type: ST_DATA,
  idOffset: 0,
  sequenceOffset: 0,
  acknowledgedOffset: 0,
  windowBytes: 0,
  delayUs: 0,
  selectiveAck: undefined,
  payload: new Uint8Array(0),
  waitMs: 0,
};
/** Found by chance: a SYN of its own, and the first data over it. */
const SECOND_CONNECTION: Sent[] = [nothing, { ...nothing, type: ST_SYN }, { ...nothing, idOffset: 1 }];

test("whatever a peer sends over a connection, nothing fails, and at its end nothing is left of it", () => {
  fc.assert(
    fc.property(fc.array(sents, { maxLength: 30 }), (script) => {
      const { bob, network, world } = utpWorld("fuzz", { oneWayMs: 5 });
      // Among what is sent may be a second SYN, and what makes a connection of it.
      const senders: Sender[] = [];
      bob.utp.onConnection = (stream) => {
        const sender = new Sender(200_000);
        senders.push(sender);
        stream.handler = sender;
        sender.stream = stream;
        sender.pump();
      };
      const header = { type: ST_SYN, connectionId: SYN_ID, timestampUs: 1, delayUs: 0, windowBytes: 9_999 };
      let last = 0;
      // Bob's own numbers, as anybody on the path would read them.
      const send = bob.socket.send.bind(bob.socket);
      bob.socket.send = (datagram, to) => {
        last = ((datagram[16] as number) << 8) | (datagram[17] as number);
        send(datagram, to);
      };
      const say = (more: Partial<UtpHeader>, selectiveAck?: Uint8Array, payload = new Uint8Array(0)) =>
        bob.utp.handleDatagram(
          datagramOf({ ...header, sequence: 1, acknowledged: 0, ...more }, selectiveAck, payload),
          ALICE,
        );
      say({});
      const first = {
        type: ST_DATA,
        connectionId: SYN_ID + 1,
        sequence: 2,
        acknowledged: (last - 1) & 0xffff,
      };
      say(first, undefined, Uint8Array.of(0));
      script.forEach((one, i) => {
        const { type, windowBytes, delayUs, selectiveAck, payload } = one;
        const connectionId = (SYN_ID + 1 + one.idOffset) & 0xffff;
        const sequence = (3 + i + one.sequenceOffset) & 0xffff;
        const acknowledged = (last - 1 - one.acknowledgedOffset) & 0xffff;
        say(
          { type, connectionId, sequence, acknowledged, windowBytes, delayUs },
          selectiveAck,
          new Uint8Array(payload),
        );
        world.runFor(one.waitMs);
      });
      for (const { stream } of senders) stream?.close();
      // Whatever was under way is given up by then.
      world.runFor(120_000);
      expect(senders.length).toBeGreaterThan(0);
      for (const { ends } of senders) expect(ends.length).toBe(1);
      const before = network.packetsSent;
      world.runFor(120_000);
      expect(network.packetsSent).toBe(before);
      expect(network.isBound(BOB)).toBe(true);
    }),
    { numRuns: fewerFuzzRuns(50), examples: [[SECOND_CONNECTION]] },
  );
});
