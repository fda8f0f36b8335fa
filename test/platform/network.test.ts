import { networkInterfaces } from "node:os";
import { expect, test } from "vitest";
import { EgressGuard, NodeNetwork } from "../../src/platform/index.ts";
import { RecordingHandler } from "../contracts/recording-stream.ts";
import { until } from "../support/until.ts";

const guard = new EgressGuard({ isLoopbackOnly: true });
const network = new NodeNetwork(guard);
const hasIpv6 = Object.values(networkInterfaces()).some((list) =>
  list?.some(({ address }) => address === "::1"),
);

test("UDP and TCP share the port that the system chose", async () => {
  const open = await network.open({ host: "127.0.0.1", port: 0 });
  const ports = [open.port, open.udp4?.local.port, ...open.listeners.map((one) => one.local.port)];
  await open.close();

  expect(open.port).toBeGreaterThan(0);
  expect(new Set(ports).size).toBe(1);
  expect(open.udp6).toBeUndefined();
});

test("binds the very port that was asked for, and frees it when closed", async () => {
  const first = await network.open({ host: "127.0.0.1", port: 0 });
  await first.close();
  const second = await network.open({ host: "127.0.0.1", port: first.port });
  await second.close();

  expect(second.port).toBe(first.port);
});

test("a port in use is refused with a hint, and nothing stays bound", async () => {
  const holder = await network.open({ host: "127.0.0.1", port: 0 });
  const attempt = network.open({ host: "127.0.0.1", port: holder.port });
  await expect(attempt).rejects.toMatchObject({
    code: "PORT_IN_USE",
    message: `Port ${holder.port} is taken by another program.`,
  });
  await holder.close();

  const again = await network.open({ host: "127.0.0.1", port: holder.port });
  await again.close();
});

test("a port whose UDP half is taken counts as in use", async () => {
  const holder = await network.openUdp({ host: "127.0.0.1", port: 0 });
  await expect(network.open({ host: "127.0.0.1", port: holder.port })).rejects.toMatchObject({
    code: "PORT_IN_USE",
  });
  await holder.close();
});

test("an address of another machine is refused", async () => {
  const open = new NodeNetwork(new EgressGuard({ isLoopbackOnly: false })).open({
    host: "192.0.2.1",
    port: 0,
  });
  await expect(open).rejects.toMatchObject({ code: "ADDRESS_UNAVAILABLE" });
});

test("two hosts of loopback may use one port, and each dials from its own address", async () => {
  const first = await network.open({ host: "127.0.0.1", port: 0 });
  const second = await network.open({ host: "127.0.0.2", port: first.port });
  const remotes: string[] = [];
  for (const listener of first.listeners) {
    listener.onConnection = (stream) => {
      stream.handler = new RecordingHandler();
      remotes.push(stream.remote.host);
    };
  }
  second.dialer.dial({ host: "127.0.0.1", port: first.port, family: 4 }, new RecordingHandler(), 5_000);

  await until(() => remotes.length === 1);
  await Promise.all([first.close(), second.close()]);
  expect(remotes).toEqual(["127.0.0.2"]);
});

test("a host of one family does not dial the other", async () => {
  const open = await network.open({ host: "127.0.0.1", port: 0 });
  const handler = new RecordingHandler();
  open.dialer.dial({ host: "::1", port: open.port, family: 6 }, handler, 5_000);

  await until(() => handler.ends.length > 0);
  await open.close();
  expect(handler.ends).toEqual(["unreachable"]);
});

test.runIf(hasIpv6)("without a host both families share one port", async () => {
  const open = await network.open({ port: 0 });
  const ports = [
    open.udp4?.local.port,
    open.udp6?.local.port,
    ...open.listeners.map((one) => one.local.port),
  ];
  await open.close();

  expect(ports).toEqual([open.port, open.port, open.port, open.port]);
  expect(open.warnings).toEqual([]);
});

test.runIf(hasIpv6)("IPv6 that cannot be bound is a warning", async () => {
  const holder = await network.open({ host: "::1", port: 0 });
  const open = await network.open({ port: holder.port });
  await Promise.all([open.close(), holder.close()]);

  expect(open.udp4).toBeDefined();
  expect(open.udp6).toBeUndefined();
  expect(open.warnings).toEqual([`IPv6 is off: Port ${holder.port} is taken by another program.`]);
});

test("numeric hosts resolve to themselves in canonical form", async () => {
  expect(await network.resolve("127.0.0.1", 7000)).toEqual([{ host: "127.0.0.1", port: 7000, family: 4 }]);
  expect(await network.resolve("0:0:0:0:0:0:0:1", 7000)).toEqual([{ host: "::1", port: 7000, family: 6 }]);
});

test.each(["localhost", "LOCALHOST.", "node-3.localhost"])("%s is loopback without asking", async (host) => {
  expect((await network.resolve(host, 1)).map((one) => one.host)).toEqual(["127.0.0.1", "::1"]);
});

test("a name may stand for the host to listen on", async () => {
  const open = await network.open({ host: "localhost", port: 0 });
  await open.close();
  expect(open.udp4?.local.host).toBe("127.0.0.1");

  await expect(network.open({ host: "no such name", port: 0 })).rejects.toMatchObject({
    code: "ADDRESS_UNAVAILABLE",
  });
});
