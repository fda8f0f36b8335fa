/** The whole road: a magnet link, a DHT of three implementations, a libtorrent seeder, verified files. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { digestsIn, digestsOf, KIB, MIB, writeTree } from "./support/content.ts";
import { Lab } from "./support/lab.ts";
import { type CreatedTorrent, Libtorrent } from "./support/libtorrent.ts";
import { requireInstalled } from "./support/prerequisites.ts";
import { openPrivateDht, type PrivateDht } from "./support/private-dht.ts";
import { Starling } from "./support/starling.ts";

const DOWNLOAD_TIMEOUT_MS = 60_000;
const TREE = {
  "readme.txt": 1_234,
  "empty.txt": 0,
  "video/part one.bin": 9 * MIB,
  "video/ü/part 2.bin": 700 * KIB,
};

let lab: Lab;
let dht: PrivateDht;
let torrent: CreatedTorrent;
let expected: Record<string, string>;

beforeAll(async () => {
  requireInstalled("starling", "libtorrent", "bittorrent-dht");
  lab = new Lab();
  dht = await openPrivateDht(lab);
  const content = writeTree(`${lab.newFolder("content")}/lecture`, TREE, "magnet-from-libtorrent");
  const file = `${lab.folder}/lecture.torrent`;
  const seeder = await Libtorrent.start(lab, { bootstrap: [dht.npm] });
  torrent = await seeder.create({ path: content, output: file, format: "v1", pieceBytes: 64 * KIB });
  expected = digestsOf(content);
  await seeder.add({ torrent: file, save: `${content}/..`, seed: true });
  await dht.waitForAnnounce(torrent.infoHash, seeder.address);
});

afterAll(() => lab?.close());

test.for(["starling", "npm", "libtorrent"] as const)(
  "a magnet alone becomes verified files, joining through a node of %s",
  async (implementation) => {
    const folder = lab.newFolder("download");
    const magnet = `magnet:?xt=urn:btih:${torrent.infoHash}`;
    const get = Starling.get(lab, magnet, folder, { bootstrap: [dht[implementation]] });
    await get.waitForSuccess(DOWNLOAD_TIMEOUT_MS);
    expect(digestsIn(folder)).toEqual(expected);
  },
);

test("the word metadata is printed when the metadata is there, before the files are", async () => {
  const folder = lab.newFolder("download");
  const get = Starling.get(lab, `magnet:?xt=urn:btih:${torrent.infoHash}`, folder, {
    bootstrap: [dht.starling],
    extra: ["--max-down", "2M"],
  });
  const line = await get.waitForLine(/metadata/, DOWNLOAD_TIMEOUT_MS);
  expect(line.text).toContain("lecture");
  await get.waitForSuccess(DOWNLOAD_TIMEOUT_MS);
  expect(digestsIn(folder)).toEqual(expected);
});

test("a hash that nobody announces ends with exit code 5 after --timeout", async () => {
  const get = Starling.get(lab, `magnet:?xt=urn:btih:${"5".repeat(40)}`, lab.newFolder("download"), {
    bootstrap: [dht.starling],
    extra: ["--timeout", "3s"],
  });
  expect(await get.waitForExit(DOWNLOAD_TIMEOUT_MS)).toEqual({ code: 5, signal: null });
});
