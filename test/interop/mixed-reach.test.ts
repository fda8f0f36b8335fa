/**
 * A swarm in which nobody can be reached like everybody: homes behind translators of four kinds, peers that speak uTP only, TCP only, or take
 * encrypted connections only. Each has a file that nobody else has and wants no other, so that a downloader, itself behind a translator, has
 * the whole only when it has reached them all. All of it in network namespaces that lead nowhere.
 */
import { execFileSync } from "node:child_process";
import { cpSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { digestsIn, digestsOf, KIB, writeTree } from "./support/content.ts";
import { addNamespace, ip } from "./support/ip.ts";
import { Lab } from "./support/lab.ts";
import { requireInstalled, STARLING_PROGRAM } from "./support/prerequisites.ts";
import { Starling } from "./support/starling.ts";

const TIMEOUT_MS = 120_000;
/** Exit code of `get` when nothing came for as long as it was told to wait. */
const STALLED = 6;
const PORT = "6881";
/** Of each file: whole pieces, so that no piece belongs to two. */
const FILE_BYTES = 64 * KIB;
const PIECE_BYTES = 16 * KIB;
/** Look like addresses of the internet; they are our own, and there is no way out. */
const RELAY = "45.33.9.1";
const NET = `sl-mx${process.pid}`;
const KNOWN = ["--peer", `${RELAY}:${PORT}`];

type Translator = "none" | "full-cone" | "address-restricted" | "port-restricted" | "symmetric";

interface Member {
  readonly name: string;
  /** Its own, or that of its router. */
  readonly outside: string;
  readonly translator: Translator;
  readonly options: readonly string[];
}

const member = (
  name: string,
  last: number,
  translator: Translator,
  ...options: readonly string[]
): Member => ({ name: `${NET}${name}`, outside: `45.33.9.${last}`, translator, options });

/** 60 % behind translators, 30 % uTP alone, 20 % encrypted alone, as near as six come to that. */
const HOLDERS = [
  member("a", 11, "none", "--transport", "tcp"),
  member("b", 12, "none", "--encryption", "require"),
  member("c", 13, "full-cone", "--transport", "utp"),
  member("d", 14, "address-restricted"),
  member("e", 15, "port-restricted", "--transport", "utp", "--encryption", "require"),
  member("f", 16, "symmetric"),
];
const DOWNLOADER = member("g", 20, "address-restricted");
const EVERYBODY = [...HOLDERS, DOWNLOADER];
const INSIDE = "192.168.7";

let lab: Lab;
let content: string;
let torrent: string;
const namespaces: string[] = [];

const routerOf = ({ name }: Member): string => `${name}r`;

/** What a datagram that goes out opens, and for whom (RFC 4787); TCP comes in nowhere. */
function rulesOf(translator: Translator): string {
  const lets: Readonly<Record<Translator, string>> = {
    none: "",
    "full-cone": `iifname "wan" udp dport ${PORT} dnat to ${INSIDE}.2:${PORT}`,
    "address-restricted": `iifname "wan" udp dport ${PORT} ip saddr @sent dnat to ${INSIDE}.2:${PORT}`,
    "port-restricted": "",
    symmetric: "",
  };
  return `
table ip nat {
  set sent {
    type ipv4_addr
    flags dynamic,timeout
    timeout 60s
  }
  chain note {
    type filter hook forward priority 0;
    oifname "wan" ip protocol udp update @sent { ip daddr }
  }
  chain in {
    type nat hook prerouting priority dstnat;
    ${lets[translator]}
  }
  chain out {
    type nat hook postrouting priority srcnat;
    oifname "wan" masquerade ${translator === "symmetric" ? "random" : ""}
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
    iifname "wan" ct status dnat accept
    iifname "wan" drop
  }
}
`;
}

function newNamespace(name: string): void {
  addNamespace(name);
  namespaces.push(name);
}

function onSwitch(namespace: string, link: string, address: string): void {
  ip("-n", NET, "link", "add", namespace, "type", "veth", "peer", "name", link, "netns", namespace);
  ip("-n", NET, "link", "set", namespace, "master", "switch", "up");
  ip("-n", namespace, "addr", "add", `${address}/24`, "dev", link);
  ip("-n", namespace, "link", "set", link, "up");
}

function connect(one: Member): void {
  newNamespace(one.name);
  if (one.translator === "none") {
    onSwitch(one.name, "eth", one.outside);
    return;
  }
  const router = routerOf(one);
  newNamespace(router);
  onSwitch(router, "wan", one.outside);
  ip("-n", router, "link", "add", "lan", "type", "veth", "peer", "name", "eth", "netns", one.name);
  ip("-n", router, "addr", "add", `${INSIDE}.1/24`, "dev", "lan");
  ip("-n", router, "link", "set", "lan", "up");
  ip("-n", one.name, "addr", "add", `${INSIDE}.2/24`, "dev", "eth");
  ip("-n", one.name, "link", "set", "eth", "up");
  ip("-n", one.name, "route", "add", "default", "via", `${INSIDE}.1`);
  execFileSync("ip", ["netns", "exec", router, "sysctl", "-qw", "net.ipv4.ip_forward=1"]);
  execFileSync("ip", ["netns", "exec", router, "nft", "-f", "-"], { input: rulesOf(one.translator) });
}

beforeAll(() => {
  requireInstalled("starling", "network namespaces", "nftables");
  lab = new Lab();
  newNamespace(NET);
  ip("-n", NET, "link", "add", "switch", "type", "bridge");
  ip("-n", NET, "addr", "add", `${RELAY}/24`, "dev", "switch");
  ip("-n", NET, "link", "set", "switch", "up");
  for (const one of EVERYBODY) connect(one);
  const sizes = Object.fromEntries(HOLDERS.map((one) => [fileOf(one), FILE_BYTES]));
  content = writeTree(join(lab.newFolder("content"), "films"), sizes, "mixed");
  torrent = `${lab.newFolder("torrent")}/film.torrent`;
  const pieces = ["--piece-size", String(PIECE_BYTES)];
  execFileSync(process.execPath, [STARLING_PROGRAM, "create", content, "-o", torrent, ...pieces]);
});

afterAll(async () => {
  await lab?.close();
  for (const name of namespaces) execFileSync("ip", ["netns", "del", name], { stdio: "ignore" });
});

function start(namespace: string, folder: string, ...options: readonly string[]): Starling {
  const network = ["--port", PORT, "--bootstrap", "none", "--no-lsd"];
  return Starling.start(lab, ["get", torrent, "-o", folder, ...network, ...options], {
    prefix: ["ip", "netns", "exec", namespace],
    env: { STARLING_LOOPBACK_ONLY: undefined },
    name: namespace,
  });
}

const fileOf = (one: Member): string => `${HOLDERS.indexOf(one) + 1}.bin`;

/** Has its file, where `get` looks for what is there, and stays for others. */
function startHolder(one: Member): Starling {
  const folder = lab.newFolder(one.name);
  cpSync(join(content, fileOf(one)), join(folder, "films", fileOf(one)));
  return start(one.name, folder, "--select", fileOf(one), "--seed", ...KNOWN, ...one.options);
}

test("a torrent that TCP alone does not complete is completed, of peers behind translators, over uTP and behind encryption", async () => {
  // Knows everybody, and has so little time for each that nothing of it comes from here.
  const relay = start(NET, lab.newFolder("relay"), "--max-down", "1");
  await relay.waitForLine(/^listening /, TIMEOUT_MS);
  for (const one of HOLDERS) await startHolder(one).waitForLine(/^listening /, TIMEOUT_MS);
  const download = lab.newFolder("download");
  const overTcpAlone = start(
    DOWNLOADER.name,
    lab.newFolder("tcp"),
    ...KNOWN,
    "--transport",
    "tcp",
    "--stall-timeout",
    "6s",
  );
  expect(await overTcpAlone.waitForExit(TIMEOUT_MS)).toEqual({ code: STALLED, signal: null });
  const downloader = start(DOWNLOADER.name, download, ...KNOWN);
  expect(await downloader.waitForExit(TIMEOUT_MS)).toEqual({ code: 0, signal: null });
  expect(digestsIn(download)).toEqual(digestsOf(content));
});
