/** Local discovery (BEP 14) beside libtorrent, webtorrent and aria2, on a network of its own that has no way out. */
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Aria2 } from "./support/aria2.ts";
import { makeTorrent, TRANSFER_TIMEOUT_MS } from "./support/clients.ts";
import { digestsIn, digestsOf, KIB, writeTree } from "./support/content.ts";
import { Lab } from "./support/lab.ts";
import { Libtorrent } from "./support/libtorrent.ts";
import { requireInstalled } from "./support/prerequisites.ts";
import { type NodeOptions, Starling } from "./support/starling.ts";
import { Webtorrent } from "./support/webtorrent.ts";

/** The machine of Starling and that of libtorrent, side by side on one network. */
const NETWORKS = [
  { name: "IPv4", ours: "10.77.0.1", theirs: "10.77.0.2", prefixBits: 24, groups: "224.0.0.0/4" },
  { name: "IPv6", ours: "fd77::1", theirs: "fd77::2", prefixBits: 64, groups: "ff15::/16" },
] as const;
const NAMESPACE = `starling-lsd-${process.pid}`;
const inside = ["ip", "netns", "exec", NAMESPACE];

let lab: Lab;

function ip(...args: readonly string[]): void {
  execFileSync("ip", args, { stdio: ["ignore", "ignore", "pipe"] });
}

/** An address of IPv6 is of use at once, without a look for doubles. */
function addAddress(host: string, prefixBits: number): void {
  const options = host.includes(":") ? ["nodad"] : [];
  ip("-n", NAMESPACE, "addr", "add", `${host}/${prefixBits}`, "dev", "lan", ...options);
}

const starlingAt = (host: string): NodeOptions => ({
  host,
  prefix: inside,
  env: { STARLING_LOOPBACK_ONLY: undefined },
  extra: ["--profile-addresses", "lan"],
});

beforeEach(() => {
  requireInstalled("starling", "libtorrent", "webtorrent", "aria2", "network namespaces");
  lab = new Lab();
  ip("netns", "add", NAMESPACE);
  ip("-n", NAMESPACE, "link", "set", "lo", "up");
  // A cable with both ends in the namespace: it is plugged in, and leads nowhere.
  ip("-n", NAMESPACE, "link", "add", "lan", "type", "veth", "peer", "name", "lan-end");
  ip("-n", NAMESPACE, "link", "set", "lan-end", "up");
  ip("-n", NAMESPACE, "link", "set", "lan", "up", "multicast", "on");
});

afterEach(async () => {
  await lab?.close();
  try {
    ip("netns", "del", NAMESPACE);
  } catch {
    // it was not there
  }
});

test.for(NETWORKS)(
  "over $name Starling and libtorrent find each other without DHT, tracker or address",
  async (network) => {
    for (const host of [network.ours, network.theirs]) addAddress(host, network.prefixBits);
    ip("-n", NAMESPACE, "route", "add", network.groups, "dev", "lan");
    const theirs = { host: network.theirs, dht: false, prefix: inside, settings: { enable_lsd: true } };
    const ours = starlingAt(network.ours);
    const libtorrent = await Libtorrent.start(lab, theirs);
    const folder = lab.newFolder("content");
    const content = writeTree(join(folder, "near"), { "a.bin": 300 * KIB }, "lsd");
    const file = `${content}.torrent`;
    const { infoHash } = await libtorrent.create({ path: content, output: file, format: "v1" });
    await libtorrent.add({ torrent: file, save: folder, seed: true });

    const download = lab.newFolder("download");
    const get = Starling.get(lab, `magnet:?xt=urn:btih:${infoHash}`, download, ours);
    await get.waitForSuccess(TRANSFER_TIMEOUT_MS);
    await libtorrent.request("remove", { infoHash });
    expect(digestsIn(download)).toEqual(digestsOf(content));

    const seeder = await Starling.seed(lab, file, folder, { ...ours, home: lab.newFolder("home") });
    const leech = lab.newFolder("leech");
    await libtorrent.add({ magnet: `magnet:?xt=urn:btih:${infoHash}`, save: leech });
    await libtorrent.waitForTorrentEvent("done", infoHash, TRANSFER_TIMEOUT_MS);
    await seeder.stop();
    expect(digestsIn(leech)).toEqual(digestsOf(content));
  },
);

test("webtorrent, aria2 and Starling find each other without DHT, tracker or address", async () => {
  const [one, two, webtorrentHost, seedHost, leechHost] = [1, 2, 3, 4, 5].map(
    (i) => `10.77.0.${i}`,
  ) as FiveHosts;
  for (const host of [one, two, webtorrentHost, seedHost, leechHost]) addAddress(host, 24);
  // webtorrent sends from the address that the route names.
  ip("-n", NAMESPACE, "route", "add", "224.0.0.0/4", "dev", "lan", "src", webtorrentHost);
  const maker = await Libtorrent.start(lab, { dht: false });
  const make = (seed: string) => makeTorrent(lab, maker, { "a.bin": 300 * KIB }, seed);
  const [ofWebtorrent, ofAria2, ofStarling] = [await make("a"), await make("b"), await make("c")];
  const webtorrent = await Webtorrent.start(lab, { host: webtorrentHost, prefix: inside, lsd: true });
  await webtorrent.add({ torrent: ofWebtorrent.file, save: ofWebtorrent.folder, seed: true });
  const aria2At = (host: string) => ({
    host,
    prefix: inside,
    extra: ["--bt-enable-lpd=true", `--bt-lpd-interface=${host}`],
  });
  const seed = Aria2.start(lab, {
    source: ofAria2.file,
    folder: ofAria2.folder,
    seed: true,
    ...aria2At(seedHost),
  });
  await seed.waitForLine(/listening on TCP port|verification/i, TRANSFER_TIMEOUT_MS);

  const downloads = [lab.newFolder("download"), lab.newFolder("download")] as const;
  const gets = [
    Starling.get(lab, ofWebtorrent.magnet, downloads[0], starlingAt(one)),
    Starling.get(lab, ofAria2.magnet, downloads[1], starlingAt(two)),
  ];
  for (const get of gets) await get.waitForSuccess(TRANSFER_TIMEOUT_MS);
  expect(digestsIn(downloads[0])).toEqual(digestsOf(ofWebtorrent.content));
  expect(digestsIn(downloads[1])).toEqual(digestsOf(ofAria2.content));

  await Starling.seed(lab, ofStarling.file, ofStarling.folder, starlingAt(one));
  const leeches = [lab.newFolder("leech"), lab.newFolder("leech")] as const;
  await webtorrent.add({ torrent: ofStarling.file, save: leeches[0] });
  const leech = Aria2.start(lab, { source: ofStarling.file, folder: leeches[1], ...aria2At(leechHost) });
  await leech.waitForExit(TRANSFER_TIMEOUT_MS);
  await webtorrent.waitForTorrentEvent("done", ofStarling.infoHash, TRANSFER_TIMEOUT_MS);
  for (const folder of leeches) expect(digestsIn(folder)).toMatchObject(digestsOf(ofStarling.content));
});

type FiveHosts = [string, string, string, string, string];
