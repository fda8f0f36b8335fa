/**
 * The harness without Starling: the other peers can do among themselves what the suite asks of them beside Starling.
 * When a scenario fails and this file passes, the fault is not in the harness.
 */
import { afterAll, beforeAll, expect, test } from "vitest";
import { Aria2 } from "./support/aria2.ts";
import { NpmDhtNodes } from "./support/bittorrent-dht.ts";
import { digestsIn, digestsOf, KIB, MIB, writeTree } from "./support/content.ts";
import { Lab } from "./support/lab.ts";
import { type CreatedTorrent, Libtorrent } from "./support/libtorrent.ts";
import { requireInstalled } from "./support/prerequisites.ts";
import { Webtorrent } from "./support/webtorrent.ts";

const DOWNLOAD_TIMEOUT_MS = 60_000;

let lab: Lab;
let bootstrap: string;
let torrent: CreatedTorrent;
let expected: Record<string, string>;

beforeAll(async () => {
  requireInstalled("libtorrent", "aria2", "webtorrent", "bittorrent-dht");
  lab = new Lab();
  const nodes = await NpmDhtNodes.start(lab);
  const first = await nodes.open(lab.newHost(), { bootstrap: [] });
  bootstrap = `${first.host}:${first.port}`;
  for (let node = 0; node < 7; node++) await nodes.open(lab.newHost(), { bootstrap: [bootstrap] });

  const seeder = await Libtorrent.start(lab, { bootstrap: [bootstrap] });
  const content = writeTree(
    `${lab.newFolder("content")}/tree`,
    { "a.bin": 5 * MIB, "b/c.bin": 300 * KIB },
    "harness",
  );
  torrent = await seeder.create({ path: content, output: `${lab.folder}/tree.torrent`, format: "v1" });
  expected = digestsOf(content);
  await seeder.add({ torrent: `${lab.folder}/tree.torrent`, save: `${content}/..`, seed: true });
  await seeder.waitForEvent("dht-ready", DOWNLOAD_TIMEOUT_MS);
  const stranger = await nodes.open(lab.newHost(), { bootstrap: [bootstrap] });
  await nodes.waitForAnnounce(stranger, torrent.infoHash, seeder.address, DOWNLOAD_TIMEOUT_MS);
});

afterAll(() => lab?.close());

test("libtorrent gets a magnet from libtorrent through a private DHT", async () => {
  const leecher = await Libtorrent.start(lab, { bootstrap: [bootstrap] });
  const folder = lab.newFolder("download");
  await leecher.add({ magnet: `magnet:?xt=urn:btih:${torrent.infoHash}`, save: folder });
  await leecher.waitForTorrentEvent("done", torrent.infoHash, DOWNLOAD_TIMEOUT_MS);
  expect(digestsIn(folder)).toEqual(expected);
});

test("webtorrent gets a magnet from libtorrent through a private DHT", async () => {
  const leecher = await Webtorrent.start(lab, { bootstrap: [bootstrap] });
  const folder = lab.newFolder("download");
  await leecher.add({ magnet: `magnet:?xt=urn:btih:${torrent.infoHash}`, save: folder });
  await leecher.waitForTorrentEvent("done", torrent.infoHash, DOWNLOAD_TIMEOUT_MS);
  expect(digestsIn(folder)).toEqual(expected);
});

test("aria2 gets a magnet from libtorrent through a private DHT", async () => {
  const folder = lab.newFolder("download");
  const source = `magnet:?xt=urn:btih:${torrent.infoHash}`;
  const leecher = Aria2.start(lab, { source, folder, bootstrap });
  expect(await leecher.waitForExit(DOWNLOAD_TIMEOUT_MS)).toEqual({ code: 0, signal: null });
  expect(digestsIn(folder)).toEqual(expected);
});
