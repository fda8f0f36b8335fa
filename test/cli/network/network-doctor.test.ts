/** `network doctor` in every trouble that can be made on one machine, and its verdicts on those that cannot. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import type { NetworkOptions } from "../../../src/cli/arguments/network-options.ts";
import type { Check } from "../../../src/cli/doctor/check.ts";
import { type OpenDhtNode, openDhtNode } from "../../../src/cli/engine/open-dht-node.ts";
import { openAsking } from "../../../src/cli/network/doctor/ask-nodes.ts";
import type {
  BootstrapEvidence,
  SilenceEvidence,
} from "../../../src/cli/network/doctor/bootstrap-evidence.ts";
import { bootstrapVerdict } from "../../../src/cli/network/doctor/bootstrap-verdict.ts";
import { gatherEvidence } from "../../../src/cli/network/doctor/gather-evidence.ts";
import { clockCheck, translatorCheck } from "../../../src/cli/network/doctor/network-verdicts.ts";
import { encodeJoinString } from "../../../src/cli/network/join-string.ts";
import { keyName } from "../../../src/cli/network/key-name.ts";
import type { NetworkDefinition } from "../../../src/cli/network/network-definition.ts";
import { endpoint } from "../../../src/core/endpoint.ts";
import { run, scratchFolder } from "../support.ts";

const PATIENT_MS = 90_000;
const HERE = ["--host", "127.0.0.1", "--port", "0"];
/** Who is asked here is in the same process. */
const HASTY = { answerMs: 150, burstMs: 10 };
const HOUR_MS = 3_600_000;
const servers: OpenDhtNode[] = [];

const key = (digit: string, fromUnixMs = 0) => ({ hex: digit.repeat(64), fromUnixMs });
const LAB: NetworkDefinition = {
  name: "lab",
  idHex: "00112233445566ff",
  mode: "sealed",
  bootstrap: [],
  keys: [key("a")],
};
const OPEN: NetworkDefinition = { name: "lab", idHex: LAB.idHex, mode: "open", bootstrap: [] };

afterAll(() => Promise.all(servers.map((one) => one.close())));

/** As the program would parse it. */
const optionsOf = (privateNetwork: NetworkDefinition | undefined): NetworkOptions => ({
  host: "127.0.0.1",
  interface: undefined,
  port: 0,
  bootstrap: privateNetwork?.bootstrap ?? [],
  addressProfile: "loopback",
  privateNetwork,
});

/** A bootstrap node of `network`, or of mainline, whose clock is so far ahead. */
async function serve(network: NetworkDefinition | undefined, aheadMs = 0): Promise<string> {
  const open = await openDhtNode({
    network: optionsOf(network),
    defaultBootstrap: "none",
    limits: "on",
    readOnly: false,
    unixMs: () => Date.now() + aheadMs,
  });
  servers.push(open);
  return open.listening;
}

/** What the doctor finds out about the bootstrap nodes. */
async function look(network: NetworkDefinition): Promise<readonly BootstrapEvidence[]> {
  const options = optionsOf(network);
  const open = await openAsking(options);
  return await gatherEvidence(open, options, network, HASTY).finally(() => open.close());
}

async function homeIn(network: NetworkDefinition): Promise<string> {
  const home = scratchFolder();
  writeFileSync(join(home, "lab.join"), encodeJoinString(network), { mode: 0o600 });
  expect((await run(["network", "join", "lab.join"], home)).exit).toBe(0);
  return home;
}

describe.concurrent("on this machine", () => {
  test(
    "a node that runs is found well, and one that does not is told from it",
    async () => {
      const home = await homeIn({ ...LAB, bootstrap: [await serve(LAB), "127.0.0.1:9"] });
      const { exit, stdout } = await run(["network", "doctor", ...HERE, "--json"], home);
      expect(exit).toBe(1);
      const { checks } = JSON.parse(stdout) as { readonly checks: readonly Check[] };
      expect(checks.map(({ name, verdict }) => `${name}: ${verdict}`)).toEqual([
        "network: fine",
        "port: fine",
        "bootstrap node: fine",
        "bootstrap node: broken",
        "clock: fine",
        "translator: fine",
        "DHT: fine",
      ]);
      expect(checks[3]).toMatchObject({
        evidence: expect.stringContaining("nobody listens on UDP 127.0.0.1:9"),
        next: "starling dht serve --network lab --port 9 runs it there.",
      });
      expect(checks[5]?.evidence).toContain("none: ");
    },
    PATIENT_MS,
  );

  test.each([
    ["another key", LAB, { ...LAB, keys: [key("b")] }, /does not answer us.*another key/],
    ["another network", { ...OPEN, idHex: "ff".repeat(8) }, OPEN, /does not answer us.*another network/],
    ["another mode, sealed", OPEN, LAB, /does not answer us/],
    ["another mode, plain", undefined, LAB, /plain network, and lab is sealed: wrong mode/],
    ["another mode, plain", undefined, OPEN, /plain network, and lab is open: wrong mode/],
    [
      "a key that is gone",
      LAB,
      { ...LAB, keys: [key("a"), key("b", 1_000)] },
      new RegExp(`key ${keyName(LAB, key("a"))} alone`),
    ],
  ])(
    "a node with %s is seen for what it is",
    async (_what, theirs, ours, evidence) => {
      const network = { ...ours, bootstrap: [await serve(theirs)] };
      const verdicts = (await look(network)).map((found) => bootstrapVerdict(network, found));
      expect(verdicts).toMatchObject([
        { verdict: "broken", evidence: expect.stringMatching(evidence), next: expect.stringMatching(/./) },
      ]);
    },
    PATIENT_MS,
  );

  test.each([
    [3 * HOUR_MS + 20_000, "3h 0m later"],
    [-7 * HOUR_MS, "7h 0m earlier"],
    [130_000, "2m 10s later"],
  ])(
    "a node whose clock is %i ms ahead is asked what time it is",
    async (aheadMs, text) => {
      const network = { ...LAB, bootstrap: [await serve(LAB, aheadMs)] };
      const found = await look(network);
      expect(Math.abs((found[0]?.aheadMs ?? 0) - aheadMs)).toBeLessThan(30_000);
      const told = { ...(found[0] as BootstrapEvidence), aheadMs };
      expect(bootstrapVerdict(network, told).evidence).toContain(`dated ${text}: a clock is wrong`);
      expect(clockCheck(network, found)).toMatchObject({ verdict: "broken" });
    },
    PATIENT_MS,
  );
});

