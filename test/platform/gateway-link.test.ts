/** The way to a router on real sockets of loopback. */
import { createSocket, type Socket } from "node:dgram";
import { createServer, type Server } from "node:http";
import { afterEach, expect, test } from "vitest";
import { PortMapper } from "../../src/mapping/index.ts";
import { NodeClock } from "../../src/platform/clock.ts";
import { EgressGuard, NodeNetwork } from "../../src/platform/index.ts";
import { SystemRandom } from "../../src/platform/random.ts";
import { until } from "../support/until.ts";

/** Of this file alone: ports of routers are fixed. */
const GATEWAY_HOST = "127.53.51.1";
const OWN_HOST = "127.0.0.1";
const guard = new EgressGuard({ isLoopbackOnly: true });

const closings: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of closings.splice(0).reverse()) await close();
});

async function networkBehind(gatewayHost: string) {
  const network = new NodeNetwork(guard, undefined, () =>
    Promise.resolve({ gatewayHost, ownHost: OWN_HOST }),
  );
  const open = await network.open({ host: OWN_HOST, port: 0 });
  closings.push(() => open.close());
  return open;
}

async function udpServer(port: number): Promise<Socket> {
  const socket = createSocket("udp4");
  await new Promise<void>((done) => socket.bind(port, GATEWAY_HOST, done));
  closings.push(() => new Promise<void>((done) => socket.close(() => done())));
  return socket;
}

async function httpServer(answer: (path: string, body: string) => string | undefined): Promise<number> {
  const server: Server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const page = answer(request.url ?? "", Buffer.concat(chunks).toString());
      if (page === undefined) response.writeHead(302, { Location: "http://127.0.0.1:9/" }).end();
      else response.writeHead(200).end(page);
    });
  });
  await new Promise<void>((done) => server.listen(0, GATEWAY_HOST, done));
  closings.push(() => new Promise<void>((done) => server.close(() => done())));
  return (server.address() as { port: number }).port;
}

async function mapperBehind(gatewayHost: string): Promise<PortMapper> {
  const open = await networkBehind(gatewayHost);
  const link = await open.openGateway();
  if (link === undefined) throw new Error("no way to the gateway");
  const mapper = new PortMapper({
    clock: new NodeClock(),
    random: new SystemRandom(),
    link,
    port: open.port,
    transports: ["tcp", "udp"],
    onChange: () => undefined,
  });
  closings.push(() => new Promise<void>((done) => mapper.close(done)));
  return mapper;
}

test("ports are mapped over NAT-PMP through real sockets", async () => {
  const router = await udpServer(5351);
  router.on("message", (question, from) => {
    const answer = Buffer.alloc(question[1] === 0 ? 12 : 16);
    answer[1] = 128 + (question[1] as number);
    if (question[0] !== 0) answer[3] = 1;
    else if (question[1] !== 0) question.copy(answer, 8, 4, 12);
    router.send(answer, from.port, from.address);
  });
  const mapper = await mapperBehind(GATEWAY_HOST);
  await until(() => mapper.view().state === "mapped");
  expect(mapper.view().protocol).toBe("nat-pmp");
});

test("ports are mapped over UPnP through real sockets; a redirection is not followed", async () => {
  const asked: string[] = [];
  const port = await httpServer((path, body) => {
    asked.push(path);
    if (path === "/moved.xml") return undefined;
    if (body.includes("GetExternalIPAddress"))
      return "<a><NewExternalIPAddress>192.0.2.1</NewExternalIPAddress></a>";
    if (body !== "") return "<done/>";
    return (
      "<root><device><serviceList><service><serviceType>urn:schemas-upnp-org:service:WANIPConnection:1</serviceType>" +
      "<controlURL>/control</controlURL></service></serviceList></device></root>"
    );
  });
  // It says at once that it speaks neither of the others.
  const refusing = await udpServer(5351);
  refusing.on("message", (question, from) =>
    refusing.send(Uint8Array.of(0, 128 + (question[1] as number), 0, 1, 0, 0, 0, 9), from.port, from.address),
  );
  const router = await udpServer(1900);
  router.on("message", (_question, from) => {
    for (const path of ["moved", "root"])
      router.send(
        `HTTP/1.1 200 OK\r\nLOCATION: http://${GATEWAY_HOST}:${port}/${path}.xml\r\n\r\n`,
        from.port,
        from.address,
      );
  });
  const mapper = await mapperBehind(GATEWAY_HOST);
  await until(() => mapper.view().state === "mapped");
  expect(mapper.view()).toMatchObject({ protocol: "upnp", outsideHost: "192.0.2.1" });
  expect(asked).toContain("/moved.xml");
}, 60_000);

test("under the guard a gateway beyond loopback is none", async () => {
  const open = await networkBehind("192.0.2.1");
  expect(await open.openGateway()).toBeUndefined();
  expect(await open.openIpv6Gateways()).toEqual([]);
});
