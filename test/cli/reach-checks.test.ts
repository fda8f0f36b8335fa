/** What `doctor` says about who can reach us. */
import { expect, test } from "vitest";
import { reachCheck, routerCheck, routerVerdict } from "../../src/cli/doctor/reach-checks.ts";
import { NO_MAPPING } from "../../src/session/reachability/port-mapping.ts";

const REACH = {
  verdict: "connected",
  sentence: "Others have connected 4 times in the last hour.",
  incomingLastHour: 4,
  hasDhtStrangers: true,
  mapping: NO_MAPPING,
} as const;

test("what the engine that runs has seen is told, and only a closed port is a warning", () => {
  expect(reachCheck(REACH)).toMatchObject({ verdict: "fine", evidence: REACH.sentence });
  expect(reachCheck({ ...REACH, verdict: "unknown" }).verdict).toBe("fine");
  const closed = reachCheck({ ...REACH, verdict: "outgoing", sentence: "Only outgoing connections so far." });
  expect(closed).toMatchObject({ verdict: "warning", evidence: "Only outgoing connections so far." });
  expect(closed.next).toMatch(/Forward the port/);
});

test("a router's word is told as it was given", () => {
  const gateway = "192.168.1.1";
  const mapped = { ...NO_MAPPING, state: "mapped", protocol: "pcp", gateway, tcpPort: 6881 } as const;
  expect(routerVerdict(mapped)).toMatchObject({
    verdict: "fine",
    evidence: "192.168.1.1 maps port 6881 when asked (pcp)",
  });
  const refused = {
    ...NO_MAPPING,
    state: "refused",
    gateway,
    detail: "it does not allow port mappings",
  } as const;
  expect(routerVerdict(refused)).toMatchObject({
    verdict: "warning",
    evidence: "192.168.1.1 maps no port: it does not allow port mappings",
  });
  expect(routerVerdict({ ...NO_MAPPING, state: "silent", gateway }).verdict).toBe("warning");
  const pinholes = ["[2a00:1450::20]:6881"];
  expect(routerVerdict({ ...mapped, pinholes }).evidence).toMatch(/, and lets others in over IPv6 to \[2a00/);
  expect(routerVerdict({ ...NO_MAPPING, state: "no-gateway", pinholes })).toMatchObject({
    verdict: "fine",
    evidence: "it lets others in over IPv6 to [2a00:1450::20]:6881, when asked (pcp)",
  });
});

test("under the egress guard no router is asked", async () => {
  const network = {
    host: "127.0.0.1",
    interface: undefined,
    port: 0,
    bootstrap: [],
    addressProfile: undefined,
  };
  expect(await routerCheck(network)).toMatchObject({
    verdict: "fine",
    evidence: "there is none that could be asked",
  });
});
