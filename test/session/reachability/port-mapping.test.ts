/** Routers of both address families, as a session asks them: in memory, in virtual time. */
import { expect, test } from "vitest";
import type { GatewayLink } from "../../../src/mapping/index.ts";
import { PortMapping } from "../../../src/session/index.ts";
import { Reachability } from "../../../src/session/reachability/reachability.ts";
import {
  type GatewayAbilities,
  newWorld,
  OWN_HOST6,
  ScriptedGateway,
} from "../../mapping/support/scripted-gateway.ts";

const PORT = 6881;
const OTHER_HOST6 = "2a00:1450::21";

interface Routers {
  readonly v4?: GatewayAbilities;
  /** By our own address. */
  readonly v6?: Readonly<Record<string, GatewayAbilities>>;
}

async function mappingBehind({ v4, v6 = {} }: Routers) {
  const world = newWorld();
  const gateway = v4 === undefined ? undefined : new ScriptedGateway(world, v4);
  const gateways6 = Object.entries(v6).map(
    ([host, abilities]) => new ScriptedGateway(world, abilities, host),
  );
  const lines: string[] = [];
  const mapping = new PortMapping({
    clock: world.clock,
    random: world.random,
    network: {
      port: PORT,
      openGateway: () => Promise.resolve<GatewayLink | undefined>(gateway),
      openIpv6Gateways: () => Promise.resolve<readonly GatewayLink[]>(gateways6),
    },
    transports: ["tcp", "udp"],
    log: (text) => lines.push(text),
    onChange: () => undefined,
  });
  mapping.start();
  expect(mapping.isSearching).toBe(true);
  await Promise.resolve();
  await new Promise((done) => setImmediate(done));
  world.runFor(30_000);
  expect(mapping.isSearching).toBe(false);
  return { world, mapping, lines, gateway, gateways6 };
}

test("a port is mapped over IPv4 and opened at each of our addresses over IPv6, and all of it given back", async () => {
  const all = await mappingBehind({
    v4: { natPmp: true },
    v6: { [OWN_HOST6]: { pcp: true }, [OTHER_HOST6]: { pcp: true } },
  });
  const pinholes = [`[${OWN_HOST6}]:${PORT}`, `[${OTHER_HOST6}]:${PORT}`];
  expect(all.mapping.view()).toMatchObject({ state: "mapped", protocol: "nat-pmp", tcpPort: PORT, pinholes });
  expect(all.lines).toContain(`the router lets others in over IPv6: ${pinholes.join(", ")} (PCP)`);
  expect(new Reachability(all.mapping, true).snapshot()).toMatchObject({
    verdict: "mapped",
    sentence: "The router maps 6881 and lets others in over IPv6; nobody has connected in the last hour.",
  });
  const closed = all.mapping.close();
  all.world.runFor(1_000);
  await closed;
  for (const router of [all.gateway, ...all.gateways6]) expect([...(router?.mapped ?? [])]).toEqual([]);
});

test("an opening over IPv6 needs no router of IPv4", async () => {
  const { mapping } = await mappingBehind({ v6: { [OWN_HOST6]: { pcp: true } } });
  expect(mapping.view()).toMatchObject({ state: "no-gateway", pinholes: [`[${OWN_HOST6}]:${PORT}`] });
  expect(new Reachability(mapping, true).snapshot()).toMatchObject({
    verdict: "mapped",
    sentence: "The router lets others in over IPv6; nobody has connected in the last hour.",
  });
});

test("a router that opens another port than ours, or nothing, is no way in over IPv6", async () => {
  const { mapping, lines } = await mappingBehind({
    v6: { [OWN_HOST6]: { pcp: true, otherPort: 7_000 }, [OTHER_HOST6]: { pcp: true, refusal: 2 } },
  });
  expect(mapping.view().pinholes).toEqual([]);
  expect(lines).toEqual([]);
});
