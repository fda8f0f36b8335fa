/** Encrypted connections (MSE) beside libtorrent and aria2, both forced to encrypt everything, in each direction. */
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Aria2 } from "./support/aria2.ts";
import { digestsIn, digestsOf, MIB, writeTree } from "./support/content.ts";
import { Lab } from "./support/lab.ts";
import { Libtorrent } from "./support/libtorrent.ts";
import { requireInstalled } from "./support/prerequisites.ts";
import { Starling } from "./support/starling.ts";

const TRANSFER_TIMEOUT_MS = 60_000;
/** libtorrent's words: 0 = forced, level 2 = RC4 to the end, 1 = plaintext after the handshake. */
const RC4_ONLY = { in_enc_policy: 0, out_enc_policy: 0, allowed_enc_level: 2 };
const HANDSHAKE_ONLY = { in_enc_policy: 0, out_enc_policy: 0, allowed_enc_level: 1 };
const PLAINTEXT_ONLY = { in_enc_policy: 2, out_enc_policy: 2 };

let lab: Lab;
let content: string;
let torrent: string;
let folder: string;

beforeAll(async () => {
  requireInstalled("starling", "libtorrent", "aria2");
  lab = new Lab();
  folder = lab.newFolder("content");
  content = writeTree(join(folder, "secrets"), { "a.bin": 3 * MIB, "b/c.bin": 70_001 }, "encryption");
  torrent = `${content}.torrent`;
  const maker = await Libtorrent.start(lab, { dht: false });
  await maker.create({ path: content, output: torrent, format: "v1" });
  await maker.stop();
});

afterAll(() => lab?.close());

test.each([
  ["RC4 to the end", RC4_ONLY, "require"],
  ["RC4 to the end, which we only prefer", RC4_ONLY, "prefer"],
  ["plaintext after the handshake", HANDSHAKE_ONLY, "prefer"],
  ["no encryption at all, so that we call again in plaintext", PLAINTEXT_ONLY, "prefer"],
])("we get everything from a libtorrent that insists on %s", async (_name, settings, policy) => {
  const seeder = await Libtorrent.start(lab, { dht: false, settings });
  await seeder.add({ torrent, save: folder, seed: true });
  const download = lab.newFolder("download");

  const get = Starling.get(lab, torrent, download, {
    peers: [seeder.address],
    extra: ["--encryption", policy],
  });
  await get.waitForSuccess(TRANSFER_TIMEOUT_MS);
  await seeder.stop();

  expect(digestsIn(download)).toEqual(digestsOf(content));
});

test.each([
  ["RC4 to the end", RC4_ONLY, "require"],
  ["plaintext after the handshake", HANDSHAKE_ONLY, "prefer"],
])("a libtorrent that insists on %s gets everything from us", async (_name, settings, policy) => {
  const seeder = await Starling.seed(lab, torrent, folder, { extra: ["--encryption", policy] });
  const leecher = await Libtorrent.start(lab, { dht: false, settings });
  const download = lab.newFolder("download");

  const infoHash = await leecher.add({ torrent, save: download, peers: [[seeder.host, seeder.port]] });
  await leecher.waitForTorrentEvent("done", infoHash, TRANSFER_TIMEOUT_MS);
  await leecher.stop();
  await seeder.stop();

  expect(digestsIn(download)).toEqual(digestsOf(content));
});

test("who insists on encryption gets nothing from a libtorrent that refuses it", async () => {
  const seeder = await Libtorrent.start(lab, { dht: false, settings: PLAINTEXT_ONLY });
  await seeder.add({ torrent, save: folder, seed: true });

  const get = Starling.get(lab, torrent, lab.newFolder("download"), {
    peers: [seeder.address],
    extra: ["--encryption", "require", "--stall-timeout", "5s"],
  });
  const { code } = await get.waitForExit(TRANSFER_TIMEOUT_MS);
  await seeder.stop();

  expect(code).toBe(6);
});

test("an aria2 that insists on encryption gets everything from us, and we from it", async () => {
  const forced = ["--bt-force-encryption=true"];
  const [seeding, leeching] = [lab.newFolder("aria2-seeds"), lab.newFolder("aria2-download")];
  const download = lab.newFolder("download");
  writeTree(join(seeding, "secrets"), { "a.bin": 3 * MIB, "b/c.bin": 70_001 }, "encryption");
  const starling = await Starling.seed(lab, torrent, folder, { extra: ["--encryption", "require"] });

  const aria2 = Aria2.start(lab, { source: torrent, folder: seeding, seed: true, extra: forced });
  const get = Starling.get(lab, torrent, download, {
    peers: [`${aria2.host}:6881`],
    extra: ["--encryption", "require"],
  });
  await get.waitForSuccess(TRANSFER_TIMEOUT_MS);
  await aria2.stop();
  const leecher = Aria2.start(lab, { source: torrent, folder: leeching, extra: forced });
  const calling = Starling.startAt(lab, ["seed", torrent, "--data", folder], {
    peers: [`${leecher.host}:6881`],
    extra: ["--encryption", "require"],
  });
  const { code } = await leecher.waitForExit(TRANSFER_TIMEOUT_MS);
  await calling.stop();
  await starling.stop();

  expect(code).toBe(0);
  expect(digestsIn(download)).toEqual(digestsOf(content));
  expect(digestsIn(leeching)).toEqual(digestsOf(content));
});
