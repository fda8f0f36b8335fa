/** The mapper against routers in memory, in virtual time. */
import { expect, test } from "vitest";
import { PortMapper } from "../../src/mapping/index.ts";
import {
  GATEWAY_HOST6,
  type GatewayAbilities,
  newWorld,
  OWN_HOST6,
  ScriptedGateway,
} from "./support/scripted-gateway.ts";

const HOUR_MS = 3_600_000;
const PORT = 6881;

function mapperFor(abilities: GatewayAbilities, ownHost?: string) {
  const world = newWorld();
  const gateway = new ScriptedGateway(world, abilities, ownHost);
  const mapper = new PortMapper({
    clock: world.clock,
    random: world.random,
    link: gateway,
    port: PORT,
    transports: ["tcp", "udp"],
    onChange: () => undefined,
  });
  world.runFor(15_000);
  return { world, gateway, mapper };
}

const EVERYTHING = { pcp: true, natPmp: true, upnp: true };

test.each([
  ["pcp", EVERYTHING],
  ["nat-pmp", { natPmp: true }],
  ["upnp", { upnp: true }],
] as const)(
  "TCP and UDP are mapped over %s where that is the best that the router speaks",
  (name, abilities) => {
    const { mapper, gateway } = mapperFor(abilities);
    expect(mapper.view()).toEqual({
      state: "mapped",
      gatewayHost: gateway.gatewayHost,
      ownHost: gateway.ownHost,
      protocol: name,
      outsideHost: "203.0.113.7",
      tcpPort: PORT,
      udpPort: PORT,
      detail: undefined,
    });
    expect(gateway.asked).toEqual([`tcp ${PORT}->${PORT} 3600`, `udp ${PORT}->${PORT} 3600`]);
  },
);

test.each([
  ["pcp", { pcp: true }],
  ["nat-pmp", { natPmp: true }],
  ["upnp", { upnp: true }],
] as const)(
  "over %s mappings are renewed at half of their time, and given back at the end",
  (_name, abilities) => {
    const { world, mapper, gateway } = mapperFor(abilities);
    world.runFor(HOUR_MS / 2 + 1_000);
    expect(gateway.asked.length).toBe(4);
    world.runFor(10 * HOUR_MS);
    expect(gateway.asked.length).toBeGreaterThan(40);
    expect(mapper.view().state).toBe("mapped");
    let isGone = false;
    mapper.close(() => {
      isGone = true;
    });
    world.runFor(900);
    expect(isGone).toBe(true);
    expect([...gateway.mapped]).toEqual([]);
    expect(gateway.isClosed).toBe(true);
    const { datagrams } = gateway;
    world.runFor(HOUR_MS);
    expect(gateway.datagrams).toBe(datagrams);
  },
);

test("over IPv6 a router is asked for an opening, over PCP alone", () => {
  const { mapper, gateway, world } = mapperFor(EVERYTHING, OWN_HOST6);
  expect(mapper.view()).toMatchObject({
    state: "mapped",
    gatewayHost: GATEWAY_HOST6,
    ownHost: OWN_HOST6,
    protocol: "pcp",
    outsideHost: OWN_HOST6,
    tcpPort: PORT,
    udpPort: PORT,
  });
  mapper.close(() => undefined);
  world.runFor(1_000);
  expect([...gateway.mapped]).toEqual([]);
  const other = mapperFor({ natPmp: true, upnp: true }, OWN_HOST6);
  expect(other.mapper.view().state).toBe("silent");
  expect(other.gateway.requests).toEqual([]);
});

test("a shorter time than was asked for is what counts", () => {
  const { world, gateway } = mapperFor({ natPmp: true, lifetimeSeconds: 600 });
  world.runFor(310_000);
  expect(gateway.asked.length).toBe(4);
});

test("a router that grants seconds is not asked more than once a minute", () => {
  const { world, gateway } = mapperFor({ pcp: true, lifetimeSeconds: 1 });
  world.runFor(600_000);
  expect(gateway.asked.length).toBeLessThanOrEqual(2 * 12);
});

