/** What every `DatagramSocket` promises, on Node as in the simulator. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Endpoint, endpoint } from "../../src/core/endpoint.ts";
import type { DatagramSocket } from "../../src/core/ports.ts";

export interface DatagramWorld {
  readonly first: DatagramSocket;
  readonly second: DatagramSocket;
  /** Lets the world go on until `isTrue`. */
  until(isTrue: () => boolean, what?: string): Promise<void>;
  close(): Promise<void>;
}

interface Arrival {
  readonly payload: Uint8Array;
  readonly from: Endpoint;
}

export function datagramSocketContract(name: string, open: () => Promise<DatagramWorld>): void {
  describe(`datagram sockets (${name})`, () => {
    let world: DatagramWorld;
    let arrivals: Arrival[];
    beforeEach(async () => {
      world = await open();
      arrivals = [];
      world.second.onDatagram = (payload, from) => arrivals.push({ payload: payload.slice(), from });
    });
    afterEach(async () => {
      await world.close();
    });

    test("carry a datagram with its sender's address, never from within the call", async () => {
      world.first.send(Uint8Array.of(100, 1, 2, 101), world.second.local);
      expect(arrivals).toEqual([]);

      await world.until(() => arrivals.length === 1, "the datagram");
      expect([...(arrivals[0] as Arrival).payload]).toEqual([100, 1, 2, 101]);
      expect((arrivals[0] as Arrival).from).toEqual(world.first.local);
    });

    test("let the caller reuse its buffer at once", async () => {
      const buffer = new Uint8Array(1_200);
      for (let i = 0; i < 20; i++) {
        buffer.fill(i);
        world.first.send(buffer, world.second.local);
      }
      buffer.fill(0xff);

      await world.until(() => arrivals.length === 20, "twenty datagrams");
      for (const [i, { payload }] of arrivals.entries()) {
        expect(payload.length).toBe(1_200);
        expect(payload.every((byte) => byte === i)).toBe(true);
      }
    });

    test("deliver every datagram of a burst, also to a reader that is slow", async () => {
      for (let i = 0; i < 200; i++) world.first.send(Uint8Array.of(i), world.second.local);

      await world.until(() => arrivals.length === 200, "two hundred datagrams");
      expect(new Set(arrivals.map(({ payload }) => payload[0])).size).toBe(200);
    });

    test("survive destinations that do not exist", async () => {
      world.first.send(Uint8Array.of(1), endpoint(world.second.local.host, 0));
      world.first.send(Uint8Array.of(2), endpoint(world.second.local.host, 9));
      world.first.send(Uint8Array.of(3), endpoint("::1", 9));
      world.first.send(Uint8Array.of(4), world.second.local);

      await world.until(() => arrivals.length === 1, "the datagram that has a destination");
      expect((arrivals[0] as Arrival).payload[0]).toBe(4);
    });

    test("neither send nor deliver after close, and closing twice is harmless", async () => {
      world.second.close();
      world.second.close();
      world.first.send(Uint8Array.of(1), world.second.local);
      world.second.send(Uint8Array.of(2), world.first.local);
      let isOver = false;
      world.first.onDatagram = (payload) => {
        isOver ||= payload[0] === 3;
        expect(payload[0]).toBe(3);
      };
      world.first.send(Uint8Array.of(3), world.first.local);

      await world.until(() => isOver, "the datagram to itself");
      expect(arrivals).toEqual([]);
    });
  });
}
