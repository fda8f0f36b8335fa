/**
 * A session that keeps to one interface (`--interface`), in a network namespace of its own: two links lead out of it,
 * and when the chosen one is removed the routes over the other one would take everything.
 */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { afterAll, beforeAll, expect, test } from "vitest";
import { eventually } from "./support/eventually.ts";
import { addNamespace, ip } from "./support/ip.ts";
import { JsonPeer } from "./support/json-peer.ts";
import { Lab } from "./support/lab.ts";
import { PEER_SCRIPTS, PYTHON, requireInstalled, STARLING_PROGRAM } from "./support/prerequisites.ts";

const NEAR = `starling-n${process.pid}`;
const FAR = `starling-f${process.pid}`;
/** Looks like an address of the internet; it is one of the far namespace, and there is no way out of either. */
const INTERNET = "45.33.7.1";
const TIMEOUT_MS = 30_000;
/** Longer than the DHT and the swarm need to try again whoever did not answer. */
const SILENCE_MS = 12_000;

let lab: Lab;
let counter: JsonPeer;
const started: ChildProcess[] = [];

/** A link of the near namespace, with the default route over it; the lower metric is preferred. */
function join(link: string, network: string, metric: number): void {
  ip("-n", NEAR, "link", "add", link, "type", "veth", "peer", "name", link, "netns", FAR);
  for (const [name, host] of [
    [NEAR, 2],
    [FAR, 1],
  ] as const) {
    ip("-n", name, "addr", "add", `${network}.${host}/24`, "dev", link);
    ip("-n", name, "link", "set", link, "up");
  }
  ip("-n", NEAR, "route", "add", "default", "via", `${network}.1`, "dev", link, "metric", String(metric));
}

function startStarling(...options: readonly string[]): ChildProcess {
  const peers = ["--bootstrap", `${INTERNET}:6881`, "--peer", `${INTERNET}:7000`];
  const magnet = `magnet:?xt=urn:btih:${"5".repeat(40)}`;
  const args = [
    STARLING_PROGRAM,
    "get",
    magnet,
    "-o",
    lab.newFolder("get"),
    "--port",
    "0",
    ...peers,
    ...options,
  ];
  const env = { ...process.env, STARLING_LOOPBACK_ONLY: "", XDG_STATE_HOME: lab.newFolder("state") };
  const child = spawn("ip", ["netns", "exec", NEAR, process.execPath, ...args], { env, stdio: "ignore" });
  started.push(child);
  return child;
}

const count = (): Promise<Record<"vpn0" | "lan0", number>> => counter.request("count");
const pause = (durationMs: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, durationMs));

beforeAll(async () => {
  requireInstalled("starling", "network namespaces");
  lab = new Lab();
  for (const name of [NEAR, FAR]) addNamespace(name);
  ip("-n", FAR, "addr", "add", `${INTERNET}/32`, "dev", "lo");
  join("lan0", "192.168.77", 100);
  join("vpn0", "10.8.0", 10);
  const script = `${PEER_SCRIPTS}/link_counter.py`;
  counter = new JsonPeer({
    name: "the counter",
    command: ["ip", "netns", "exec", FAR, PYTHON, script, "vpn0", "lan0"],
  });
  await counter.waitForEvent("ready", TIMEOUT_MS);
});

afterAll(async () => {
  for (const child of started) child.kill("SIGKILL");
  await counter?.process.stop();
  for (const name of [NEAR, FAR]) execFileSync("ip", ["netns", "del", name], { stdio: "ignore" });
  await lab?.close();
});

test("sends over its interface alone, nothing at all while that is gone, and again when it is back", async () => {
  const bound = startStarling("--interface", "vpn0");
  const seen = { vpn0: 0, lan0: 0 };
  const hasSent = async (): Promise<true | undefined> => {
    const counts = await count();
    seen.vpn0 += counts.vpn0;
    seen.lan0 += counts.lan0;
    return seen.vpn0 > 2 || undefined;
  };
  await eventually(hasSent, TIMEOUT_MS, "packets on vpn0");
  expect(seen.lan0).toBe(0);

  ip("-n", NEAR, "link", "del", "vpn0");
  await count();
  await pause(SILENCE_MS);
  expect(await count()).toEqual({ vpn0: 0, lan0: 0 });
  expect(bound.exitCode).toBeNull();

  join("vpn0", "10.8.0", 10);
  await counter.request("open", { link: "vpn0" });
  Object.assign(seen, { vpn0: 0, lan0: 0 });
  await eventually(hasSent, TIMEOUT_MS, "packets on vpn0 again");
  expect(seen.lan0).toBe(0);
  bound.kill("SIGKILL");
});

test("without the option the other link takes over, so the silence above is none of the namespace", async () => {
  ip("-n", NEAR, "link", "del", "vpn0");
  await count();
  startStarling();

  await eventually(async () => (await count()).lan0 > 0 || undefined, TIMEOUT_MS, "packets on lan0");
});
