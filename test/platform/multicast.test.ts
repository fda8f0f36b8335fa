import { afterEach, expect, test } from "vitest";
import type { GroupSocket } from "../../src/core/ports.ts";
import { EgressGuard } from "../../src/platform/egress-guard.ts";
import { joinGroup } from "../../src/platform/multicast.ts";
import { until } from "../support/until.ts";

/** A group and port of this test alone: local discovery of other programs on this machine is not disturbed. */
const GROUP = { host: "239.192.152.201", port: 16_771, family: 4 } as const;
const guard = new EgressGuard({ isLoopbackOnly: true });
const open: GroupSocket[] = [];

afterEach(() => {
  for (const socket of open.splice(0)) socket.close();
});

async function join(host?: string): Promise<readonly GroupSocket[]> {
  const sockets = await joinGroup(GROUP, host, guard);
  open.push(...sockets);
  return sockets;
}

test("under the guard a group is joined on loopback alone, and its members hear each other", async () => {
  const [one, two] = [await join(), await join("127.0.0.2")].flat();
  const heard: string[] = [];
  if (one !== undefined)
    one.onDatagram = (payload, from) => heard.push(`${new TextDecoder().decode(payload)} from ${from.host}`);

  two?.send(new TextEncoder().encode("hello"));
  await until(() => heard.length > 0, "a datagram of the group");

  expect(heard).toEqual(["hello from 127.0.0.2"]);
});

test("under the guard no group is joined from an address outside, nor for longer than this machine", async () => {
  expect(await join("192.0.2.1")).toEqual([]);
  expect(() => guard.assertMulticast("192.0.2.1", 0)).toThrow("only loopback is allowed");
  expect(() => guard.assertMulticast("127.0.0.1", 1)).toThrow("only loopback is allowed");
  expect(guard.refusals.multicast).toBeGreaterThan(1);
});

test("a closed member hears nothing and sends nothing", async () => {
  const [one, two] = [await join(), await join()].flat();
  const heard: string[] = [];
  if (one !== undefined) one.onDatagram = () => heard.push("one");
  if (two !== undefined) two.onDatagram = () => heard.push("two");

  one?.close();
  one?.send(new Uint8Array(1));
  two?.send(new Uint8Array(1));
  await until(() => heard.length > 0, "a datagram of the group");

  expect(heard).toEqual(["two"]);
});
