/**
 * Torrents that others made (webtorrent-fixtures, and hybrids of libtorrent): the info-hash that Starling computes is
 * theirs, and the content goes both ways between libtorrent and Starling.
 */
import { cpSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { digestsIn, digestsOf, KIB, MIB, writeTree } from "./support/content.ts";
import { Lab } from "./support/lab.ts";
import { Libtorrent } from "./support/libtorrent.ts";
import { PEER_MODULES, requireInstalled } from "./support/prerequisites.ts";
import { runStarling, Starling } from "./support/starling.ts";

const TRANSFER_TIMEOUT_MS = 60_000;

interface Fixture {
  readonly torrentPath: string;
  readonly contentPath: string;
  readonly infoHash: string;
}

type FixtureModule = Record<
  string,
  { readonly torrentPath: string; readonly contentPath: string; readonly parsedTorrent: { infoHash: string } }
>;

let lab: Lab;
let libtorrent: Libtorrent;

beforeAll(async () => {
  requireInstalled("starling", "libtorrent", "webtorrent-fixtures");
  lab = new Lab();
  libtorrent = await Libtorrent.start(lab, { dht: false });
});

afterAll(() => lab?.close());

/** The fixture, its content copied to where a test may do with it what it likes. */
async function fixture(name: string): Promise<Fixture> {
  const entry = join(PEER_MODULES, "webtorrent-fixtures", "index.js");
  const { default: fixtures } = (await import(pathToFileURL(entry).href)) as { default: FixtureModule };
  const found = fixtures[name];
  if (found === undefined) throw new Error(`webtorrent-fixtures has no ${name}`);
  const contentPath = join(lab.newFolder("fixture"), found.contentPath.split("/").at(-1) as string);
  cpSync(found.contentPath, contentPath, { recursive: true });
  return { torrentPath: found.torrentPath, contentPath, infoHash: found.parsedTorrent.infoHash };
}

/** A hybrid (v1 and v2) torrent of libtorrent: its files are aligned to pieces with padding files between them. */
async function hybrid(): Promise<Fixture> {
  const sizes = { "one.bin": 300 * KIB + 7, "two/three.bin": 2 * MIB, "two/tiny.txt": 5 };
  const contentPath = writeTree(join(lab.newFolder("hybrid"), "mixed"), sizes, "hybrid");
  const torrentPath = join(lab.newFolder("hybrid"), "mixed.torrent");
  const { infoHash } = await libtorrent.create({
    path: contentPath,
    output: torrentPath,
    format: "hybrid",
    pieceBytes: 64 * KIB,
  });
  return { torrentPath, contentPath, infoHash };
}

describe.each([
  ["leaves", () => fixture("leaves")],
  ["alice", () => fixture("alice")],
  ["folder", () => fixture("folder")],
  ["numbers", () => fixture("numbers")],
  ["lots of numbers", () => fixture("lotsOfNumbers")],
  ["a hybrid torrent of libtorrent", hybrid],
] as const)("%s", (_name, load) => {
  test("has the same info-hash for Starling as for its maker", async () => {
    const { torrentPath, infoHash } = await load();
    const info = await runStarling(lab, ["info", torrentPath, "--json"]);
    expect(JSON.parse(info.stdout.at(-1) ?? "null")).toMatchObject({ infoHash });
    expect(info.code).toBe(0);
  });

  test("goes from libtorrent to Starling", async () => {
    const { torrentPath, contentPath } = await load();
    const infoHash = await libtorrent.add({
      torrent: torrentPath,
      save: join(contentPath, ".."),
      seed: true,
    });
    const folder = lab.newFolder("download");
    onTestFinished(() => libtorrent.request("remove", { infoHash }));
    const get = Starling.get(lab, torrentPath, folder, { peers: [libtorrent.address] });
    await get.waitForSuccess(TRANSFER_TIMEOUT_MS);
    expect(digestsIn(folder)).toEqual(digestsOf(contentPath));
  });

  test("goes from Starling to libtorrent", async () => {
    const { torrentPath, contentPath } = await load();
    const seeder = await Starling.seed(lab, torrentPath, join(contentPath, ".."));
    const folder = lab.newFolder("download");
    const infoHash = await libtorrent.add({
      torrent: torrentPath,
      save: folder,
      peers: [[seeder.host, seeder.port]],
    });
    onTestFinished(() => libtorrent.request("remove", { infoHash }));
    await libtorrent.waitForTorrentEvent("done", infoHash, TRANSFER_TIMEOUT_MS);
    await seeder.stop();
    expect(digestsIn(folder)).toEqual(digestsOf(contentPath));
  });
});
