/** Local discovery (BEP 14) beside libtorrent, on a network of its own that has no way out. */
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { digestsIn, digestsOf, KIB, writeTree } from "./support/content.ts";
import { Lab } from "./support/lab.ts";
import { Libtorrent } from "./support/libtorrent.ts";
import { requireInstalled } from "./support/prerequisites.ts";
import { Starling } from "./support/starling.ts";

const TRANSFER_TIMEOUT_MS = 60_000;
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

beforeEach(() => {
  requireInstalled("starling", "libtorrent", "network namespaces");
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
    for (const host of [network.ours, network.theirs]) {
      const address = `${host}/${network.prefixBits}`;
      // An address of IPv6 is of use at once, without a look for doubles.
      ip("-n", NAMESPACE, "addr", "add", address, "dev", "lan", ...(host.includes(":") ? ["nodad"] : []));
    }
    ip("-n", NAMESPACE, "route", "add", network.groups, "dev", "lan");
    const theirs = { host: network.theirs, dht: false, prefix: inside, settings: { enable_lsd: true } };
    const ours = {
      host: network.ours,
      prefix: inside,
      env: { STARLING_LOOPBACK_ONLY: undefined },
      extra: ["--profile-addresses", "lan"],
    };
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
