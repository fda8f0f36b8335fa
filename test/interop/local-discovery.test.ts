/** Local discovery (BEP 14) beside libtorrent, webtorrent and aria2, on a network of its own that has no way out. */
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Aria2 } from "./support/aria2.ts";
import { type Made, makeTorrent, TRANSFER_TIMEOUT_MS } from "./support/clients.ts";
import { digestsIn, digestsOf, KIB, writeTree } from "./support/content.ts";
import { CutOffNetwork } from "./support/cut-off-network.ts";
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
const lan = new CutOffNetwork("lsd");
const { inside } = lan;

let lab: Lab;

const starlingAt = (host: string): NodeOptions => ({
  host,
  prefix: inside,
  env: { STARLING_LOOPBACK_ONLY: undefined },
  extra: ["--profile-addresses", "lan"],
});

beforeEach(() => {
  requireInstalled("starling", "libtorrent", "webtorrent", "aria2", "network namespaces");
  lab = new Lab();
  lan.up();
});

afterEach(async () => {
  await lab?.close();
  lan.down();
});

test.for(NETWORKS)(
  "over $name Starling and libtorrent find each other without DHT, tracker or address",
  async (network) => {
    for (const host of [network.ours, network.theirs]) lan.addAddress(host, network.prefixBits);
    lan.ip("route", "add", network.groups, "dev", "lan");
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

/** The other two speak it over IPv4 alone. Starling is there first: aria2 calls whom it hears of every 10 s, Starling at once. */
test("webtorrent, aria2 and Starling find each other without DHT, tracker or address", async () => {
  const [us, them] = [["10.77.0.1", "10.77.0.2"] as const, ["10.77.0.3", "10.77.0.4", "10.77.0.5"] as const];
  for (const host of [...us, ...them]) lan.addAddress(host, 24);
  // webtorrent sends from the address that the route names.
  lan.ip("route", "add", "224.0.0.0/4", "dev", "lan", "src", them[0]);
  const maker = await Libtorrent.start(lab, { dht: false });
  const make = (seed: string): Promise<Made> => makeTorrent(lab, maker, { "a.bin": 300 * KIB }, seed);
  const [first, second, third] = [await make("first"), await make("second"), await make("third")];
  const aria2At = (host: string) => ({
    host,
    prefix: inside,
    extra: ["--bt-enable-lpd=true", `--bt-lpd-interface=${host}`],
  });

  const ours = [lab.newFolder("ours"), lab.newFolder("ours")] as const;
  const gets = [listeningGet(first, ours[0], us[0]), listeningGet(second, ours[1], us[1])];
  await Promise.all(gets.map((get) => get.waitForLine(/listening/, TRANSFER_TIMEOUT_MS)));
  const webtorrent = await Webtorrent.start(lab, { host: them[0], prefix: inside, lsd: true });
  await webtorrent.add({ torrent: first.file, save: first.folder, seed: true });
  Aria2.start(lab, { source: second.file, folder: second.folder, seed: true, ...aria2At(them[1]) });
  await Promise.all(gets.map((get) => get.waitForSuccess(TRANSFER_TIMEOUT_MS)));
  expect(digestsIn(ours[0])).toEqual(digestsOf(first.content));
  expect(digestsIn(ours[1])).toEqual(digestsOf(second.content));

  await Starling.seed(lab, third.file, third.folder, starlingAt(us[0]));
  const theirs = [lab.newFolder("theirs"), lab.newFolder("theirs")] as const;
  await webtorrent.add({ torrent: third.file, save: theirs[0] });
  const leech = Aria2.start(lab, { source: third.file, folder: theirs[1], ...aria2At(them[2]) });
  await leech.waitForExit(TRANSFER_TIMEOUT_MS);
  await webtorrent.waitForTorrentEvent("done", third.infoHash, TRANSFER_TIMEOUT_MS);
  for (const folder of theirs) expect(digestsIn(folder)).toMatchObject(digestsOf(third.content));
});

function listeningGet({ magnet }: Made, folder: string, host: string): Starling {
  const options = starlingAt(host);
  return Starling.get(lab, magnet, folder, { ...options, extra: [...(options.extra ?? []), "--json"] });
}
