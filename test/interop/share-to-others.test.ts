/** Starling shares; the others get it by magnet alone. Each leecher is stopped before the next starts. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { Aria2 } from "./support/aria2.ts";
import { digestsIn, digestsOf, KIB, MIB, writeContent, writeTree } from "./support/content.ts";
import { Lab } from "./support/lab.ts";
import { Libtorrent } from "./support/libtorrent.ts";
import { requireInstalled } from "./support/prerequisites.ts";
import { openPrivateDht, type PrivateDht } from "./support/private-dht.ts";
import { Starling } from "./support/starling.ts";
import { Webtorrent } from "./support/webtorrent.ts";

const DOWNLOAD_TIMEOUT_MS = 60_000;

let lab: Lab;
let dht: PrivateDht;
let shared: { readonly process: Starling; readonly magnets: readonly string[] };
let folderDigests: Record<string, string>;
let fileDigests: Record<string, string>;

beforeAll(async () => {
  requireInstalled("starling", "libtorrent", "aria2", "webtorrent", "bittorrent-dht");
  lab = new Lab();
  dht = await openPrivateDht(lab);
  const parent = lab.newFolder("content");
  const folder = writeTree(
    `${parent}/holiday`,
    { "a.jpg": 3 * MIB, "b/c.jpg": 800 * KIB, "b/d.txt": 17 },
    "share",
  );
  const file = writeContent(`${parent}/film.bin`, 6 * MIB + 1, "share");
  folderDigests = digestsOf(folder);
  fileDigests = digestsOf(file);
  shared = await Starling.share(lab, [folder, file], { bootstrap: [dht.libtorrent] });
  for (const magnet of shared.magnets) await dht.waitForAnnounce(hashOf(magnet), shared.process.address);
});

afterAll(() => lab?.close());

const hashOf = (magnet: string): string => /xt=urn:btih:([0-9a-f]{40})/.exec(magnet)?.[1] ?? "";
const bareMagnet = (index: number): string => `magnet:?xt=urn:btih:${hashOf(shared.magnets[index] ?? "")}`;

test("one magnet for each path is on stdout before the line that says listening", () => {
  expect(shared.magnets.map((magnet) => /^magnet:\?xt=urn:btih:[0-9a-f]{40}(&|$)/.test(magnet))).toEqual([
    true,
    true,
  ]);
});

test("libtorrent gets the folder and the file", async () => {
  const leecher = await Libtorrent.start(lab, { bootstrap: [dht.npm] });
  const folder = lab.newFolder("download");
  for (const index of [0, 1]) await leecher.add({ magnet: bareMagnet(index), save: folder });
  for (const magnet of shared.magnets) {
    await leecher.waitForTorrentEvent("done", hashOf(magnet), DOWNLOAD_TIMEOUT_MS);
  }
  await leecher.stop();
  expect(digestsIn(folder)).toEqual({ ...folderDigests, ...fileDigests });
});

test("webtorrent gets the folder and the file", async () => {
  const leecher = await Webtorrent.start(lab, { bootstrap: [dht.starling] });
  const folder = lab.newFolder("download");
  for (const index of [0, 1]) await leecher.add({ magnet: bareMagnet(index), save: folder });
  for (const magnet of shared.magnets) {
    await leecher.waitForTorrentEvent("done", hashOf(magnet), DOWNLOAD_TIMEOUT_MS);
  }
  await leecher.stop();
  expect(digestsIn(folder)).toEqual({ ...folderDigests, ...fileDigests });
});

test("aria2 gets the folder", async () => {
  const folder = lab.newFolder("download");
  const leecher = Aria2.start(lab, { source: bareMagnet(0), folder, bootstrap: dht.starling });
  expect(await leecher.waitForExit(DOWNLOAD_TIMEOUT_MS)).toEqual({ code: 0, signal: null });
  expect(digestsIn(folder)).toEqual(folderDigests);
});

test("another Starling gets the folder", async () => {
  const folder = lab.newFolder("download");
  const leecher = Starling.get(lab, bareMagnet(0), folder, { bootstrap: [dht.npm] });
  await leecher.waitForSuccess(DOWNLOAD_TIMEOUT_MS);
  expect(digestsIn(folder)).toEqual(folderDigests);
});
