import { afterEach, expect, test } from "vitest";
import { EgressGuard } from "../../src/platform/egress-guard.ts";
import { bindUdp, type UdpSocket } from "../../src/platform/udp.ts";

const guard = new EgressGuard({ isLoopbackOnly: true });
const open: UdpSocket[] = [];

async function aSocket(): Promise<UdpSocket> {
  const socket = await bindUdp("127.0.0.1", 0, guard);
  open.push(socket);
  return socket;
}

afterEach(async () => {
  await Promise.all(open.splice(0).map((socket) => socket.closed()));
});

test("datagrams of a burst arrive whole, although the sender writes all of them into one buffer", async () => {
  const [sender, receiver] = [await aSocket(), await aSocket()];
  const received: Uint8Array[] = [];
  const payload = new Uint8Array(1_200);
  // So few that they fit into the receiver's buffer of any system, where the kernel counts 2 KiB for each: nobody reads meanwhile.
  const lengths = Array.from({ length: 40 }, (_, i) => 1 + ((i * 977) % payload.length));
  const all = new Promise<void>((resolve) => {
    receiver.onDatagram = (bytes) => {
      received.push(new Uint8Array(bytes));
      if (received.length === lengths.length) resolve();
    };
  });
  for (const [i, length] of lengths.entries()) {
    sender.send(payload.fill(i).subarray(0, length), receiver.local);
  }
  await all;
  expect(received).toEqual(lengths.map((length, i) => new Uint8Array(length).fill(i)));
});

test("a datagram to port 0 is dropped and counted, as Node refuses it", async () => {
  const sender = await aSocket();
  sender.send(Uint8Array.of(1), { ...sender.local, port: 0 });
  expect(sender.counters.droppedDatagrams).toBe(1);
});
