/**
 * A home behind a router of Linux that lets nobody in, until it is asked over NAT-PMP, or over PCP for IPv6: the router is found in the
 * kernel's routing tables, opens the port, and somebody on the outside gets a torrent from the home. All of it in network namespaces
 * that lead nowhere.
 */
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { digestsIn, digestsOf, MIB, writeContent } from "./support/content.ts";
import { addNamespace, ip } from "./support/ip.ts";
import { Lab } from "./support/lab.ts";
import { LineProcess } from "./support/line-process.ts";
import { requireInstalled, STARLING_PROGRAM } from "./support/prerequisites.ts";
import { Starling } from "./support/starling.ts";

const TIMEOUT_MS = 60_000;
const PORT = "6881";
/** Look like addresses of the internet; they are our own, and there is no way out. */
const OUTSIDE = "45.33.8.1";
const ROUTER = "45.33.8.2";
const INSIDE = "192.168.21.1";
const HOME = "192.168.21.2";
const OUTSIDE6 = "2a01:4f8:1::1";
const ROUTER6 = "2a01:4f8:1::2";
const HOME6 = "2a01:4f8:2::2";
/** As routers are known on their own network. */
const INSIDE6 = "fe80::1";
const [outside, router, home] = ["po", "pr", "ph"].map((what) => `sl-${what}${process.pid}`) as [
  string,
  string,
  string,
];
const ALL = [outside, router, home];

/** Nothing comes in that was not sent for, or mapped. */
const WALL = `
table ip nat {
  chain in {
    type nat hook prerouting priority dstnat;
  }
  chain out {
    type nat hook postrouting priority srcnat;
    oifname "wan" masquerade
  }
}
table ip wall {
  chain through {
    type filter hook forward priority 0;
    iifname "wan" ct state established,related accept
    iifname "wan" ct status dnat accept
    iifname "wan" drop
  }
}
table ip6 wall {
  chain open {
  }
  chain through {
    type filter hook forward priority 0;
    iifname "wan" ct state established,related accept
    iifname "wan" jump open
    iifname "wan" drop
  }
}
`;

let lab: Lab;
let content: string;
let torrent: string;

function connect(near: string, nearLink: string, far: string, farLink: string): void {
  ip("-n", near, "link", "add", nearLink, "type", "veth", "peer", "name", farLink, "netns", far);
  ip("-n", near, "link", "set", nearLink, "up");
  ip("-n", far, "link", "set", farLink, "up");
}

/** No address is tried for being somebody else's before it is used. */
function connectOverIpv6(): void {
  const give = (namespace: string, address: string, link: string) =>
    ip("-n", namespace, "addr", "add", `${address}/64`, "dev", link, "nodad");
  give(outside, OUTSIDE6, "eth");
  give(router, ROUTER6, "wan");
  give(router, INSIDE6, "lan");
  give(home, HOME6, "eth");
  ip("-n", home, "-6", "route", "add", "default", "via", INSIDE6, "dev", "eth");
  ip("-n", router, "-6", "route", "add", `${HOME6}/128`, "dev", "lan");
  ip("-n", outside, "-6", "route", "add", "default", "via", ROUTER6);
}

beforeAll(() => {
  requireInstalled("starling", "network namespaces", "nftables");
  lab = new Lab();
  for (const namespace of ALL) addNamespace(namespace);
  connect(router, "wan", outside, "eth");
  connect(router, "lan", home, "eth");
  ip("-n", outside, "addr", "add", `${OUTSIDE}/24`, "dev", "eth");
  ip("-n", router, "addr", "add", `${ROUTER}/24`, "dev", "wan");
  ip("-n", router, "addr", "add", `${INSIDE}/24`, "dev", "lan");
  ip("-n", home, "addr", "add", `${HOME}/24`, "dev", "eth");
  ip("-n", home, "route", "add", "default", "via", INSIDE);
  connectOverIpv6();
  for (const setting of ["net.ipv4.ip_forward=1", "net.ipv6.conf.all.forwarding=1"])
    execFileSync("ip", ["netns", "exec", router, "sysctl", "-qw", setting]);
  execFileSync("ip", ["netns", "exec", router, "nft", "-f", "-"], { input: WALL });
  content = writeContent(`${lab.newFolder("content")}/film.bin`, 2 * MIB + 1, "mapped");
  torrent = `${lab.newFolder("torrent")}/film.torrent`;
  execFileSync(process.execPath, [STARLING_PROGRAM, "create", content, "-o", torrent]);
});

afterAll(async () => {
  await lab?.close();
  for (const namespace of ALL) execFileSync("ip", ["netns", "del", namespace], { stdio: "ignore" });
});

function start(namespace: string, args: readonly string[]): Starling {
  return Starling.start(lab, [...args, "--port", PORT, "--bootstrap", "none", "--no-lsd"], {
    prefix: ["ip", "netns", "exec", namespace],
    env: { STARLING_LOOPBACK_ONLY: undefined },
    name: namespace,
  });
}

test("a port that the router maps is open to the outside, and closed again at the end", async () => {
  const script = join(import.meta.dirname, "peers", "nat_pmp_router.mjs");
  const gateway = lab.run(
    new LineProcess({
      name: "the router",
      command: ["ip", "netns", "exec", router, process.execPath, script, INSIDE, ROUTER, HOME],
    }),
  );
  await gateway.waitForLine(/^ready$/, TIMEOUT_MS);
  const folder = content.slice(0, content.lastIndexOf("/"));
  const seeder = start(home, ["seed", torrent, "--data", folder, "--port-mapping", "on"]);
  await gateway.waitForLine(/^udp 6881 3600$/, TIMEOUT_MS);
  const download = lab.newFolder("download");
  const leecher = start(outside, ["get", torrent, "-o", download, "--peer", `${ROUTER}:${PORT}`]);
  expect(await leecher.waitForExit(TIMEOUT_MS)).toEqual({ code: 0, signal: null });
  expect(digestsIn(download)).toEqual(digestsOf(content));
  await seeder.stop();
  await gateway.waitForLine(/^tcp 6881 0$/, TIMEOUT_MS);
  await gateway.waitForLine(/^udp 6881 0$/, TIMEOUT_MS);
});

test("over IPv6 a router that lets nobody in opens the port when it is asked, and closes it again", async () => {
  const script = join(import.meta.dirname, "peers", "pcp_router6.mjs");
  const gateway = lab.run(
    new LineProcess({
      name: "the router",
      command: ["ip", "netns", "exec", router, process.execPath, script, `${INSIDE6}%lan`],
    }),
  );
  await gateway.waitForLine(/^ready$/, TIMEOUT_MS);
  const folder = content.slice(0, content.lastIndexOf("/"));
  const seeder = start(home, ["seed", torrent, "--data", folder, "--port-mapping", "on"]);
  await gateway.waitForLine(new RegExp(`^udp 6881 3600 ${HOME6}$`), TIMEOUT_MS);
  const download = lab.newFolder("download6");
  const leecher = start(outside, ["get", torrent, "-o", download, "--peer", `[${HOME6}]:${PORT}`]);
  expect(await leecher.waitForExit(TIMEOUT_MS)).toEqual({ code: 0, signal: null });
  expect(digestsIn(download)).toEqual(digestsOf(content));
  await seeder.stop();
  await gateway.waitForLine(new RegExp(`^tcp 6881 0 ${HOME6}$`), TIMEOUT_MS);
  await gateway.waitForLine(new RegExp(`^udp 6881 0 ${HOME6}$`), TIMEOUT_MS);
});
