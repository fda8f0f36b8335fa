/** Metadata beside other people's: fetched from them, saved for them, served to them, and refused where we must. */
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { digestsIn, digestsOf, KIB, writeTree } from "./support/content.ts";
import { Lab } from "./support/lab.ts";
import { Libtorrent } from "./support/libtorrent.ts";
import { requireInstalled } from "./support/prerequisites.ts";
import { runStarling, Starling } from "./support/starling.ts";

const TRANSFER_TIMEOUT_MS = 60_000;
/** Enough files that the info dictionary takes several blocks of 16 KiB (BEP 9). */
const FILES = 1_500;

let lab: Lab;
let libtorrent: Libtorrent;

beforeAll(async () => {
  requireInstalled("starling", "libtorrent");
  lab = new Lab();
  libtorrent = await Libtorrent.start(lab, { dht: false });
});

afterAll(() => lab?.close());

async function manyFiles(name: string): Promise<{ content: string; file: string; infoHash: string }> {
  const sizes = Object.fromEntries(
    Array.from({ length: FILES }, (_, index) => [
      `part-${index % 7}/a long name of file ${index}.txt`,
      index % 97,
    ]),
  );
  const content = writeTree(join(lab.newFolder("content"), name), sizes, name);
  const file = `${content}.torrent`;
  const { infoHash } = await libtorrent.create({
    path: content,
    output: file,
    format: "v1",
    pieceBytes: 16 * KIB,
  });
  return { content, file, infoHash };
}

test("metadata of many blocks comes from libtorrent, and with it every file", async () => {
  const { content, file, infoHash } = await manyFiles("from libtorrent");
  await libtorrent.add({ torrent: file, save: join(content, ".."), seed: true });
  const folder = lab.newFolder("download");
  const magnet = `magnet:?xt=urn:btih:${infoHash}`;
  const get = Starling.get(lab, magnet, folder, { peers: [libtorrent.address] });
  await get.waitForSuccess(TRANSFER_TIMEOUT_MS);
  await libtorrent.request("remove", { infoHash });
  expect(digestsIn(folder)).toEqual(digestsOf(content));
});

test("metadata of many blocks goes to libtorrent, and with it every file", async () => {
  const { content, file, infoHash } = await manyFiles("to libtorrent");
  const seeder = await Starling.seed(lab, file, join(content, ".."));
  const folder = lab.newFolder("download");
  const magnet = `magnet:?xt=urn:btih:${infoHash}`;
  await libtorrent.add({ magnet, save: folder, peers: [[seeder.host, seeder.port]] });
  await libtorrent.waitForTorrentEvent("done", infoHash, TRANSFER_TIMEOUT_MS);
  await libtorrent.request("remove", { infoHash });
  await seeder.stop();
  expect(digestsIn(folder)).toEqual(digestsOf(content));
});

test("info of a magnet saves a .torrent file that libtorrent seeds from", async () => {
  const { content, file, infoHash } = await manyFiles("saved");
  await libtorrent.add({ torrent: file, save: join(content, ".."), seed: true });
  const saved = join(lab.newFolder("saved"), "saved.torrent");
  const network = [
    "--host",
    lab.newHost(),
    "--port",
    "0",
    "--bootstrap",
    "none",
    "--peer",
    libtorrent.address,
  ];
  const magnet = `magnet:?xt=urn:btih:${infoHash}`;
  const info = await runStarling(lab, ["info", magnet, "--save", saved, "--json", ...network]);
  expect(info.code).toBe(0);
  expect(JSON.parse(info.stdout.at(-1) ?? "null")).toMatchObject({ infoHash, name: "saved" });
  await libtorrent.request("remove", { infoHash });
  expect(await libtorrent.add({ torrent: saved, save: join(content, ".."), seed: true })).toBe(infoHash);
  await libtorrent.request("remove", { infoHash });
});

test.for([
  ["a private torrent", { format: "v1", private: true }],
  ["a v2-only torrent", { format: "v2" }],
] as const)("%s of libtorrent is refused with exit code 3", async ([name, options]) => {
  const content = writeTree(join(lab.newFolder("content"), "refused"), { "a.txt": 100 }, name);
  const file = `${content}.torrent`;
  await libtorrent.create({ path: content, output: file, ...options });
  const get = Starling.get(lab, file, lab.newFolder("download"), { peers: [libtorrent.address] });
  expect(await get.waitForExit(TRANSFER_TIMEOUT_MS)).toEqual({ code: 3, signal: null });
});

test("a folder that another client has half downloaded is checked and completed, not fetched again", async () => {
  const content = writeTree(
    join(lab.newFolder("content"), "half"),
    { "a.bin": 2_000 * KIB, "b.bin": 2_000 * KIB },
    "half",
  );
  const file = `${content}.torrent`;
  const { infoHash } = await libtorrent.create({
    path: content,
    output: file,
    format: "v1",
    pieceBytes: 64 * KIB,
  });
  await libtorrent.add({ torrent: file, save: join(content, ".."), seed: true });
  const folder = lab.newFolder("download");
  writeTree(join(folder, "half"), { "a.bin": 2_000 * KIB }, "half");
  const get = Starling.get(lab, file, folder, { peers: [libtorrent.address] });
  await get.waitForSuccess(TRANSFER_TIMEOUT_MS);
  expect(digestsIn(folder)).toEqual(digestsOf(content));
  // half of the pieces, and the one that both files share
  expect((await libtorrent.status(infoHash)).uploadedBytes).toBeLessThan(2_200 * KIB);
  await libtorrent.request("remove", { infoHash });
});
