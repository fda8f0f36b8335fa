/**
 * Hole punching (BEP 55) through real translators: two homes, each behind a router of Linux that masquerades with
 * nftables and lets nothing in unasked, and a relay between them that hardly has any data. All of it in network namespaces
 * that lead nowhere.
 */
import { execFileSync } from "node:child_process";
import { afterAll, beforeAll, expect, test } from "vitest";
import { digestsIn, digestsOf, MIB, writeContent } from "./support/content.ts";
import { addNamespace, ip } from "./support/ip.ts";
import { Lab } from "./support/lab.ts";
import { requireInstalled, STARLING_PROGRAM } from "./support/prerequisites.ts";
import { Starling } from "./support/starling.ts";

const TIMEOUT_MS = 90_000;
const PORT = "6881";
/** Look like addresses of the internet; they are our own, and there is no way out. */
const RELAY = "45.33.7.1";
const name = (what: string): string => `sl-${what}${process.pid}`;
const NET = name("net");
const HOMES = [
  { router: name("ra"), home: name("ha"), outside: "45.33.7.11", network: "192.168.11" },
  { router: name("rb"), home: name("hb"), outside: "45.33.7.12", network: "192.168.12" },
] as const;
const ALL = [NET, ...HOMES.flatMap(({ router, home }) => [router, home])];

let lab: Lab;
let content: string;
let torrent: string;

const inside = (namespace: string): readonly string[] => ["ip", "netns", "exec", namespace];

/** A port-restricted translator: ports are kept, and only who was sent to may answer. */
const TRANSLATOR = `
table ip nat {
  chain out {
    type nat hook postrouting priority srcnat;
    oifname "wan" masquerade
  }
}
table ip wall {
  chain in {
    type filter hook input priority 0;
    iifname "wan" drop
  }
  chain through {
    type filter hook forward priority 0;
    iifname "wan" ct state established,related accept
    iifname "wan" drop
  }
}
`;

function makeHome({ router, home, outside, network }: (typeof HOMES)[number]): void {
  ip("-n", NET, "link", "add", router, "type", "veth", "peer", "name", "wan", "netns", router);
  ip("-n", NET, "link", "set", router, "master", "switch", "up");
  ip("-n", router, "link", "add", "lan", "type", "veth", "peer", "name", "eth", "netns", home);
  ip("-n", router, "addr", "add", `${outside}/24`, "dev", "wan");
  ip("-n", router, "addr", "add", `${network}.1/24`, "dev", "lan");
  ip("-n", home, "addr", "add", `${network}.2/24`, "dev", "eth");
  for (const link of ["wan", "lan"]) ip("-n", router, "link", "set", link, "up");
  ip("-n", home, "link", "set", "eth", "up");
  ip("-n", home, "route", "add", "default", "via", `${network}.1`);
  execFileSync("ip", ["netns", "exec", router, "sysctl", "-qw", "net.ipv4.ip_forward=1"]);
  execFileSync("ip", ["netns", "exec", router, "nft", "-f", "-"], { input: TRANSLATOR });
}

beforeAll(() => {
  requireInstalled("starling", "network namespaces", "nftables");
  lab = new Lab();
  for (const namespace of ALL) addNamespace(namespace);
  ip("-n", NET, "link", "add", "switch", "type", "bridge");
  ip("-n", NET, "addr", "add", `${RELAY}/24`, "dev", "switch");
  ip("-n", NET, "link", "set", "switch", "up");
  for (const one of HOMES) makeHome(one);
  content = writeContent(`${lab.newFolder("content")}/film.bin`, 8 * MIB + 1, "punched");
  torrent = `${lab.newFolder("torrent")}/film.torrent`;
  execFileSync(process.execPath, [STARLING_PROGRAM, "create", content, "-o", torrent]);
});

afterAll(async () => {
  await lab?.close();
  for (const namespace of ALL) execFileSync("ip", ["netns", "del", namespace], { stdio: "ignore" });
});

function start(namespace: string, args: readonly string[]): Starling {
  const network = ["--port", PORT, "--bootstrap", "none", "--no-lsd"];
  return Starling.start(lab, [...args, ...network], {
    prefix: inside(namespace),
    env: { STARLING_LOOPBACK_ONLY: undefined },
    name: namespace,
  });
}

test("two homes behind port-restricted translators exchange a torrent, with a relay that has next to nothing of it", async () => {
  const [one, other] = HOMES;
  // So slow that in all the time there is it could pass on a fifth of the content: the rest came without it.
  const relay = start(NET, ["get", torrent, "-o", lab.newFolder("relay"), "--max-down", "20K"]);
  await relay.waitForLine(/^listening /, TIMEOUT_MS);
  const folder = content.slice(0, content.lastIndexOf("/"));
  start(one.home, ["seed", torrent, "--data", folder, "--peer", `${RELAY}:${PORT}`]);
  const download = lab.newFolder("download");
  const leecher = start(other.home, ["get", torrent, "-o", download, "--peer", `${RELAY}:${PORT}`]);
  expect(await leecher.waitForExit(TIMEOUT_MS)).toEqual({ code: 0, signal: null });
  expect(digestsIn(download)).toEqual(digestsOf(content));
});
