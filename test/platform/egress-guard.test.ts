import { beforeEach, expect, test } from "vitest";
import { endpoint } from "../../src/core/endpoint.ts";
import { EgressGuard, egressGuardFrom, NodeNetwork } from "../../src/platform/index.ts";
import { RecordingHandler } from "../contracts/recording-stream.ts";
import { until } from "../support/until.ts";

/** Nothing below sends anything: the guard is asked, or a seam that asks it. */
const OUTSIDE = [
  "192.0.2.1",
  "10.0.0.1",
  "128.0.0.1",
  "126.255.255.255",
  "0.0.0.0",
  "255.255.255.255",
  "224.0.0.1",
  "::",
  "::2",
  "2001:db8::1",
  "fe80::1",
  "ff02::1",
  "::ffff:127.0.0.1",
  "::7f00:1",
];

let guard: EgressGuard;
beforeEach(() => {
  guard = new EgressGuard({ isLoopbackOnly: true });
});

test("the suites run under the guard", () => {
  expect(egressGuardFrom(process.env).isLoopbackOnly).toBe(true);
});

test("only the value 1 turns the guard on", () => {
  expect(egressGuardFrom({ STARLING_LOOPBACK_ONLY: "1" }).isLoopbackOnly).toBe(true);
  expect(egressGuardFrom({ STARLING_LOOPBACK_ONLY: "0" }).isLoopbackOnly).toBe(false);
  expect(egressGuardFrom({}).isLoopbackOnly).toBe(false);
});

test("lets all of 127.0.0.0/8 and ::1 pass", () => {
  for (const host of ["127.0.0.1", "127.0.0.2", "127.255.255.254", "::1"]) {
    expect(guard.allows("udp", endpoint(host, 1))).toBe(true);
  }
  expect(guard.refusals.udp).toBe(0);
});

test.each(OUTSIDE)("refuses %s at every seam and counts it", (host) => {
  for (const seam of ["udp", "tcp", "dns", "multicast", "bind"] as const) {
    expect(guard.allows(seam, endpoint(host, 1))).toBe(false);
    expect(guard.refusals[seam]).toBe(1);
  }
  expect(() => guard.assertAllows("multicast", endpoint(host, 1))).toThrow(
    expect.objectContaining({ code: "EGRESS_REFUSED" }),
  );
});

test("stands aside where it is off", () => {
  const off = new EgressGuard({ isLoopbackOnly: false });
  for (const host of OUTSIDE) expect(off.allows("tcp", endpoint(host, 1))).toBe(true);
  expect(off.allowsNameQuery()).toBe(true);
});

test("a dial to the outside ends as unreachable, without a connection", async () => {
  const network = await new NodeNetwork(guard).open({ host: "127.0.0.1", port: 0 });
  const handler = new RecordingHandler();
  network.dialer.dial(endpoint("192.0.2.1", 80), handler, 1_000);
  expect(handler.ends).toEqual([]);

  await until(() => handler.ends.length > 0);
  await network.close();
  expect(handler.ends).toEqual(["unreachable"]);
  expect(handler.openings).toBe(0);
  expect(guard.refusals.tcp).toBe(1);
});

test("a datagram to the outside is dropped and counted", async () => {
  const network = await new NodeNetwork(guard).openUdp({ host: "127.0.0.1", port: 0 });
  network.udp4?.send(Uint8Array.of(1), endpoint("192.0.2.1", 9));
  await network.close();

  expect(guard.refusals.udp).toBe(1);
});

test("a name is not asked of anybody", async () => {
  expect(await new NodeNetwork(guard).resolve("router.example", 6881)).toEqual([]);
  expect(guard.refusals.dns).toBe(1);
});

test.each(["0.0.0.0", "192.0.2.1", "::"])("refuses to listen on %s", async (host) => {
  const network = new NodeNetwork(guard);
  const refusal = expect.objectContaining({ code: "EGRESS_REFUSED" });
  await expect(network.open({ host, port: 0 })).rejects.toEqual(refusal);
  await expect(network.openUdp({ host, port: 0 })).rejects.toEqual(refusal);
});

test("without a host it listens on loopback, not on every address", async () => {
  const network = await new NodeNetwork(guard).open({ port: 0 });
  const hosts = [
    network.udp4?.local.host,
    network.udp6?.local.host ?? "::1",
    ...network.listeners.map((one) => one.local.host),
  ];
  await network.close();

  expect(new Set(hosts)).toEqual(new Set(["127.0.0.1", "::1"]));
});
