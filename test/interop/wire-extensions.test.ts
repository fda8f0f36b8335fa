/** Extensions of the wire beside libtorrent, both directions: what each side says, and what the other makes of it. */
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { digestsIn, digestsOf, KIB, MIB, writeTree } from "./support/content.ts";
import { eventually } from "./support/eventually.ts";
import { Lab } from "./support/lab.ts";
import { Libtorrent } from "./support/libtorrent.ts";
import { requireInstalled } from "./support/prerequisites.ts";
import { Starling } from "./support/starling.ts";

const TRANSFER_TIMEOUT_MS = 60_000;
const SLOW_BYTES_PER_SECOND = 256 * KIB;

let lab: Lab;

beforeEach(() => {
  requireInstalled("starling", "libtorrent");
  lab = new Lab();
});

afterEach(() => lab?.close());

interface Made {
  readonly content: string;
  readonly folder: string;
  readonly file: string;
  readonly infoHash: string;
  readonly magnet: string;
}

async function make(maker: Libtorrent, sizes: Readonly<Record<string, number>>): Promise<Made> {
  const folder = lab.newFolder("content");
  const content = writeTree(join(folder, "things"), sizes, "wire-extensions");
  const file = `${content}.torrent`;
  const { infoHash } = await maker.create({
    path: content,
    output: file,
    format: "v1",
    pieceBytes: 32 * KIB,
  });
  return { content, folder, file, infoHash, magnet: `magnet:?xt=urn:btih:${infoHash}` };
}

test("super-seeding: a libtorrent leech gets everything from Starling piece by piece (BEP 16)", async () => {
  const libtorrent = await Libtorrent.start(lab, { dht: false });
  const content = writeTree(join(lab.newFolder("content"), "things"), { "a.bin": 2 * MIB }, "super");
  const { process: seeder, magnets } = await Starling.share(lab, [content], { extra: ["--super-seed"] });
  const folder = lab.newFolder("download");
  const infoHash = await libtorrent.add({
    magnet: magnets[0] as string,
    save: folder,
    peers: [[seeder.host, seeder.port]],
  });

  const seen = await eventually(
    async () => {
      const [peer] = await libtorrent.peers(infoHash);
      return peer === undefined || peer.progress === 0 ? undefined : peer;
    },
    TRANSFER_TIMEOUT_MS,
    "a piece that was revealed",
  );
  await libtorrent.waitForTorrentEvent("done", infoHash, TRANSFER_TIMEOUT_MS);

  expect(seen.progress).toBeLessThan(1);
  expect(digestsIn(folder)).toEqual(digestsOf(content));
});

test("super-seeding: Starling gets everything from a libtorrent that reveals piece by piece (BEP 16)", async () => {
  const libtorrent = await Libtorrent.start(lab, { dht: false });
  const { content, folder, file, magnet } = await make(libtorrent, { "a.bin": 2 * MIB });
  await libtorrent.add({ torrent: file, save: folder, seed: true, superSeed: true });
  const download = lab.newFolder("download");

  const get = Starling.get(lab, magnet, download, { peers: [libtorrent.address] });
  await get.waitForSuccess(TRANSFER_TIMEOUT_MS);

  expect(digestsIn(download)).toEqual(digestsOf(content));
});

test("so= in a magnet selects the same files of either side (BEP 53)", async () => {
  const libtorrent = await Libtorrent.start(lab, { dht: false });
  const { content, folder, file, magnet, infoHash } = await make(libtorrent, {
    "a.bin": 96 * KIB,
    "b.bin": 96 * KIB,
    "c.bin": 96 * KIB,
  });
  await libtorrent.add({ torrent: file, save: folder, seed: true });
  const ours = lab.newFolder("ours");
  await Starling.get(lab, `${magnet}&so=1`, ours, { peers: [libtorrent.address] }).waitForSuccess(
    TRANSFER_TIMEOUT_MS,
  );

  const seeder = await Starling.seed(lab, file, folder);
  const other = await Libtorrent.start(lab, { dht: false });
  const theirs = lab.newFolder("theirs");
  await other.add({ magnet: `${magnet}&so=1`, save: theirs, peers: [[seeder.host, seeder.port]] });
  await eventually(
    async () => ((await other.status(infoHash)).downloadedBytes >= 96 * KIB ? true : undefined),
    TRANSFER_TIMEOUT_MS,
    "the selected file",
  );

  const wanted = digestsOf(content)["things/b.bin"];
  expect(digestsIn(ours)).toEqual({ "things/b.bin": wanted });
  await eventually(
    () => (digestsIn(theirs)["things/b.bin"] === wanted ? true : undefined),
    TRANSFER_TIMEOUT_MS,
    "the selected file on disk",
  );
  expect(Object.keys(digestsIn(theirs))).not.toContain("things/a.bin");
});

test("PEX: Starling and libtorrent tell each other of peers (BEP 11), and seeds that they only upload (BEP 21)", async () => {
  const hub = await Libtorrent.start(lab, { dht: false });
  const { content, folder, file, magnet, infoHash } = await make(hub, { "a.bin": 8 * MIB });
  await hub.add({ torrent: file, save: folder, seed: true });
  await hub.request("limit", { infoHash, upBytesPerSecond: SLOW_BYTES_PER_SECOND });
  const seed = await Starling.seed(lab, file, folder, {
    peers: [hub.address],
    extra: ["--max-up", "256K"],
  });
  // Both know the Starling below, and nobody else; what they learn of each other comes from it.
  const download = lab.newFolder("download");
  const middle = Starling.get(lab, magnet, download, {
    peers: [hub.address, seed.address],
    extra: ["--seed", "--json"],
  });
  const leech = await Libtorrent.start(lab, { dht: false });
  const theirs = lab.newFolder("theirs");
  await leech.add({ magnet, save: theirs, peers: [[middle.host, middle.port]] });

  const learnt = await eventually(
    async () => {
      const peers = await leech.peers(infoHash);
      const others = peers.filter(({ host }) => host === hub.host || host === seed.host);
      return others.length === 2 && others.some((peer) => peer.isUploadOnly && peer.progress === 1)
        ? others
        : undefined;
    },
    TRANSFER_TIMEOUT_MS,
    "two peers by PEX",
  );
  await leech.waitForTorrentEvent("done", infoHash, TRANSFER_TIMEOUT_MS);
  await middle.waitForJson("complete", TRANSFER_TIMEOUT_MS);

  expect(learnt.every(({ sources }) => sources.includes("pex"))).toBe(true);
  expect(digestsIn(download)).toEqual(digestsOf(content));
  expect(digestsIn(theirs)).toEqual(digestsOf(content));

  // The other way round: a Starling that knows only the leech, which libtorrent told everybody's address.
  const last = lab.newFolder("last");
  const late = Starling.get(lab, magnet, last, { peers: [leech.address], extra: ["--seed", "--json"] });
  await late.waitForJson("complete", TRANSFER_TIMEOUT_MS);
  expect(digestsIn(last)).toEqual(digestsOf(content));
});