test(
  "without a name it takes the one network, and asks where there are several",
  async () => {
    const home = await homeIn(LAB);
    const text = await run(["network", "doctor", ...HERE], home);
    expect(text.stdout).toContain(
      `✓ network              lab: sealed, id ${LAB.idHex}, key ${keyName(LAB, key("a"))}`,
    );
    expect(text.stdout).toContain("! bootstrap node       the join string names none\n");
    expect(text.exit).toBe(0);
    await run(["network", "create", "other"], home);
    expect(await run(["network", "doctor"], home)).toMatchObject({
      exit: 2,
      stderr: expect.stringContaining("You are in lab, other."),
    });
  },
  PATIENT_MS,
);

describe("what one machine cannot show", () => {
  const SILENT: SilenceEvidence = {
    speaksPlain: false,
    knownKey: undefined,
    udp: "silent",
    tcp: "silent",
    unusedUdp: "silent",
  };
  const silent = (silence: Partial<SilenceEvidence>): BootstrapEvidence => ({
    name: "192.0.2.7:7000",
    address: endpoint("192.0.2.7", 7000),
    answer: undefined,
    aheadMs: undefined,
    silence: { ...SILENT, ...silence },
  });
  const seen = (by: string, as: string, port: number): BootstrapEvidence => ({
    name: by,
    address: endpoint(by, 7000),
    answer: { rttMs: 1, seenAs: endpoint(as, port) },
    aheadMs: undefined,
    silence: undefined,
  });
  const local = { port: 6_890, isOwnHost: (host: string) => host === "10.0.0.5" };

  test.each([
    [{ tcp: "open" }, "UDP is blocked on the way", "Let UDP to port 7000 through"],
    [{ tcp: "refused" }, "UDP is blocked on the way", "Let UDP to port 7000 through"],
    [{}, "nothing at all comes from", "Check the address and the firewalls"],
  ] as const)("%o: UDP that is blocked, or a machine that is off", (silence, evidence, next) => {
    const verdict = bootstrapVerdict(LAB, silent(silence));
    expect(verdict).toMatchObject({
      verdict: "broken",
      evidence: expect.stringContaining(evidence),
      next: expect.stringContaining(next),
    });
  });

  test("a name that does not resolve", () => {
    const nameless = { ...silent({}), address: undefined, silence: undefined };
    expect(bootstrapVerdict(LAB, nameless).evidence).toContain("does not resolve");
  });

  test.each([
    ["no translator", [seen("192.0.2.7", "10.0.0.5", 6_890)], "fine", "none: "],
    [
      "a translator that keeps the port",
      [seen("192.0.2.7", "198.51.100.1", 6_890), seen("192.0.2.8", "198.51.100.1", 6_890)],
      "fine",
      "with our port (the same for every node)",
    ],
    [
      "a translator that gives another port",
      [seen("192.0.2.7", "198.51.100.1", 40_000), seen("192.0.2.8", "198.51.100.1", 40_000)],
      "warning",
      "not at our port 6890",
    ],
    [
      "a symmetric translator",
      [seen("192.0.2.7", "198.51.100.1", 40_000), seen("192.0.2.8", "198.51.100.1", 40_001)],
      "warning",
      "(symmetric)",
    ],
  ])("%s, as others see it", (_what, found, verdict, evidence) => {
    expect(translatorCheck(local, found)).toMatchObject({
      verdict,
      evidence: expect.stringContaining(evidence),
    });
  });

  test("a clock that drifts is told before members refuse what it dates", () => {
    const skewed = (aheadMs: number): BootstrapEvidence => ({ ...seen("192.0.2.7", "10.0.0.5", 1), aheadMs });
    expect(clockCheck(LAB, [skewed(-900)])).toMatchObject({ verdict: "fine" });
    expect(clockCheck(LAB, [skewed(90_000), skewed(91_000)])).toMatchObject({
      verdict: "warning",
      evidence: "members are 1m 31s ahead of this machine, all of them",
    });
    expect(clockCheck(OPEN, [skewed(0)])).toBeUndefined();
  });
});
