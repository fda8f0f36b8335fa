/** uTP between Starling and libtorrent, with TCP switched off on both sides, each direction. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { digestsIn, digestsOf, MIB, writeContent } from "./support/content.ts";
import { Lab } from "./support/lab.ts";
import { Libtorrent } from "./support/libtorrent.ts";
import { requireInstalled } from "./support/prerequisites.ts";
import { Starling } from "./support/starling.ts";

const DOWNLOAD_TIMEOUT_MS = 60_000;
const UTP_ONLY = {
  enable_incoming_utp: true,
  enable_outgoing_utp: true,
  enable_incoming_tcp: false,
  enable_outgoing_tcp: false,
};
const NO_TCP = ["--transport", "utp", "--no-lsd"];

let lab: Lab;
let content: string;

beforeAll(() => {
  requireInstalled("starling", "libtorrent");
  lab = new Lab();
  content = writeContent(`${lab.newFolder("content")}/film.bin`, 12 * MIB + 1, "utp");
});

afterAll(() => lab?.close());

test("libtorrent fetches from Starling with TCP off on both sides", async () => {
  const { process: seeder, magnets } = await Starling.share(lab, [content], { extra: NO_TCP });
  const leecher = await Libtorrent.start(lab, { dht: false, settings: UTP_ONLY });
  const folder = lab.newFolder("download");
  const peers = [[seeder.host, seeder.port]] as const;
  const infoHash = await leecher.add({ magnet: magnets[0] ?? "", save: folder, peers, announce: false });
  await leecher.waitForTorrentEvent("done", infoHash, DOWNLOAD_TIMEOUT_MS);
  await Promise.all([leecher.stop(), seeder.stop()]);
  expect(digestsIn(folder)).toEqual(digestsOf(content));
});

test("Starling fetches from libtorrent with TCP off on both sides", async () => {
  const { seeder, torrent } = await seeding(UTP_ONLY);
  const folder = lab.newFolder("download");
  const leecher = Starling.get(lab, torrent, folder, { peers: [seeder.address], extra: NO_TCP });
  await leecher.waitForSuccess(DOWNLOAD_TIMEOUT_MS);
  await seeder.stop();
  expect(digestsIn(folder)).toEqual(digestsOf(content));
});

test("a peer that accepts uTP alone is reached without an option", async () => {
  const { seeder, torrent } = await seeding(UTP_ONLY);
  const folder = lab.newFolder("download");
  const leecher = Starling.get(lab, torrent, folder, { peers: [seeder.address] });
  await leecher.waitForSuccess(DOWNLOAD_TIMEOUT_MS);
  await seeder.stop();
  expect(digestsIn(folder)).toEqual(digestsOf(content));
});

test("the road of the README works with TCP off: a DHT of one's own, a magnet, a download", async () => {
  const node = await Starling.dhtServe(lab);
  const bootstrap = [node.address];
  const { process: seeder, magnets } = await Starling.share(lab, [content], { bootstrap, extra: NO_TCP });
  const folder = lab.newFolder("download");
  const leecher = Starling.get(lab, magnets[0] ?? "", folder, { bootstrap, extra: NO_TCP });
  await leecher.waitForSuccess(DOWNLOAD_TIMEOUT_MS);
  await Promise.all([seeder.stop(), node.stop()]);
  expect(digestsIn(folder)).toEqual(digestsOf(content));
});

/** A libtorrent that has the content. */
async function seeding(settings: Readonly<Record<string, boolean>>) {
  const seeder = await Libtorrent.start(lab, { dht: false, settings });
  const torrent = `${lab.newFolder("torrent")}/film.torrent`;
  await seeder.create({ path: content, output: torrent, format: "v1" });
  const save = content.slice(0, content.lastIndexOf("/"));
  await seeder.add({ torrent, save, seed: true, announce: false });
  return { seeder, torrent };
}