test("a refusal is told in words, and tried again later", () => {
  const { world, mapper, gateway } = mapperFor({ natPmp: true, refusal: 2 });
  expect(mapper.view()).toMatchObject({ state: "refused", detail: "it does not allow port mappings" });
  gateway.abilities = { natPmp: true };
  world.runFor(120_000);
  expect(mapper.view().state).toBe("mapped");
});

test("a router that says nothing is left alone for longer and longer", () => {
  const { world, mapper, gateway } = mapperFor({});
  expect(mapper.view()).toMatchObject({ state: "silent", protocol: undefined });
  const first = gateway.datagrams;
  world.runFor(24 * HOUR_MS);
  expect(gateway.datagrams / first).toBeLessThan(24 * 2 + 10);
});

test("over UPnP another outside port is taken where ours is another machine's", () => {
  const { mapper, gateway, world } = mapperFor({ upnp: true, takenPorts: [PORT] });
  const { tcpPort, udpPort } = mapper.view();
  expect(tcpPort).toBeGreaterThanOrEqual(16_384);
  expect([...gateway.mapped]).toEqual([`tcp ${tcpPort}`, `udp ${udpPort}`]);
  world.runFor(HOUR_MS);
  expect(mapper.view()).toMatchObject({ tcpPort, udpPort });
  mapper.close(() => undefined);
  world.runFor(1_000);
  expect([...gateway.mapped]).toEqual([]);
});

test("a router that knows only permanent leases is given one, which is renewed and taken back too", () => {
  const { mapper, gateway, world } = mapperFor({ upnp: true, hasPermanentLeasesOnly: true });
  expect(gateway.asked).toEqual([`tcp ${PORT}->${PORT} 0`, `udp ${PORT}->${PORT} 0`]);
  world.runFor(2 * HOUR_MS);
  expect(gateway.asked.length).toBeGreaterThan(2);
  mapper.close(() => undefined);
  world.runFor(1_000);
  expect([...gateway.mapped]).toEqual([]);
});

test("mappings of a router that has gone count until their time is over", () => {
  const { world, mapper, gateway } = mapperFor({ pcp: true });
  gateway.abilities = {};
  world.runFor(0.9 * HOUR_MS);
  expect(mapper.view().state).toBe("mapped");
  world.runFor(0.2 * HOUR_MS);
  expect(mapper.view()).toMatchObject({ state: "silent", tcpPort: undefined });
});

test.each([
  "http://192.0.2.9:80/root.xml",
  "http://192.168.1.2:5000/root.xml",
  "http://192.168.1.1.example.org/root.xml",
  "http://192.168.1.1@192.0.2.9/root.xml",
  "https://192.168.1.1/root.xml",
  "file:///etc/passwd",
  "http://192.168.1.1:99999/root.xml",
  "http://192.168.1.1:80/a b",
])("a description at %s is not asked for: only the gateway is", (location) => {
  const { gateway, mapper } = mapperFor({ upnp: true, location });
  expect(gateway.requests).toEqual([]);
  expect(mapper.view().state).toBe("silent");
});

test("a control address on another host is not asked", () => {
  const { gateway, mapper } = mapperFor({ upnp: true, controlUrl: "http://192.0.2.9/ctl" });
  expect(gateway.requests.filter(({ body }) => body !== undefined)).toEqual([]);
  expect(mapper.view().state).toBe("silent");
});

test("closing in the middle of a search leaves nothing behind", () => {
  const world = newWorld();
  const gateway = new ScriptedGateway(world, { upnp: true });
  const { clock, random } = world;
  const mapper = new PortMapper({
    clock,
    random,
    link: gateway,
    port: PORT,
    transports: ["tcp"],
    onChange: () => undefined,
  });
  world.runFor(4_500);
  let isGone = false;
  mapper.close(() => {
    isGone = true;
  });
  world.runFor(1_100);
  expect(isGone).toBe(true);
  const { datagrams } = gateway;
  world.runFor(HOUR_MS);
  expect(gateway.datagrams).toBe(datagrams);
  expect([...gateway.mapped]).toEqual([]);
});
